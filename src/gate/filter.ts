import { toMessage } from '../errors.ts';
import type { HookEvent } from '../event.ts';
import type { LiveHook } from '../reconcile/snapshot.ts';
import type { GateStop } from './gate.ts';

/** Stops an event the hook's filter does not hold for. A filter that fails on it stops it too, with a reason of its own. */
export function judgeFilter({ filter }: LiveHook, event: HookEvent): GateStop | null {
  if (filter === null) return null;
  try {
    return filter(event) ? null : { reason: 'filter', error: null };
  } catch (error) {
    const { summary } = error as { readonly summary?: string };
    return { reason: 'filter_error', error: summary ?? toMessage(error) };
  }
}
