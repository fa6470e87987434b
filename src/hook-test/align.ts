/** What was expected beside what came in its place; undefined where there is none. */
export type Pair<E, A> = readonly [expected: E | undefined, actual: A | undefined];

/** Above so many comparisons lists are held against each other one by one. */
const MAX_COMPARISONS = 250_000;

/**
 * Pairs two lists in their order, so that as many pairs as possible match (the longest common subsequence); what stands between
 * matching pairs is paired one by one.
 */
export function align<E, A>(
  expected: readonly E[],
  actual: readonly A[],
  matches: (expected: E, actual: A) => boolean,
): readonly Pair<E, A>[] {
  const isSame =
    expected.length === actual.length &&
    expected.every((one, index) => index in actual && matches(one, actual[index] as A));
  if (isSame || expected.length * actual.length > MAX_COMPARISONS) return zip(expected, actual);
  const pairs: Pair<E, A>[] = [];
  let [fromExpected, fromActual] = [0, 0];
  for (const [e, a] of findMatches(expected, actual, matches)) {
    pairs.push(...zip(expected.slice(fromExpected, e), actual.slice(fromActual, a)), [
      expected[e],
      actual[a],
    ]);
    [fromExpected, fromActual] = [e + 1, a + 1];
  }
  return [...pairs, ...zip(expected.slice(fromExpected), actual.slice(fromActual))];
}

function zip<E, A>(expected: readonly E[], actual: readonly A[]): readonly Pair<E, A>[] {
  const length = Math.max(expected.length, actual.length);
  return Array.from({ length }, (_, index) => [expected[index], actual[index]] as const);
}

/** Indexes of the pairs of the longest common subsequence. */
function findMatches<E, A>(
  expected: readonly E[],
  actual: readonly A[],
  matches: (expected: E, actual: A) => boolean,
): readonly (readonly [number, number])[] {
  const isMatch = expected.map((one) => actual.map((other) => matches(one, other)));
  /** Length of the longest from these indexes on. */
  const lengths = Array.from({ length: expected.length + 1 }, () =>
    new Array<number>(actual.length + 1).fill(0),
  );
  const lengthAt = (e: number, a: number): number => lengths[e]?.[a] ?? 0;
  for (let e = expected.length - 1; e >= 0; e -= 1)
    for (let a = actual.length - 1; a >= 0; a -= 1) {
      const row = lengths[e];
      if (row === undefined) continue;
      row[a] = isMatch[e]?.[a]
        ? 1 + lengthAt(e + 1, a + 1)
        : Math.max(lengthAt(e + 1, a), lengthAt(e, a + 1));
    }
  const found: (readonly [number, number])[] = [];
  let [e, a] = [0, 0];
  while (e < expected.length && a < actual.length) {
    if (isMatch[e]?.[a]) {
      found.push([e, a]);
      [e, a] = [e + 1, a + 1];
    } else if (lengthAt(e + 1, a + 1) === lengthAt(e, a)) {
      // One in the place of the other, rather than one missing here and another too many later.
      [e, a] = [e + 1, a + 1];
    } else if (lengthAt(e + 1, a) >= lengthAt(e, a + 1)) e += 1;
    else a += 1;
  }
  return found;
}
