import { setImmediate } from 'node:timers/promises';
import type { KongDefinition } from '../../src/definitions/event-source.ts';
import { createHttpClient } from '../../src/deliver/http-client.ts';
import type { JsonObject } from '../../src/event.ts';
import type { FedEvent, Feed, FeedState } from '../../src/feeds/feed.ts';
import { startKongFeed } from '../../src/feeds/kong.ts';
import { createLogger } from '../../src/logger.ts';
import { NOTHING_RESERVED } from '../../src/secrets/reserved.ts';
import { createSecrets } from '../../src/secrets/resolver.ts';
import { type EgressTexts, toEgress } from './egress.ts';
import { FEED_PARTS } from './feed-parts.ts';
import { createHeldClock } from './held-clock.ts';

/** A feed of a gateway, with a memory that outlives it and a way in that can be shut. */
export interface KongStage extends AsyncDisposable {
  /** Starts the feed, as `overrides` have it, and waits until its first look ended. */
  start(overrides?: Partial<KongDefinition>): Promise<void>;
  stop(): Promise<void>;
  /** Lets the time pass until the next look, or a number of them, and waits until they ended. */
  look(times?: number): Promise<void>;
  state(): FeedState;
  /** What was taken in since this was asked last, told twice or not. */
  take(): readonly FedEvent[];
  /** The same, as `source event`. */
  names(): readonly string[];
  /** What is kept; null: nothing. */
  kept: JsonObject | null;
  /** What taking in or keeping fails with, or every event is refused for; null: it does not, and none is. */
  readonly failing: { emit: string | null; save: string | null; refuse: string | null };
  /** Every wait between looks so far, ms. */
  readonly waits: readonly number[];
  readonly log: readonly string[];
}

/** Definition with every default, as the schema fills them in. */
export function toKong(admin_url: string, overrides: Partial<KongDefinition> = {}): KongDefinition {
  return {
    admin_url,
    interval: 30,
    entities: ['services', 'consumers'],
    workspaces: null,
    tags: [],
    health: false,
    token: null,
    headers: {},
    ssl_verify: true,
    ...overrides,
  };
}

/** Sets a stage before an Admin API. */
export function setKongStage(
  url: string,
  {
    env = {},
    egress = {},
  }: { readonly env?: Readonly<Record<string, string>>; readonly egress?: EgressTexts } = {},
): KongStage {
  const waits: number[] = [];
  const held = createHeldClock();
  const clock = {
    ...held,
    setTimer(delayMs: number, callback: () => void) {
      waits.push(delayMs);
      return held.setTimer(delayMs, callback);
    },
  };
  // Requests take as long as they take: their clock stands still.
  const client = createHttpClient({ clock: createHeldClock(), egress: toEgress(egress) });
  const secrets = createSecrets({
    env,
    envAllow: null,
    fileRoot: '/nowhere',
    reserved: NOTHING_RESERVED,
  }).hooks;
  const log: string[] = [];
  let emitted: FedEvent[] = [];
  let feed: Feed | null = null;
  const ended = async (): Promise<void> => {
    while (held.timers === 0) await setImmediate();
  };
  const stage: KongStage = {
    async start(overrides = {}) {
      feed = startKongFeed('gateway', toKong(url, overrides), {
        ...FEED_PARTS,
        async emit(events) {
          if (stage.failing.emit !== null) throw new Error(stage.failing.emit);
          const { refuse: message } = stage.failing;
          if (message !== null) return events.map((_, index) => ({ index, message }));
          emitted.push(...events);
          return [];
        },
        memory: {
          load: async () => stage.kept,
          async save(state) {
            if (stage.failing.save !== null) throw new Error(stage.failing.save);
            stage.kept = JSON.parse(JSON.stringify(state)) as JsonObject;
          },
          async clear() {
            stage.kept = null;
          },
        },
        send: client.send,
        secrets,
        clock,
        logger: createLogger('info', { write: (line) => log.push(line) }),
      });
      await ended();
    },
    async stop() {
      await feed?.stop();
      feed = null;
    },
    async look(times = 1) {
      for (let time = 0; time < times; time += 1) {
        held.advance(waits.at(-1) ?? 0);
        await ended();
      }
    },
    state() {
      if (feed === null) throw new Error('The feed is not started');
      return feed.state();
    },
    take() {
      const taken = emitted;
      emitted = [];
      return taken;
    },
    names: () => stage.take().map(({ source, event }) => `${source} ${event}`),
    kept: null,
    failing: { emit: null, save: null, refuse: null },
    waits,
    log,
    async [Symbol.asyncDispose]() {
      await stage.stop();
      await client.close();
    },
  };
  return stage;
}
