import { toPlainName } from '../plain-name.ts';
import { type Act, toConfigText, toInline, withUrl } from './new-config.ts';
import { toSchemaLine } from './schema-line.ts';

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
  return `${toSchemaLine(directory)}${head}${lines.join('')}${config}`;
}

/** The name of a file for a hook, without its ending. */
export function toFileName({ act, source, event }: Pick<NewHook, 'act' | 'source' | 'event'>): string {
  const what = act.kind === 'preset' ? act.preset : act.handler;
  return toPlainName([source, event, what].filter((part) => part !== null).join('-'));
}
