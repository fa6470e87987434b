import type { Scalar } from 'yaml';

/** A piece of a scalar as it is written: what it stands for, from where, and where the next begins. */
interface Piece {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Finds the next piece of a scalar that is more than the white space YAML folds; null at the end. */
type ReadPiece = (source: string, from: number) => Piece | null;

/**
 * The offset in the source of each UTF-16 unit of a scalar's value, and of its end. White space that was folded is where
 * what follows it is. Null when that cannot be told.
 *
 * Folding, indentation and chomping change nothing but white space, so all else is found in its order, however it is written.
 */
export function toOffsets(
  source: string,
  { value, type = 'PLAIN', range }: Scalar,
): readonly number[] | null {
  if (typeof value !== 'string' || !range) return null;
  const written = source.slice(0, range[1]);
  const { begin, readPiece } = STYLES[type];
  let end = begin(written, range[0]);
  let next = readPiece(written, end);
  const offsets: number[] = [];
  while (offsets.length < value.length) {
    const at = offsets.length;
    if (next !== null && value.startsWith(next.text, at)) {
      for (let unit = 0; unit < next.text.length; unit += 1) offsets.push(next.start);
      end = next.end;
      next = readPiece(written, end);
    } else if (isFolded(value.charCodeAt(at))) offsets.push(next?.start ?? end);
    else return null;
  }
  return [...offsets, end];
}

const [TAB, NEWLINE, RETURN, SPACE] = [9, 10, 13, 32];
const [QUOTE, DOUBLE_QUOTE, BACKSLASH] = ["'", '"', '\\'];

function isFolded(code: number): boolean {
  return code === SPACE || code === NEWLINE || code === TAB || code === RETURN;
}

function readPlain(source: string, from: number): Piece | null {
  let start = from;
  while (isFolded(source.charCodeAt(start))) start += 1;
  const char = source[start];
  return char === undefined ? null : { text: char, start, end: start + 1 };
}

function readSingleQuoted(source: string, from: number): Piece | null {
  const piece = readPlain(source, from);
  if (piece?.text !== QUOTE) return piece;
  return source[piece.end] === QUOTE ? { ...piece, end: piece.end + 1 } : null;
}

function readDoubleQuoted(source: string, from: number): Piece | null {
  let piece = readPlain(source, from);
  // A line end that is escaped joins two lines.
  while (piece?.text === BACKSLASH && isLineEnd(source.charCodeAt(piece.end)))
    piece = readPlain(source, piece.end);
  if (piece === null || piece.text === DOUBLE_QUOTE) return null;
  if (piece.text !== BACKSLASH) return piece;
  const found = ESCAPE.exec(source.slice(piece.end, piece.end + 9));
  if (found === null) return null;
  const [written] = found;
  const hex = found.groups?.hex;
  const text =
    hex === undefined ? (ESCAPES[written] ?? written) : String.fromCodePoint(Number.parseInt(hex, 16));
  return { text, start: piece.start, end: piece.end + written.length };
}

function isLineEnd(code: number): boolean {
  return code === NEWLINE || code === RETURN;
}

/** What stands behind a backslash: the number of a character, or one that names it (YAML 1.2.2, 5.7). */
const ESCAPE = /^(?:x(?<hex>[\dA-Fa-f]{2})|u(?<hex>[\dA-Fa-f]{4})|U(?<hex>[\dA-Fa-f]{8})|.)/s;
const ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  e: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  '\t': '\t',
  v: '\v',
  N: '\x85',
  _: '\xa0',
  L: '\u2028',
  P: '\u2029',
};

/** How scalars are written: where the first piece is looked for, and how pieces are read. */
interface Style {
  readonly begin: (source: string, start: number) => number;
  readonly readPiece: ReadPiece;
}

const block: Style = {
  begin: (source, start) => {
    const header = source.indexOf('\n', start);
    return header === -1 ? source.length : header;
  },
  readPiece: readPlain,
};

const STYLES: Readonly<Record<Scalar.Type, Style>> = {
  PLAIN: { begin: (_source, start) => start, readPiece: readPlain },
  QUOTE_SINGLE: { begin: (_source, start) => start + 1, readPiece: readSingleQuoted },
  QUOTE_DOUBLE: { begin: (_source, start) => start + 1, readPiece: readDoubleQuoted },
  BLOCK_LITERAL: block,
  BLOCK_FOLDED: block,
};
