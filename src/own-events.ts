import { OWN_SOURCE } from './catalogue/built-in.ts';
import { type Clock, toTime } from './clock.ts';
import type { FinishedAttempt } from './deliver/attempt.ts';
import type { HookEvent, JsonObject } from './event.ts';
import { createId } from './id.ts';
import { type ChangedHook, toChangedHooks } from './reconcile/changed-hooks.ts';
import { toReconcileData } from './reconcile/reconcile-data.ts';
import type { Report } from './reconcile/report.ts';
import type { LiveHook } from './reconcile/snapshot.ts';

/** What Hookline says of itself, as events of the source `hookline` that hooks can be declared on. */
export interface OwnEvents {
  /** A delivery ran out of attempts. */
  deliveryExhausted(finished: FinishedAttempt): void;
  /** A hook takes no deliveries for now: its breaker opened, or its receiver is gone for good. */
  hookDisabled(disabled: DisabledHook): void;
  /** A set of definitions went live, was refused or is held. What only came back unchanged is not said. */
  reconciled(report: Report): void;
}

/** A hook that takes no deliveries for now. */
export interface DisabledHook {
  readonly hook: LiveHook;
  readonly reason: 'breaker_open' | 'gone';
  /** When its receiver is asked again, ms since the epoch; null: not before its definition changes. */
  readonly until: number | null;
}

/** What own events are made with. */
export interface OwnEventsParts {
  /** Takes events to the hooks that are live; to none, it does nothing. */
  readonly emit: (events: readonly HookEvent[]) => Promise<void>;
  /** Whether a live hook hears this event of Hookline: what nobody hears is not made by the thousand. */
  readonly isHeard: (event: string) => boolean;
  readonly onError: (error: unknown) => void;
  readonly clock: Clock;
}

/** Creates the emitter of Hookline's own events. */
export function createOwnEvents({ emit, isHeard, onError, clock }: OwnEventsParts): OwnEvents {
  const sendAll = (event: string, all: readonly JsonObject[]): void => {
    if (all.length === 0 || !isHeard(event)) return;
    const time = toTime(clock.now());
    emit(
      all.map((data) => ({ id: createId(), source: OWN_SOURCE, event, data, time, attributes: null })),
    ).catch(onError);
  };
  const send = (event: string, data: JsonObject): void => sendAll(event, [data]);
  return {
    deliveryExhausted({ hook, delivery, outcome }) {
      // A failing delivery of one of these events must not lead to another, or one bad receiver would make them for ever.
      if (delivery.event.source === OWN_SOURCE) return;
      const { source, event, id } = delivery.event;
      const { number: attempts, error } = outcome.attempt;
      send('delivery-exhausted', {
        delivery: delivery.deliveryId,
        hook: hook.definition.name,
        event: { id, source, event },
        attempts,
        error,
      });
    },
    hookDisabled({ hook, reason, until }) {
      if (hook.definition.source === OWN_SOURCE) return;
      send('hook-disabled', { hook: hook.definition.name, reason, until: toTime(until) });
    },
    reconciled(report) {
      const data = toReconcileData(report);
      if (data !== null) send('reconcile', data);
      if (report.kind === 'applied')
        sendAll(
          'hook',
          toChangedHooks(report).map((changed) => toHookData(changed, report.snapshot.revision)),
        );
    },
  };
}

function toHookData({ hook, operation }: ChangedHook, revision: string): JsonObject {
  const { id, name, source, event, handler } = hook.definition;
  return { operation, hook: name, id, source, event, handler, revision };
}
