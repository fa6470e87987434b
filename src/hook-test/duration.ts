import type { Duration } from './hook-test.ts';

/** Milliseconds of each unit, the longest first. */
const UNITS_MS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const;
const PART = /(\d+(?:\.\d+)?)(ms|[dhms])/g;

/** Milliseconds of a duration: seconds as a number, or numbers with units (1m30s). */
export function toMs(duration: Duration): number {
  if (typeof duration === 'number') return Math.round(duration * UNITS_MS.s);
  const parts = [...duration.matchAll(PART)];
  return Math.round(
    parts.reduce(
      (sum, [, number, unit]) => sum + Number(number) * UNITS_MS[unit as keyof typeof UNITS_MS],
      0,
    ),
  );
}

/** A time since the start as people write it: 0s, 1m30s. */
export function toDuration(ms: number): string {
  let left = Math.round(ms);
  const parts: string[] = [];
  for (const [unit, unitMs] of Object.entries(UNITS_MS)) {
    const number = Math.floor(left / unitMs);
    left -= number * unitMs;
    if (number > 0) parts.push(`${number}${unit}`);
  }
  return parts.length === 0 ? '0s' : parts.join('');
}
