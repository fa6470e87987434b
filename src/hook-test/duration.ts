import { UNITS_MS } from '../duration.ts';
import type { Duration } from './hook-test.ts';

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
