import { expect } from 'vitest';
import type { EventHook } from '../../src/definitions/definition.ts';
import { loadFile } from '../../src/definitions/load-file.ts';
import type { Json } from '../../src/event.ts';
import type { RunningApp } from './running-app.ts';

const REFERENCE = `
# The one with references.
name: by-reference
source: crud
event: admins
handler: webhook-custom
snooze: 60
retry: { attempts: 3 }
config:
  method: POST
  url: "{vault://env/slack-url}"
  secret: "{vault://env/slack-secret}"
  payload: { text: "{{ entity.username }}", nested: { a: 1 } }
  ssl_verify: false
`;
const LOG = 'source: crud\nevent: routes\nhandler: log\n';

/** Hooks as files declare them: one with secrets by reference, and two in one file. */
export const DECLARED = {
  'reference.yaml': REFERENCE,
  'two.yaml': `name: first\n${LOG}---\nname: second\n${LOG}`,
};

/** The body of a 405 on hooks. */
export interface Suggestion {
  readonly message: string;
  readonly file: string;
  readonly line?: number;
  readonly yaml: string;
  readonly problems?: readonly object[];
}

/** Asks a server for what it does not do; fails when the answer is no 405 with `Allow: GET`. */
export async function askToWrite({ app }: RunningApp, request: string, body?: Json): Promise<Suggestion> {
  const [method = '', path = ''] = request.split(' ');
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const response = await fetch(`${app.url}${path}`, init);
  expect(response.status).toBe(405);
  expect(response.headers.get('allow')).toBe('GET');
  return (await response.json()) as Suggestion;
}

/** The one hook a file of this text declares; fails when it would not load. */
export function loadHook(file: string, text: string): EventHook {
  const { definitions, problems } = loadFile({
    file,
    bytes: Buffer.from(text),
    source: { source: 'test', owner: '', labelled: false },
  });
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  return definitions[0]?.definition as EventHook;
}
