/** A pattern in which `*` stands for any characters or none; every other character stands for itself. */
export interface Glob {
  readonly pattern: string;
  /** Whether it has a `*`: without one it matches one text. */
  readonly isOpen: boolean;
  /** Characters besides `*`: of two patterns that match a text, the one with more says more of it. */
  readonly literals: number;
  matches(text: string): boolean;
}

/**
 * Reads a pattern. There is nothing to escape and nothing to try again: the pieces between the `*` are looked for from
 * left to right, each once.
 */
export function parseGlob(pattern: string): Glob {
  const [first = '', ...others] = pattern.split('*');
  const last = others.pop();
  const literals = pattern.replaceAll('*', '').length;
  const matchesAround = (text: string, end: string): boolean =>
    text.length >= literals &&
    text.startsWith(first) &&
    text.endsWith(end) &&
    hasInOrder(text.slice(first.length, text.length - end.length), others);
  return {
    pattern,
    isOpen: last !== undefined,
    literals,
    matches: (text) => (last === undefined ? text === pattern : matchesAround(text, last)),
  };
}

function hasInOrder(text: string, pieces: readonly string[]): boolean {
  let from = 0;
  for (const piece of pieces) {
    const at = text.indexOf(piece, from);
    if (at === -1) return false;
    from = at + piece.length;
  }
  return true;
}

/** What the one `*` of a pattern stands for in a text that it matches. */
export function captureOf({ pattern }: Glob, text: string): string {
  const star = pattern.indexOf('*');
  return text.slice(star, text.length - (pattern.length - star - 1));
}
