import { OWN_SOURCE } from './catalogue/built-in.ts';
import type { Clock } from './clock.ts';
import type { HandlerName } from './definitions/definition.ts';
import { createAttempt } from './deliver/attempt.ts';
import { createDispatcher, type Dispatcher } from './deliver/dispatcher.ts';
import type { Handler } from './deliver/handler.ts';
import { toMessage } from './errors.ts';
import type { Journal } from './journal/journal.ts';
import type { Logger } from './logger.ts';
import { matchHooks } from './match/match.ts';
import { createOutOfService } from './out-of-service.ts';
import { createOwnEvents, type OwnEvents } from './own-events.ts';
import { createPipeline, type Pipeline } from './pipeline.ts';
import { type Counters, createCounters } from './record/counters.ts';
import { createRecorder } from './record/recorder.ts';
import type { Registry } from './registry/registry.ts';

/** What events are delivered with. Whoever made a part ends it. */
export interface DeliveringParts {
  readonly journal: Journal;
  readonly registry: Registry;
  readonly handlers: Readonly<Record<HandlerName, Handler>>;
  /** Takes secrets out of a text. */
  readonly redact: (text: string) => string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** 0 to 1, for jitter. */
  readonly random: () => number;
  /** Told of every event that was taken in, Hookline's own too, with what became of it. */
  readonly onAppended?: OnAppended;
}

type OnAppended = (events: Parameters<Pipeline>[0], appended: Awaited<ReturnType<Pipeline>>) => void;

/**
 * The way of an event from the pipeline to the outcome of its deliveries, without anything around it: neither a server nor
 * files. The app runs it, and every case of a hook test.
 */
export interface Delivering {
  readonly counters: Counters;
  /** The first `reload` starts it. */
  readonly dispatcher: Dispatcher;
  readonly ownEvents: OwnEvents;
  readonly pipeline: Pipeline;
  /** Learns that other hooks are live, or may run. */
  reload(): void;
  /** What is under way and fails from now on says nothing of its receiver: it stays due, as after a crash. */
  cutOff(): void;
}

/** Joins pipeline, dispatcher and recorder. */
export function createDelivering(parts: DeliveringParts): Delivering {
  const { journal, registry, handlers, redact, clock, logger, random, onAppended } = parts;
  const counters = createCounters();
  const ownEvents = createOwnEvents({
    clock,
    emit: async (events) => {
      const snapshot = registry.current();
      if (snapshot !== null) await pipeline(events, snapshot);
    },
    isHeard(event) {
      const snapshot = registry.current();
      return snapshot !== null && matchHooks(snapshot.index, { source: OWN_SOURCE, event }).length > 0;
    },
    onError: (error) => logger.error({ err: toMessage(error) }, 'cannot record an event of Hookline itself'),
  });
  const record = createRecorder({
    journal,
    counters,
    logger,
    clock,
    onExhausted: ownEvents.deliveryExhausted,
    onGone: ({ hook }) => outOfService.gone(hook),
  });
  const reload = (): void => void dispatcher.reload();
  const outOfService = createOutOfService({ journal, registry, ownEvents, logger, reload });
  let isCutOff = false;
  const attempt = createAttempt({ handlers, record, redact, isStopping: () => isCutOff, clock, random });
  const dispatcher = createDispatcher({
    journal,
    findHook: registry.findRunnable,
    attempt,
    onBreaker: outOfService.breaker,
    clock,
    logger,
  });
  const append = createPipeline({ journal, clock, dispatch: dispatcher.offer, isGone: registry.isGone });
  const pipeline: Pipeline = async (events, snapshot) => {
    const appended = await append(events, snapshot);
    onAppended?.(events, appended);
    return appended;
  };
  return {
    counters,
    dispatcher,
    ownEvents,
    pipeline: onAppended === undefined ? append : pipeline,
    reload,
    cutOff() {
      isCutOff = true;
    },
  };
}
