import { isUtf8 } from 'node:buffer';
import type { Json } from '../event.ts';
import { findJsonFault } from '../json-fault.ts';

/** Levels of nesting a document may have. What walks a value later does so recursively; this is far below any stack. */
export const MAX_DEPTH = 128;

/** Objects and lists a document may have. Two bytes make one, and each takes fifty times as much once it is parsed. */
const MAX_CONTAINERS = 1_000_000;

/** A parsed document, or why there is none and where. */
export type ParsedJson =
  | { readonly kind: 'parsed'; readonly value: Json }
  /** `reason` is what the message says, for a document that is no body. */
  | { readonly kind: 'invalid'; readonly message: string; readonly reason: string };

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * Reads bytes as JSON in UTF-8, with or without a byte order mark. What would lose something is refused: a key that
 * stands twice, a number no double holds. A key `__proto__` becomes a key like any other: JSON.parse defines it, it
 * does not assign it.
 */
export function parseJson(body: Buffer): ParsedJson {
  const bytes = body.subarray(0, 3).equals(BYTE_ORDER_MARK) ? body.subarray(3) : body;
  if (bytes.length === 0) return invalid('it is empty');
  if (!isUtf8(bytes)) return invalid(`it is not UTF-8 from byte ${findInvalidByte(bytes)} on`);
  const { keys, tooMuch } = countWritten(bytes);
  if (tooMuch !== null) return invalid(tooMuch);
  const text = bytes.toString('utf8');
  const value = tryParse(text);
  if (value !== undefined && countKeys(value) === keys) return { kind: 'parsed', value };
  return invalid(describeFault(text));
}

function invalid(reason: string): ParsedJson {
  return { kind: 'invalid', message: `Cannot parse JSON body: ${reason}`, reason };
}

function tryParse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function describeFault(text: string): string {
  const fault = findJsonFault(text);
  if (fault === null) throw new Error('Cannot find what is wrong with a JSON text');
  const { message, line, column } = fault;
  return text.trim().includes('\n')
    ? `line ${line}, column ${column}: ${message}`
    : `column ${column}: ${message}`;
}

/** Counted from 1. What cannot be decoded turns into something else, so the first byte that does not come back is it. */
function findInvalidByte(bytes: Buffer): number {
  const decoded = Buffer.from(bytes.toString('utf8'));
  return bytes.findIndex((byte, at) => byte !== decoded[at]) + 1;
}

/**
 * Counts the keys as they are written, before anything recursive sees the document: colons outside strings. `tooMuch`
 * says why it is not to be parsed: brackets outside strings nest too deep, or are too many.
 */
function countWritten(bytes: Buffer): { readonly keys: number; readonly tooMuch: string | null } {
  let depth = 0;
  let keys = 0;
  let containers = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) at = skipString(bytes, at);
    else if (byte === COLON) keys += 1;
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      depth += 1;
      containers += 1;
      if (depth > MAX_DEPTH) return { keys, tooMuch: `it nests deeper than ${MAX_DEPTH} levels` };
      if (containers > MAX_CONTAINERS)
        return { keys, tooMuch: `it has more than ${MAX_CONTAINERS} objects and lists` };
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth -= 1;
  }
  return { keys, tooMuch: null };
}

/** Counts the keys that came out of it; a number that became infinite makes the count infinite too. */
function countKeys(value: Json): number {
  if (typeof value === 'number') return Number.isFinite(value) ? 0 : Number.POSITIVE_INFINITY;
  if (typeof value !== 'object' || value === null) return 0;
  let keys = 0;
  if (Array.isArray(value)) for (const item of value as readonly Json[]) keys += countKeys(item);
  else {
    const object = value as { readonly [key: string]: Json };
    for (const key in object) keys += 1 + countKeys(object[key] ?? null);
  }
  return keys;
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
