import { toTime } from '../clock.ts';
import type { Lane } from '../deliver/lane.ts';
import type { JsonObject } from '../event.ts';

/** Lanes as the API shows them: those that are parked, open, or have failed more than once in a row. */
export function toLaneViews(
  lanes: readonly Lane[],
  nameOf: (hookId: string) => string | null,
): readonly JsonObject[] {
  return lanes
    .filter(({ parkedAt, breaker }) => parkedAt !== null || breaker.isOpen || breaker.failures > 1)
    .map(({ hookId, active, waiting, parkedAt, breaker }) => ({
      hook: nameOf(hookId),
      hook_id: hookId,
      state: parkedAt !== null ? 'parked' : breaker.isOpen ? 'open' : 'closed',
      active,
      waiting,
      failures: breaker.failures,
      probe_at: toTime(breaker.probeAt),
      parked_at: toTime(parkedAt),
    }));
}
