import { closest, distance } from 'fastest-levenshtein';

/** Share of a word that may differ for another to count as what was meant. */
const MAX_SHARE = 0.4;

/** The candidate that was probably meant by a word; null when none is close. */
export function suggest(word: string, candidates: readonly string[]): string | null {
  if (candidates.length === 0 || word === '') return null;
  const near = closest(word, candidates);
  if (distance(word, near) <= Math.max(1, Math.floor(word.length * MAX_SHARE))) return near;
  return candidates.find((candidate) => isMixedUp(word, candidate)) ?? null;
}

/** Whether a word has the letters of another in another order or another case: `ulr`, `post`. */
function isMixedUp(word: string, other: string): boolean {
  return word.length === other.length && toLetters(word) === toLetters(other);
}

function toLetters(word: string): string {
  return [...word.toLowerCase()].toSorted().join('');
}

/** "Did you mean …" for a word, or else what is known, as far as that is short. */
export function toHint(word: string, known: readonly string[]): string | null {
  const near = suggest(word, known);
  if (near !== null) return `Did you mean "${near}"?`;
  return known.length > 0 && known.length <= MAX_LISTED ? `Known: ${known.join(', ')}` : null;
}

/** A longer list helps nobody. */
const MAX_LISTED = 20;
