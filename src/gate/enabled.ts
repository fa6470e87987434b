import type { LiveHook } from '../reconcile/snapshot.ts';
import type { StopReason } from './gate.ts';

/** Stops every event for a hook that is switched off. */
export function judgeEnabled({ definition }: LiveHook): StopReason | null {
  return definition.enabled ? null : 'disabled';
}
