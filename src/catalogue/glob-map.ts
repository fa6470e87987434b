import { compareTexts } from '../order.ts';
import { type Glob, parseGlob } from './glob.ts';

/** Values by pattern. */
export interface GlobMap<V> {
  /**
   * The first answer that is not null for a pattern that matches the text: first the pattern with the most characters
   * besides `*`, of equally many the one that is first in the alphabet.
   */
  find<T>(text: string, answer: (value: V, glob: Glob) => T | null): T | null;
}

/** Makes a map of patterns that are all different. One without a `*` is looked up, the others are tried in turn. */
export function createGlobMap<V>(entries: readonly (readonly [pattern: string, value: V])[]): GlobMap<V> {
  const all = entries.map(([pattern, value]) => ({ glob: parseGlob(pattern), value }));
  const exact = new Map(all.filter(({ glob }) => !glob.isOpen).map((entry) => [entry.glob.pattern, entry]));
  const open = all
    .filter(({ glob }) => glob.isOpen)
    .sort((a, b) => b.glob.literals - a.glob.literals || compareTexts(a.glob.pattern, b.glob.pattern));
  return {
    find(text, answer) {
      const one = exact.get(text);
      const found = one === undefined ? null : answer(one.value, one.glob);
      if (found !== null) return found;
      for (const { glob, value } of open) {
        const next = glob.matches(text) ? answer(value, glob) : null;
        if (next !== null) return next;
      }
      return null;
    },
  };
}
