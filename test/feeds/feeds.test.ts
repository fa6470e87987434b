import { execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { buildCatalogue, type Declared } from '../../src/catalogue/build.ts';
import type { FedEvent } from '../../src/feeds/feed.ts';
import { createFeedMemory } from '../../src/feeds/feed-memory.ts';
import { createFeeds } from '../../src/feeds/feeds.ts';
import { createLogger } from '../../src/logger.ts';
import { FEED_PARTS } from '../helpers/feed-parts.ts';
import { createHeldClock, START } from '../helpers/held-clock.ts';
import { loadText } from '../helpers/load-text.ts';
import { createTempDir, type TempDir } from '../helpers/temp-dir.ts';

const MINUTE_MS = 60_000;

/** Sources that each have a schedule. */
function declare(schedules: Readonly<Record<string, string>>): Declared {
  const texts = Object.entries(schedules).map(
    ([name, cron]) => `kind: EventSource\nname: ${name}\nschedule: { cron: "${cron}" }\n`,
  );
  return buildCatalogue(loadText(texts.join('---\n')).definitions).declared;
}

function createStage(dir: TempDir) {
  const clock = createHeldClock();
  const emitted: FedEvent[] = [];
  const feeds = createFeeds({
    ...FEED_PARTS,
    dir: join(dir.path, 'feeds'),
    async emit(events) {
      emitted.push(...events);
      return [];
    },
    clock,
    logger: createLogger('silent'),
  });
  return {
    feeds,
    emitted,
    clock,
    /** Lets what was begun come to its wait; the state is written to a real disk meanwhile. */
    async until(holds: () => boolean) {
      while (!holds()) await setImmediate();
    },
  };
}

describe('feeds', () => {
  it('load the client of NATS for sources of NATS only', () => {
    const { href } = new URL('../../src/feeds/feeds.ts', import.meta.url);
    const script = `import { createRequire } from 'node:module';
      await import('${href}');
      console.log(Object.keys(createRequire('${href}').cache).join());`;
    const loaded = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    expect(loaded).toContain('node_modules');
    expect(loaded).not.toContain('nats-io');
  });

  it('follow what is declared: new ones start, those that are gone end', async () => {
    using dir = createTempDir();
    const { feeds, clock, emitted, until } = createStage(dir);
    feeds.follow(declare({ a: '* * * * *' }));
    await until(() => clock.timers === 1);
    feeds.follow(declare({ a: '* * * * *', b: '* * * * *' }));
    await until(() => clock.timers === 2);
    expect(feeds.states().map(({ source }) => source)).toEqual(['a', 'b']);
    clock.advance(MINUTE_MS);
    await until(() => clock.timers === 2);
    expect(emitted.map(({ source }) => source).sort()).toEqual(['a', 'b']);
    feeds.follow(declare({ b: '* * * * *' }));
    clock.advance(MINUTE_MS);
    await until(() => clock.timers === 1);
    expect(emitted.map(({ source }) => source).slice(2)).toEqual(['b']);
    await feeds.stop();
    expect([feeds.states(), clock.timers]).toEqual([[], 0]);
  });

  it('leave alone what stayed the same, and begin anew what did not', async () => {
    using dir = createTempDir();
    const { feeds, clock, emitted, until } = createStage(dir);
    feeds.follow(declare({ a: '0 * * * *' }));
    await until(() => clock.timers === 1);
    clock.advance(30 * MINUTE_MS);
    await until(() => clock.timers === 1);
    feeds.follow(declare({ a: '0 * * * *' }));
    expect(clock.timers).toBe(1);
    feeds.follow(declare({ a: '*/5 * * * *' }));
    await until(() => clock.timers === 1 && feeds.states().length === 1);
    expect(emitted).toEqual([]);
    for (let minute = 0; minute < 5; minute += 1) {
      expect(emitted).toEqual([]);
      clock.advance(MINUTE_MS);
      await until(() => clock.timers === 1);
    }
    expect(emitted).toHaveLength(1);
    await feeds.stop();
  });

  it('forget what is not declared any more: what comes back has missed nothing', async () => {
    using dir = createTempDir();
    const { feeds, clock, emitted, until } = createStage(dir);
    const kept = (): number => readdirSync(join(dir.path, 'feeds')).length;
    feeds.follow(declare({ a: '* * * * *' }));
    await until(() => clock.timers === 1);
    expect(kept()).toBe(1);
    feeds.follow(declare({}));
    await until(() => kept() === 0);
    clock.advance(10 * MINUTE_MS);
    feeds.follow(declare({ a: '* * * * *' }));
    await until(() => clock.timers === 1);
    expect(emitted).toEqual([]);
    await feeds.stop();
  });

  it('start nothing once they were stopped', async () => {
    using dir = createTempDir();
    const { feeds, clock } = createStage(dir);
    await feeds.stop();
    feeds.follow(declare({ a: '* * * * *' }));
    expect([feeds.states(), clock.timers]).toEqual([[], 0]);
  });

  it('keep what they know in a file each', async () => {
    using dir = createTempDir();
    const { feeds, clock, until } = createStage(dir);
    feeds.follow(declare({ a: '* * * * *', A: '* * * * *' }));
    await until(() => clock.timers === 2);
    await feeds.stop();
    const memory = createFeedMemory({
      dir: join(dir.path, 'feeds'),
      feed: 'schedule A',
      logger: createLogger('silent'),
    });
    expect(await memory.load()).toEqual({ cron: '* * * * *', timezone: 'UTC', done_until: START });
    expect(readdirSync(join(dir.path, 'feeds'))).toHaveLength(2);
  });
});

describe('what a feed keeps', () => {
  it.each(['', 'half', '[1]', 'null'])(
    'is nothing when its file holds "%s", and a line says so',
    async (text) => {
      using dir = createTempDir();
      const log: string[] = [];
      const logger = createLogger('warn', { write: (line) => log.push(line) });
      const memory = createFeedMemory({ dir: dir.path, feed: 'a', logger });
      expect([await memory.load(), log]).toEqual([null, []]);
      await memory.save({ a: 1 });
      expect(await memory.load()).toEqual({ a: 1 });
      const [file = ''] = readdirSync(dir.path);
      writeFileSync(join(dir.path, file), text);
      expect(await memory.load()).toBeNull();
      expect(log).toHaveLength(1);
    },
  );
});
