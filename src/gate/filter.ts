import type { HookEvent } from '../event.ts';
import type { LiveHook } from '../reconcile/snapshot.ts';
import type { StopReason } from './gate.ts';

/** Stops an event the hook's filter does not hold for. A filter that fails on it stops it too, with a reason of its own. */
export function judgeFilter({ filter }: LiveHook, event: HookEvent): StopReason | null {
  if (filter === null) return null;
  try {
    return filter(event) ? null : 'filter';
  } catch {
    return 'filter_error';
  }
}
