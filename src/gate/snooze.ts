import type { GateCheck, GateState } from './gate.ts';

/**
 * `snooze` is a fixed window from the last event let through: what it stops does not make it longer. A clock that
 * was set back by less than the window keeps the mute; by more, the window counts as over, so that no correction of
 * the clock can mute a hook for longer than it says.
 */
export function isSnoozed(check: GateCheck, state: GateState | null): boolean {
  return state !== null && Math.abs(check.at - state.passedAt) < check.snoozeMs;
}
