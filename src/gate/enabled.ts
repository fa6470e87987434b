import type { LiveHook } from '../reconcile/snapshot.ts';
import type { GateStop } from './gate.ts';

/** Stops every event for a hook that is switched off. */
export function judgeEnabled({ definition }: LiveHook): GateStop | null {
  return definition.enabled ? null : { reason: 'disabled', error: null };
}
