/** Milliseconds of each unit, the longest first. */
export const UNITS_MS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const;

/** A duration as people write it: 0s, 1m30s. */
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
