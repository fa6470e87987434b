import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/event.ts';
import type { FedEvent, Feed, FeedMemory } from '../../src/feeds/feed.ts';
import { startScheduleFeed } from '../../src/feeds/schedule.ts';
import { createLogger } from '../../src/logger.ts';
import { FEED_PARTS } from '../helpers/feed-parts.ts';
import { createHeldClock } from '../helpers/held-clock.ts';

const START = Date.parse('2026-11-25T08:00:00Z');
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** A feed with a memory that outlives it and a way in that can be shut. */
function createStage(cron = '0 * * * *', missed: 'once' | 'skip' = 'once') {
  const clock = createHeldClock(START);
  const emitted: FedEvent[] = [];
  let kept: JsonObject | null = null;
  let shut = false;
  const memory: FeedMemory = {
    load: async () => kept,
    async save(state) {
      kept = state;
    },
    async clear() {
      kept = null;
    },
  };
  const start = (pattern = cron): Feed =>
    startScheduleFeed(
      'nightly',
      { cron: pattern, timezone: 'UTC', missed },
      {
        ...FEED_PARTS,
        async emit(events) {
          if (shut) throw new Error('the disk is full');
          emitted.push(...events);
          return [];
        },
        memory,
        clock,
        logger: createLogger('silent'),
      },
    );
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 5; turn += 1) await setImmediate();
  };
  return {
    start,
    settle,
    shut(is: boolean) {
      shut = is;
    },
    async pass(ms: number, step = MINUTE_MS) {
      for (let left = ms; left > 0; left -= step) {
        clock.advance(Math.min(step, left));
        await settle();
      }
    },
    /** Time that passes while nothing runs. */
    async sleep(ms: number) {
      clock.advance(ms);
      await settle();
    },
    jump: clock.jump,
    ticks: () => emitted.map(({ data }) => [data.scheduled_at, data.missed]),
    emitted,
  };
}

describe('a schedule', () => {
  it('emits a tick whenever it is due, and none before', async () => {
    const stage = createStage();
    const feed = stage.start();
    await stage.pass(HOUR_MS - 1);
    expect(stage.ticks()).toEqual([]);
    await stage.pass(1);
    await stage.pass(HOUR_MS);
    expect(stage.emitted).toEqual([
      {
        id: 'tick-2026-11-25T09:00:00.000Z',
        source: 'nightly',
        event: 'tick',
        time: '2026-11-25T09:00:00.000Z',
        attributes: null,
        data: { scheduled_at: '2026-11-25T09:00:00.000Z', missed: 0 },
      },
      expect.objectContaining({ id: 'tick-2026-11-25T10:00:00.000Z' }),
    ]);
    expect(feed.state()).toMatchObject({ problem: null, lastEventAt: START + 2 * HOUR_MS });
    await feed.stop();
    await stage.pass(2 * HOUR_MS);
    expect(stage.emitted).toHaveLength(2);
  });

  it('does not take the time before it was first declared for missed', async () => {
    const stage = createStage();
    await stage.settle();
    await using _feed = toDisposable(stage.start());
    await stage.settle();
    expect(stage.ticks()).toEqual([]);
  });

  it.each([
    ['once', [['2026-11-25T11:00:00.000Z', 2]]],
    ['skip', []],
  ] as const)('after a stop emits what was missed %s', async (missed, ticks) => {
    const stage = createStage('0 * * * *', missed);
    const before = stage.start();
    await stage.settle();
    await before.stop();
    await stage.sleep(3.5 * HOUR_MS);
    await using _feed = toDisposable(stage.start());
    await stage.settle();
    expect(stage.ticks()).toEqual(ticks);
    await stage.pass(HOUR_MS);
    expect(stage.ticks()).toEqual([...ticks, ['2026-11-25T12:00:00.000Z', 0]]);
  });

  it('begins anew with another pattern', async () => {
    const stage = createStage();
    const before = stage.start();
    await stage.settle();
    await before.stop();
    await stage.sleep(3.5 * HOUR_MS);
    await using _feed = toDisposable(stage.start('*/5 * * * *'));
    await stage.settle();
    expect(stage.ticks()).toEqual([]);
  });

  it('makes one of the ticks a machine slept through', async () => {
    const stage = createStage('* * * * *');
    await using _feed = toDisposable(stage.start());
    await stage.settle();
    stage.jump(10 * MINUTE_MS - 1);
    await stage.pass(MINUTE_MS);
    expect(stage.ticks()).toEqual([['2026-11-25T08:10:00.000Z', 9]]);
  });

  it('tells a tick again until it can be taken, and says why it cannot', async () => {
    const stage = createStage();
    await using feed = toDisposable(stage.start());
    await stage.settle();
    stage.shut(true);
    await stage.pass(HOUR_MS + 10 * MINUTE_MS);
    expect(stage.ticks()).toEqual([]);
    expect(feed.state().problem).toBe('the disk is full');
    stage.shut(false);
    await stage.pass(MINUTE_MS);
    expect(stage.ticks()).toEqual([['2026-11-25T09:00:00.000Z', 0]]);
    expect(feed.state().problem).toBeNull();
  });

  it('does nothing when the clock is set back over a tick that was emitted', async () => {
    const stage = createStage();
    const before = stage.start();
    await stage.pass(HOUR_MS);
    await before.stop();
    await using _feed = toDisposable(stage.start());
    await stage.settle();
    expect(stage.ticks()).toHaveLength(1);
  });
});

function toDisposable(feed: Feed): Feed & AsyncDisposable {
  return { ...feed, [Symbol.asyncDispose]: () => feed.stop() };
}
