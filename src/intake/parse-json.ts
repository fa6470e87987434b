import { isUtf8 } from 'node:buffer';
import { toMessage } from '../errors.ts';
import type { Json } from '../event.ts';

/** Levels of nesting a document may have. What walks a value later does so recursively; this is far below any stack. */
export const MAX_DEPTH = 128;

/** A parsed document, or why there is none. */
export type ParsedJson =
  | { readonly kind: 'parsed'; readonly value: Json }
  | { readonly kind: 'invalid'; readonly message: string };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * Reads bytes as JSON in UTF-8. A key `__proto__` becomes a key like any other: JSON.parse defines it, it does not
 * assign it.
 */
export function parseJson(bytes: Buffer): ParsedJson {
  if (!isUtf8(bytes)) return invalid('Cannot parse JSON body: it is not UTF-8');
  if (isTooDeep(bytes)) return invalid(`Cannot parse JSON body: it nests deeper than ${MAX_DEPTH} levels`);
  try {
    return { kind: 'parsed', value: JSON.parse(bytes.toString('utf8')) as Json };
  } catch (error) {
    return invalid(
      bytes.length === 0
        ? 'Cannot parse JSON body: it is empty'
        : `Cannot parse JSON body: ${toMessage(error)}`,
    );
  }
}

function invalid(message: string): ParsedJson {
  return { kind: 'invalid', message };
}

/** Counts brackets outside strings, before anything recursive sees the document. */
function isTooDeep(bytes: Buffer): boolean {
  let depth = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) at = skipString(bytes, at);
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      depth += 1;
      if (depth > MAX_DEPTH) return true;
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth -= 1;
  }
  return false;
}

/** The offset of the quote that ends the string which starts at `from`; the end of the document when none does. */
function skipString(bytes: Buffer, from: number): number {
  let end = bytes.indexOf(QUOTE, from + 1);
  while (end !== -1 && isEscaped(bytes, end)) end = bytes.indexOf(QUOTE, end + 1);
  return end === -1 ? bytes.length : end;
}

function isEscaped(bytes: Buffer, at: number): boolean {
  let before = at - 1;
  while (bytes[before] === BACKSLASH) before -= 1;
  return (at - before) % 2 === 0;
}
