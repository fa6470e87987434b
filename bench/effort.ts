/**
 * Whether BENCH_QUICK=1 asks for a trial: every benchmark runs once, for a moment and with little, to see that it works.
 * Its figures mean nothing.
 */
export const IS_QUICK = process.env.BENCH_QUICK === '1';

const QUICK_SHARE = 0.02;

/** How many rounds to make. */
export function toRounds(full: number): number {
  return IS_QUICK ? 1 : full;
}

/** How many seconds to send for. */
export function toSeconds(full: number): number {
  return IS_QUICK ? Math.min(full, 1) : full;
}

/** How much to make: events, deliveries. */
export function toAmount(full: number): number {
  return IS_QUICK ? Math.ceil(full * QUICK_SHARE) : full;
}
