import { OWN_SOURCE } from './catalogue/built-in.ts';
import { type Clock, toTime } from './clock.ts';
import type { FinishedAttempt } from './deliver/attempt.ts';
import type { HookEvent, JsonObject } from './event.ts';
import { createId } from './id.ts';
import type { LiveHook } from './reconcile/snapshot.ts';

/** What Hookline says of itself, as events of the source `hookline` that hooks can be declared on. */
export interface OwnEvents {
  /** A delivery ran out of attempts. */
  deliveryExhausted(finished: FinishedAttempt): void;
  /** A hook takes no deliveries for now: its breaker opened, or its receiver is gone for good. */
  hookDisabled(disabled: DisabledHook): void;
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
  readonly emit: (event: HookEvent) => Promise<void>;
  readonly onError: (error: unknown) => void;
  readonly clock: Clock;
}

/** Creates the emitter of Hookline's own events. */
export function createOwnEvents({ emit, onError, clock }: OwnEventsParts): OwnEvents {
  const send = (event: string, data: JsonObject): void => {
    const time = toTime(clock.now());
    emit({ id: createId(), source: OWN_SOURCE, event, data, time }).catch(onError);
  };
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
  };
}
