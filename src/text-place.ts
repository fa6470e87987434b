/** A place in a text, counted from 1; columns in UTF-16 units as editors count. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

const LINE_END = /\r\n?|\n/g;

/** The place of an offset. */
export function toTextPlace(text: string, offset: number): TextPlace {
  const lines = text.slice(0, offset).split(LINE_END);
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
}

/** The offset of a place; that of the end for one behind it. */
export function toTextOffset(text: string, { line, column }: TextPlace): number {
  let start = 0;
  if (line > 1) {
    const end = text
      .matchAll(LINE_END)
      .drop(line - 2)
      .next().value;
    start = end === undefined ? text.length : end.index + end[0].length;
  }
  return Math.min(start + column - 1, text.length);
}
