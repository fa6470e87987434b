import { HooklineError } from '../errors.ts';

const DEFAULT_SIZE = 100;
const MAX_SIZE = 1000;

/** Reads `size` from a query. Throws `bad_request` with the reference's texts. */
export function parseSize(size: unknown): number {
  if (size === undefined) return DEFAULT_SIZE;
  const number = typeof size === 'string' && size.trim() !== '' ? Number(size) : Number.NaN;
  if (Number.isNaN(number))
    throw new HooklineError('bad_request', 'size must be a number', { detail: { code: 9 } });
  if (!Number.isInteger(number) || number < 1 || number > MAX_SIZE) {
    throw new HooklineError('bad_request', `size must be an integer between 1 and ${MAX_SIZE}`, {
      detail: { code: 9 },
    });
  }
  return number;
}

/** Reads `offset` from a query: what `encodeOffset` made of the last item of the page before; null on the first page. */
export function parseOffset(offset: unknown): string | null {
  if (offset === undefined) return null;
  const text = typeof offset === 'string' ? Buffer.from(offset, 'base64url').toString('utf8') : '';
  if (typeof offset !== 'string' || text === '' || encodeOffset(text) !== offset) {
    throw new HooklineError('bad_request', `'${String(offset)}' is not a valid offset: bad base64 encoding`, {
      detail: { code: 7 },
    });
  }
  return text;
}

/** An opaque cursor that stands for an item. */
export function encodeOffset(item: string): string {
  return Buffer.from(item, 'utf8').toString('base64url');
}

/** Where the next page is; null after the last one. */
export function toNext(
  path: string,
  { last, query }: { last: string | null; query: Readonly<Record<string, string>> },
): string | null {
  return last === null ? null : `${path}?${new URLSearchParams({ ...query, offset: encodeOffset(last) })}`;
}
