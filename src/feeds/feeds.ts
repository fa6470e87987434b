import { digestJson } from '../canonical-json.ts';
import type { Declared, DeclaredSource } from '../catalogue/build.ts';
import type { EventSource } from '../definitions/event-source.ts';
import { toMessage } from '../errors.ts';
import type { Feed, FeedMemory, FeedParts, FeedState } from './feed.ts';
import { createFeedMemory } from './feed-memory.ts';
import { startKongFeed } from './kong.ts';
import { startNatsFeed } from './nats.ts';
import { startScheduleFeed } from './schedule.ts';

/** The feeds of the sources that are live. */
export interface Feeds {
  /** Starts feeds that are new, ends those that are gone, and leaves alone whose declaration stayed the same. */
  follow(declared: Declared): void;
  /** Of every feed, by source. */
  states(): readonly FeedState[];
  /** Ends all of them. */
  stop(): Promise<void>;
}

/** What feeds work with. */
interface FeedsParts extends Omit<FeedParts, 'memory'> {
  /** Where they keep what they have to know over a restart. */
  readonly dir: string;
}

/** A feed that a source declares. */
interface DeclaredFeed {
  /** Its kind and the name of its source: one that is declared anew goes on with what that one kept. */
  readonly name: string;
  readonly digest: string;
  readonly start: (parts: FeedParts) => Feed;
}

/** A feed that is wanted; it waits while the one before it ends. */
interface WantedFeed {
  readonly digest: string;
  feed: Feed | null;
}

/** Creates feeds of no source yet. */
export function createFeeds({ dir, ...parts }: FeedsParts): Feeds {
  const wanted = new Map<string, WantedFeed>();
  const ending = new Map<string, Promise<void>>();
  let stopped = false;

  const memoryOf = (name: string): FeedMemory => createFeedMemory({ dir, feed: name, logger: parts.logger });

  /** Has what begins anew by that name wait for this. */
  function hold(name: string, work: Promise<void>): void {
    const own = work.finally(() => {
      if (ending.get(name) === own) ending.delete(name);
    });
    ending.set(name, own);
  }

  function end(name: string, { feed }: WantedFeed): void {
    wanted.delete(name);
    if (feed !== null) hold(name, feed.stop());
  }

  /** What is not declared any more begins anew if it comes back: nothing was missed meanwhile. */
  function forget(name: string): void {
    const cleared = (ending.get(name) ?? Promise.resolve())
      .then(() => memoryOf(name).clear())
      .catch((error: unknown) =>
        parts.logger.warn({ feed: name, err: toMessage(error) }, 'cannot forget what a feed kept'),
      );
    hold(name, cleared);
  }

  async function begin({ name, digest, start }: DeclaredFeed): Promise<void> {
    const own: WantedFeed = { digest, feed: null };
    wanted.set(name, own);
    await ending.get(name);
    if (wanted.get(name) !== own || stopped) return;
    own.feed = start({ ...parts, memory: memoryOf(name) });
  }

  return {
    follow(declared) {
      if (stopped) return;
      const feeds = new Map([...declared.values()].flatMap(toDeclaredFeeds).map((feed) => [feed.name, feed]));
      for (const [name, own] of wanted) {
        if (feeds.get(name)?.digest !== own.digest) end(name, own);
        if (!feeds.has(name)) forget(name);
      }
      for (const feed of feeds.values()) if (!wanted.has(feed.name)) void begin(feed);
    },
    states: () => [...wanted.values()].flatMap(({ feed }) => (feed === null ? [] : [feed.state()])),
    async stop() {
      stopped = true;
      for (const [name, own] of wanted) end(name, own);
      await Promise.all(ending.values());
    },
  };
}

function toDeclaredFeeds({ source }: DeclaredSource): readonly DeclaredFeed[] {
  return [toScheduleFeed(source), toKongFeed(source), toNatsFeed(source)].flat();
}

function toScheduleFeed({ name, schedule }: EventSource): readonly DeclaredFeed[] {
  if (schedule === null) return [];
  return [
    {
      name: `schedule ${name}`,
      digest: digestJson(schedule),
      start: (parts) => startScheduleFeed(name, schedule, parts),
    },
  ];
}

function toKongFeed({ name, kong }: EventSource): readonly DeclaredFeed[] {
  if (kong === null) return [];
  return [
    {
      name: `kong ${name}`,
      digest: digestJson(kong),
      start: (parts) => startKongFeed(name, kong, parts),
    },
  ];
}

/** What else of a source tells how its messages are called makes another feed of it too. */
function toNatsFeed(source: EventSource): readonly DeclaredFeed[] {
  const { name, nats, cloudevents, events } = source;
  if (nats === null) return [];
  const types = Object.entries(events).map(([event, entry]) => [event, entry.cloudevents?.type ?? null]);
  return [
    {
      name: `nats ${name}`,
      digest: digestJson({ nats, cloudevents, types }),
      start: (parts) => startNatsFeed(source, nats, parts),
    },
  ];
}
