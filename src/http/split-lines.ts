/** A line of a body and its number, counted from 1. */
export interface Line {
  readonly number: number;
  readonly bytes: Buffer;
}

const NEWLINE = 0x0a;
/** What JSON calls whitespace, but for the newline. */
const BLANKS = new Set([0x20, 0x09, 0x0d]);

/** The lines of a body that say something. Blank ones are counted and left out; the last needs no newline. */
export function* splitLines(body: Buffer): Generator<Line> {
  let number = 0;
  for (let from = 0; from < body.length; ) {
    const newline = body.indexOf(NEWLINE, from);
    const end = newline === -1 ? body.length : newline;
    number += 1;
    const bytes = body.subarray(from, end);
    if (!bytes.every((byte) => BLANKS.has(byte))) yield { number, bytes };
    from = end + 1;
  }
}

/** How many lines a body has, blank ones too. */
export function countLines(body: Buffer): number {
  let count = 1;
  for (let at = body.indexOf(NEWLINE); at !== -1; at = body.indexOf(NEWLINE, at + 1)) count += 1;
  return count;
}
