import type { EventSource, NatsDefinition } from '../definitions/event-source.ts';
import { toMessage } from '../errors.ts';
import type { FedEvent, FeedParts } from './feed.ts';
import { createMessageReader, type NatsMessage } from './nats-message.ts';
import { createNatsQueue } from './nats-queue.ts';
import { type RefusedArrival, refuseArrivals } from './nats-refusals.ts';

/** A message that has come, until one of these is called, once. None of them throws. */
export interface Arrival {
  readonly message: NatsMessage;
  /** Its event is durable, now or from an earlier time. */
  taken(): void;
  /** No event can be made of it, however often it comes. */
  refused(reason: string): void;
  /** It cannot be taken now. */
  putOff(): void;
}

/** What messages are taken with. */
export interface NatsIntakeParts extends FeedParts {
  /** Aborted when the feed is to stop: another may be there for the source by then. */
  readonly signal: AbortSignal;
}

/** Takes messages to the journal in the order they came, many at once. */
export interface NatsIntake {
  /** Keeps a message until it is taken; puts it off when there is no room for it. */
  offer(arrival: Arrival): void;
  /** Why messages are not taken at present; null while they are. */
  problem(): string | null;
  /** When one last became an event, ms since the epoch; null: not yet. */
  lastEventAt(): number | null;
  /** Takes what has come; what cannot be taken is put off now. Resolves when nothing is left. */
  stop(): Promise<void>;
}

/** How long after a failure it is tried again. */
const AGAIN_MS = 5_000;

/** Creates the intake of a source. */
export function createNatsIntake(
  source: EventSource,
  nats: NatsDefinition,
  parts: NatsIntakeParts,
): NatsIntake {
  const { emit, countRefused, clock, logger, signal } = parts;
  const read = createMessageReader(source, nats);
  const about = { source: source.name };
  const queue = createNatsQueue();
  let putOff = 0;
  let fault: string | null = null;
  let lastEventAt: number | null = null;
  let stopped = false;
  let working: Promise<void> | null = null;
  let wake = (): void => undefined;

  async function work(): Promise<void> {
    for (let batch = queue.shift(); batch.length > 0; batch = queue.shift()) await take(batch);
    if (putOff > 0) logger.warn(about, describePutOff());
    putOff = 0;
    working = null;
  }

  async function take(batch: readonly Arrival[]): Promise<void> {
    const events: FedEvent[] = [];
    const told: Arrival[] = [];
    const refused: RefusedArrival[] = [];
    /** The definitions may have changed by now: whoever comes after this one may know the event. */
    const refuse = (arrival: Arrival, reason: string): void => {
      if (signal.aborted && nats.durable !== null) leave(arrival);
      else refused.push({ arrival, reason });
    };
    for (const arrival of batch) {
      const result = read(arrival.message);
      if (result.kind === 'refused') refuse(arrival, result.message);
      else {
        events.push(result.event);
        told.push(arrival);
      }
    }
    countRefused(refused.length);
    const answer = events.length === 0 ? new Map<number, string>() : await emitAtLast(events);
    for (const [index, arrival] of told.entries()) {
      const reason = answer?.get(index);
      if (answer === null) leave(arrival);
      else if (reason === undefined) arrival.taken();
      else refuse(arrival, reason);
    }
    if (answer !== null && answer.size < told.length) lastEventAt = clock.now();
    refuseArrivals(refused, logger, source.name);
  }

  function leave(arrival: Arrival): void {
    putOff += 1;
    arrival.putOff();
  }

  /** Tells them again until they are taken, or there is no time for that. Resolves to why some were refused; null: not taken. */
  async function emitAtLast(events: readonly FedEvent[]): Promise<ReadonlyMap<number, string> | null> {
    for (;;) {
      try {
        const refusals = await emit(events);
        fault = null;
        return new Map(refusals.map(({ index, message }) => [index, message]));
      } catch (error) {
        fault = `Messages cannot be taken now: ${toMessage(error)}`;
        logger.warn({ ...about, err: toMessage(error) }, 'cannot take messages of NATS, trying again');
        if (stopped) return null;
        await pause();
      }
    }
  }

  async function pause(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = clock.setTimer(AGAIN_MS, resolve);
    wake = resolve;
    await promise;
    timer.cancel();
  }

  function describePutOff(): string {
    const fate = nats.durable === null ? 'are lost' : 'come again';
    return `Messages could not be kept until they are taken: ${putOff} ${fate}`;
  }

  return {
    offer(arrival) {
      if (!queue.push(arrival)) {
        if (putOff === 0) logger.warn(about, 'messages of NATS come faster than they can be taken');
        return leave(arrival);
      }
      working ??= Promise.resolve().then(work);
    },
    problem: () => [fault ?? [], putOff > 0 ? describePutOff() : []].flat().join('; ') || null,
    lastEventAt: () => lastEventAt,
    async stop() {
      stopped = true;
      wake();
      await working;
    },
  };
}
