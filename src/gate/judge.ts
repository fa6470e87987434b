import type { GateCheck, GateState, GateVerdict } from './gate.ts';
import { isUnchanged } from './on-change.ts';
import { isSnoozed } from './snooze.ts';

/**
 * Judges the stateful gates against the state kept under the check's key (null: none yet). Pure, so that every
 * journal can call it inside its own transaction or compare-and-set.
 */
export function judge(check: GateCheck, state: GateState | null): GateVerdict {
  if (isUnchanged(check, state)) return { kind: 'stop', reason: 'unchanged' };
  if (isSnoozed(check, state)) return { kind: 'stop', reason: 'snoozed' };
  return { kind: 'pass', state: { digest: check.digest, passedAt: check.at } };
}
