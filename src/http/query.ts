import { HooklineError } from '../errors.ts';

/** A query as the framework parses it. */
export type Query = Readonly<Record<string, unknown>>;

/** Refuses a parameter that no one reads: a misspelt filter would otherwise answer everything. Throws `bad_request`. */
export function checkQuery(query: Query, known: readonly string[]): void {
  const stranger = Object.keys(query).find((name) => !known.includes(name));
  if (stranger === undefined) return;
  throw new HooklineError(
    'bad_request',
    known.length === 0
      ? `Unknown parameter "${stranger}": there are none`
      : `Unknown parameter "${stranger}": use ${known.join(', ')}`,
  );
}

/** Reads a text that is given once at most; null when it is not. Throws `bad_request`. */
export function readText(query: Query, name: string): string | null {
  const value = query[name];
  if (value === undefined) return null;
  if (typeof value === 'string') return value;
  const must = Array.isArray(value) ? 'must be given once' : 'must be a string';
  throw new HooklineError('bad_request', `"${name}" ${must}`);
}
