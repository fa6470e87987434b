/** The smallest value that at least `share` (0 to 1) of the values do not exceed. Throws when there are none. */
export function toQuantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new Error('Cannot take a quantile: there are no values');
  return value;
}

/** The middle value. */
export function toMedian(values: readonly number[]): number {
  return toQuantile(values, 0.5);
}

/** The least and the most of the values, as in `0.81 to 0.9`. */
export function toRange(values: readonly number[], digits: number): string {
  return `${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)}`;
}

/** Each figure over the one of the same round. */
export function toRatios(over: readonly number[], under: readonly number[]): readonly number[] {
  return over.map((figure, round) => figure / (under[round] ?? 0));
}

/** The middle one of some ratios, and their range. */
export function describeRatios(ratios: readonly number[]): string {
  return `${toMedian(ratios).toFixed(2)} ×, ${toRange(ratios, 2)}`;
}

/** Latencies by what half of them and what nearly all of them do not exceed. */
export function describeLatencies(latenciesMs: readonly number[]): string {
  const [p50, p99] = [0.5, 0.99].map((share) => toQuantile(latenciesMs, share).toFixed(1));
  return `p50 ${p50} ms, p99 ${p99} ms`;
}
