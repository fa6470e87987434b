import { setTimeout as delay } from 'node:timers/promises';
import type { FedEvent, Feed, FeedParts, Refusal } from '../../src/feeds/feed.ts';
import { startNatsFeed } from '../../src/feeds/nats.ts';
import { createLogger } from '../../src/logger.ts';
import { FEED_PARTS } from './feed-parts.ts';
import { createHeldClock, type HeldClock } from './held-clock.ts';
import { loadSource } from './load-text.ts';

/** Others need the processor while something is waited for. */
const POLL_MS = 1;

/** A feed of NATS with a way in that can be shut. */
export interface NatsStage extends AsyncDisposable {
  readonly clock: HeldClock;
  /** Every event that was taken, each as often as it was. */
  readonly emitted: readonly FedEvent[];
  /** How many were told at once. */
  readonly batches: readonly number[];
  readonly log: readonly string[];
  readonly feed: Feed;
  readonly refused: () => number;
  /** Nothing can be taken from now on, or again. */
  shut(is: boolean): void;
  /** Resolves once this holds. */
  until(holds: () => boolean): Promise<void>;
  /** Resolves once the feed has no problem. */
  connected(): Promise<void>;
}

/** Starts the feed of a source; `nats` is the YAML of its key. Events called "refused" are refused. */
export function startNatsStage(
  nats: string,
  {
    events = 'events: { paid: {}, invoice.paid: {} }',
    ...parts
  }: Partial<FeedParts> & { readonly events?: string } = {},
): NatsStage {
  const source = loadSource(`kind: EventSource\nname: billing\n${events}\nnats: ${nats}\n`);
  if (source.nats === null) throw new Error('Cannot start a feed of no NATS');
  const clock = createHeldClock();
  const emitted: FedEvent[] = [];
  const batches: number[] = [];
  const log: string[] = [];
  let isShut = false;
  let refused = 0;
  const feed = startNatsFeed(source, source.nats, {
    ...FEED_PARTS,
    countRefused(count) {
      refused += count;
    },
    async emit(told): Promise<readonly Refusal[]> {
      if (isShut) throw new Error('the disk is full');
      batches.push(told.length);
      emitted.push(...told.filter(({ event }) => event !== 'refused'));
      return told.flatMap(({ event }, index) =>
        event === 'refused' ? [{ index, message: 'no such event' }] : [],
      );
    },
    memory: { load: async () => null, save: async () => undefined, clear: async () => undefined },
    clock,
    logger: createLogger('info', { write: (line) => log.push(line) }),
    ...parts,
  });
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await delay(POLL_MS);
  };
  return {
    clock,
    emitted,
    batches,
    log,
    feed,
    refused: () => refused,
    shut(is) {
      isShut = is;
    },
    until,
    connected: () => until(() => feed.state().problem === null),
    [Symbol.asyncDispose]: () => feed.stop(),
  };
}
