import type { GateCheck, GateState, GateVerdict, StatefulGate } from './gate.ts';
import { isUnchanged } from './on-change.ts';
import { isSnoozed } from './snooze.ts';

/** The gates that keep state, in their order. */
export const STATEFUL_GATES: readonly StatefulGate[] = [
  { name: 'on_change', reason: 'unchanged', stops: isUnchanged },
  { name: 'snooze', reason: 'snoozed', stops: isSnoozed },
];

/**
 * Judges the stateful gates against the state kept under the check's key (null: none yet). Pure, so that every
 * journal can call it inside its own transaction or compare-and-set.
 */
export function judge(check: GateCheck, state: GateState | null): GateVerdict {
  const gate = STATEFUL_GATES.find(({ stops }) => stops(check, state));
  if (gate !== undefined) return { kind: 'stop', reason: gate.reason };
  return { kind: 'pass', state: { digest: check.digest, passedAt: check.at, eventId: check.eventId } };
}
