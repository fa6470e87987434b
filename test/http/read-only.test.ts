import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Json } from '../../src/event.ts';
import { type RunningApp, runApp } from '../helpers/running-app.ts';
import { askToWrite, DECLARED, loadHook } from '../helpers/suggestion.ts';

const WEBHOOK = `
source: crud
event: consumers
handler: webhook
labels: { team: core }
config:
  url: https://user:s3cr3t@example.com/in
  headers: { x-team: core, authorization: Bearer abcdef }
  secret: hunter2-in-clear
  ssl_verify: true
`;
const FILES = { ...DECLARED, 'team/webhook.yaml': WEBHOOK };

let app: RunningApp;
beforeAll(async () => {
  app = await runApp(FILES);
});
afterAll(() => app[Symbol.asyncDispose]());

describe('PATCH /event-hooks/{id or name}', () => {
  it('merges the patch into the declared hook and shows all of it, secrets as they are declared', async () => {
    const suggestion = await askToWrite(app, 'PATCH /event-hooks/by-reference', {
      snooze: null,
      enabled: false,
      config: { payload: { nested: { b: 2 } }, method: 'PUT' },
    });
    expect(suggestion).toEqual({
      message: 'Hooks change by commit: change the hook at "reference.yaml", line 3',
      file: 'reference.yaml',
      line: 3,
      yaml: expect.any(String),
    });
    expect(parse(suggestion.yaml)).toEqual({
      name: 'by-reference',
      enabled: false,
      source: 'crud',
      event: 'admins',
      handler: 'webhook-custom',
      config: {
        method: 'PUT',
        url: '{vault://env/slack-url}',
        secret: '{vault://env/slack-secret}',
        payload: { text: '{{ entity.username }}', nested: { a: 1, b: 2 } },
        ssl_verify: false,
      },
      retry: { attempts: 3 },
    });
  });

  it('shows no secret in clear, and says that they stay as they are', async () => {
    const suggestion = await askToWrite(app, 'PATCH /event-hooks/team/webhook', { on_change: true });
    expect(suggestion.message).toBe(
      'Hooks change by commit: change the hook at "team/webhook.yaml", line 2, and leave what is shown as ****** as it is there',
    );
    expect(parse(suggestion.yaml)).toEqual({
      name: 'team/webhook',
      labels: { team: 'core' },
      source: 'crud',
      event: 'consumers',
      on_change: true,
      handler: 'webhook',
      config: {
        url: 'https://user:******@example.com/in',
        headers: { 'x-team': 'core', authorization: '******' },
        secret: '******',
        ssl_verify: true,
      },
    });
  });

  it('gives a file that declares the same hook when the patch changes nothing', async () => {
    const suggestion = await askToWrite(app, 'PATCH /event-hooks/by-reference', {});
    expect(loadHook('reference.yaml', suggestion.yaml)).toEqual(
      loadHook('reference.yaml', DECLARED['reference.yaml']),
    );
  });

  it('says what is wrong with the hook it would make', async () => {
    const suggestion = await askToWrite(app, 'PATCH /event-hooks/second', { handler: 'webhook' });
    expect(suggestion).toMatchObject({
      message: 'Hooks change by commit: change the hook at "two.yaml", line 6, once it is right',
      line: 6,
      problems: [{ code: 'missing_key', path: '', hint: 'config: { url: … }' }],
    });
  });
});

describe('PUT /event-hooks/{id or name}', () => {
  it('shows the hook replaced, under its own name', async () => {
    const { id } = (await app.get('/event-hooks/second')).body as { id: string };
    const suggestion = await askToWrite(app, `PUT /event-hooks/${id}`, { source: 'crud', handler: 'log' });
    expect(suggestion).toMatchObject({ file: 'two.yaml', line: 6 });
    expect(parse(suggestion.yaml)).toEqual({ name: 'second', source: 'crud', handler: 'log' });
  });

  it('takes back what GET answered', async () => {
    const entity = (await app.get('/event-hooks/by-reference')).body as Json;
    const suggestion = await askToWrite(app, 'PUT /event-hooks/by-reference', entity);
    expect(loadHook('reference.yaml', suggestion.yaml)).toEqual(
      loadHook('reference.yaml', DECLARED['reference.yaml']),
    );
  });
});

describe('DELETE /event-hooks/{id or name}', () => {
  it('says where the hook is', async () => {
    const suggestion = await askToWrite(app, 'DELETE /event-hooks/team%2Fwebhook');
    expect(suggestion).toEqual({
      message: 'Hooks change by commit: remove the hook at "team/webhook.yaml", line 2',
      file: 'team/webhook.yaml',
      line: 2,
    });
  });
});

describe('a write on a hook that is not there', () => {
  it.each(['PUT', 'PATCH', 'DELETE'])('is refused like any other for %s', async (method) => {
    const suggestion = await askToWrite(app, `${method} /event-hooks/nope`);
    expect(suggestion).toEqual({ message: 'Hooks change by commit, and there is no hook "nope"' });
  });
});
