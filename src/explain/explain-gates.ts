import type { HookEvent } from '../event.ts';
import type { GateCheck, GateStop, StatefulGate, StatelessGate } from '../gate/gate.ts';
import { STATEFUL_GATES } from '../gate/judge.ts';
import type { LiveHook } from '../reconcile/snapshot.ts';
import { explainState, type StateContext } from './explain-state.ts';
import type { GateExplanation } from './explanation.ts';

/** What the gates of a hook are asked with. */
export interface GateContext extends StateContext {
  readonly gates: readonly StatelessGate[];
  /** Null: the hook has neither on_change nor snooze. */
  readonly check: GateCheck | null;
}

/** Asks every gate of a hook, those behind one that stops too. */
export function explainGates(
  hook: LiveHook,
  event: HookEvent,
  context: GateContext,
): readonly GateExplanation[] {
  const { gates, check } = context;
  const { filter } = hook.definition;
  const stateless = gates.filter(({ name }) => name !== 'filter' || filter !== null);
  const stateful = check === null ? [] : STATEFUL_GATES.filter((gate) => hasGate(check, gate));
  return [
    ...stateless.map((gate) => explainStateless(gate, hook, event)),
    ...stateful.flatMap((gate) => (check === null ? [] : explainState(gate, check, context))),
  ];
}

function hasGate({ onChange, snoozeMs }: GateCheck, { name }: StatefulGate): boolean {
  return name === 'on_change' ? onChange : snoozeMs > 0;
}

function explainStateless({ name, judge }: StatelessGate, hook: LiveHook, event: HookEvent): GateExplanation {
  const stop = judge(hook, event);
  const verdict = stop === null ? 'pass' : 'stop';
  const detail = describe(name, stop, hook.definition.filter);
  return { gate: name, verdict, reason: stop?.reason ?? null, detail, last: null };
}

function describe(name: StatelessGate['name'], stop: GateStop | null, filter: string | null): string {
  const passes = stop === null;
  switch (name) {
    case 'enabled':
      return passes ? 'it is switched on' : 'it is switched off (enabled: false)';
    case 'gone':
      return passes ? 'its receiver is not gone' : 'its receiver answered 410: until the definition changes';
    case 'filter':
      return stop?.error == null ? `${filter} is ${passes}` : `${filter} fails: ${stop.error}`;
  }
}
