import type { GateCheck, GateState } from './gate.ts';

/**
 * `on_change` alone compares with the last event let through, so A, B, A sends three. With a snooze beside it the
 * digest is part of the key and each digest waits out its own window, which the snooze gate then judges.
 */
export function isUnchanged(check: GateCheck, state: GateState | null): boolean {
  return check.onChange && check.snoozeMs === 0 && state !== null && state.digest === check.digest;
}
