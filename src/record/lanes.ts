import { toTime } from '../clock.ts';
import type { Lane } from '../deliver/lane.ts';
import type { JsonObject } from '../event.ts';

/** Lanes as the API shows them: those that are parked, open, have failed more than once in a row, or go slower for a flood. */
export function toLaneViews(
  lanes: readonly Lane[],
  nameOf: (hookId: string) => string | null,
): readonly JsonObject[] {
  return lanes
    .filter(
      ({ parkedAt, breaker, isFlooded }) =>
        parkedAt !== null || breaker.isOpen || breaker.failures > 1 || isFlooded,
    )
    .map(({ hookId, active, waiting, parkedAt, breaker, isFlooded }) => ({
      hook: nameOf(hookId),
      hook_id: hookId,
      state: parkedAt !== null ? 'parked' : breaker.isOpen ? 'open' : 'closed',
      active,
      waiting,
      failures: breaker.failures,
      flooded: isFlooded,
      probe_at: toTime(breaker.probeAt),
      parked_at: toTime(parkedAt),
    }));
}
