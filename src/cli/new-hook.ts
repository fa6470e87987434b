import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import hookSchema from '../../schemas/definition.schema.json' with { type: 'json' };
import { type Act, toConfigText, toInline, withUrl } from './new-config.ts';

/** A hook to be written. */
export interface NewHook {
  readonly act: Act;
  readonly source: string;
  /** Null: every event of the source. */
  readonly event: string | null;
  /** Null: that of its file. */
  readonly name: string | null;
  /** Null: the one its config starts with. */
  readonly url: string | null;
}

/** The text of a hook's file: what editors need, what it is, and the hook with comments for whoever goes on with it. */
export function toHookText({ act, source, event, name, url }: NewHook, directory: string): string {
  const start = toConfigText(act);
  const { head, body } = url === null ? start : withUrl(start, url);
  const keys = {
    name,
    source,
    event,
    handler: act.kind === 'preset' ? 'webhook-custom' : act.handler,
  };
  const lines = Object.entries(keys).flatMap(([key, value]) =>
    value === null ? [] : [`${key}: ${toInline(value)}\n`],
  );
  const config = body === '' ? '' : `config:\n${body.replaceAll(/^(?=.)/gm, '  ')}`;
  return `# yaml-language-server: $schema=${toSchemaPlace(directory)}\n${head}${lines.join('')}${config}`;
}

/** The name of a file for a hook, without its ending. */
export function toFileName({ act, source, event }: Pick<NewHook, 'act' | 'source' | 'event'>): string {
  const what = act.kind === 'preset' ? act.preset : act.handler;
  return [source, event, what]
    .filter((part) => part !== null)
    .join('-')
    .replaceAll(/[^A-Za-z0-9._-]/g, '-');
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Where an editor finds the schema: beside the definitions if Hookline is below the working directory, as they are, else by its name. */
function toSchemaPlace(directory: string): string {
  if (!isBelow(ROOT, '.') || !isBelow(directory, '.')) return hookSchema.$id;
  return relative(directory, join(ROOT, 'schemas/definition.schema.json')).replaceAll(sep, '/');
}

/** Whether a path is that of a directory or is below it. */
export function isBelow(path: string, directory: string): boolean {
  const from = resolve(directory);
  for (let at = resolve(path); ; at = dirname(at)) {
    if (at === from) return true;
    if (at === dirname(at)) return false;
  }
}
