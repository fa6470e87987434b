import { RE2JS } from 're2js';

/** A pattern whose search takes time in proportion to the text (RE2), whoever wrote either of them. */
export interface LinearPattern {
  /** How much of it there is to follow for each character of a text. */
  readonly size: number;
  /** Whether it is found anywhere in a text. */
  isIn(text: string): boolean;
}

/** Characters of a pattern: far above what anyone writes by hand. Some take much longer to compile than they are. */
const MAX_PATTERN_LENGTH = 1_000;

/**
 * Compiles a pattern of RE2: no lookaround, no references to groups, which is what keeps other engines busy for ever on
 * some texts. Throws with what is wrong.
 */
export function compileLinearPattern(pattern: string): LinearPattern {
  if (pattern.length > MAX_PATTERN_LENGTH)
    throw new Error(`a pattern may have ${MAX_PATTERN_LENGTH} characters: got ${pattern.length}`);
  const compiled = RE2JS.compile(pattern);
  return { size: compiled.programSize(), isIn: (text) => compiled.matcher(text).find() };
}
