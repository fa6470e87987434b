import type { HookEvent } from '../event.ts';
import type { LiveHook } from '../reconcile/snapshot.ts';
import { judgeEnabled } from './enabled.ts';
import { judgeFilter } from './filter.ts';
import type { GateStop, StatelessGate } from './gate.ts';

/**
 * The gates that keep no state, in their order. Those that do (on_change, snooze) come after them, and are judged inside
 * the journal's transaction. `isGone`: whether the receiver of this very definition answered that it is gone for good.
 */
export function createGates(isGone: (hook: LiveHook) => boolean): readonly StatelessGate[] {
  return [
    { name: 'enabled', judge: judgeEnabled },
    { name: 'gone', judge: (hook) => (isGone(hook) ? { reason: 'gone', error: null } : null) },
    { name: 'filter', judge: judgeFilter },
  ];
}

/** What the first of some gates that stops an event says of it; null: all let it through. */
export function findStop(gates: readonly StatelessGate[], hook: LiveHook, event: HookEvent): GateStop | null {
  for (const gate of gates) {
    const stop = gate.judge(hook, event);
    if (stop !== null) return stop;
  }
  return null;
}
