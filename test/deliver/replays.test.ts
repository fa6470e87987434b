import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { createDispatcher } from '../../src/deliver/dispatcher.ts';
import { createReplays, type Replays } from '../../src/deliver/replays.ts';
import type { DeliveryFilter } from '../../src/journal/delivery.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { openSqliteJournal } from '../../src/journal/sqlite.ts';
import { createLogger } from '../../src/logger.ts';
import { createHeldClock, type HeldClock } from '../helpers/held-clock.ts';
import { toAttempt, toCandidate, toEntry } from '../helpers/journal-entries.ts';
import { createTempDir } from '../helpers/temp-dir.ts';

/** Deliveries looked at in one step. */
const STEP = 500;
const RETRY_MS = 1_000;
const UNDELIVERED: DeliveryFilter = {
  hook: null,
  state: 'undelivered',
  source: null,
  event: null,
  since: null,
  until: null,
};

/** Replays over a journal in a real file that has so many deliveries that failed. */
interface ReplaysBench extends AsyncDisposable {
  readonly file: string;
  readonly journal: Journal;
  readonly clock: HeldClock;
  readonly log: readonly string[];
  /** How often the dispatcher was woken, and what happens when it is. */
  wakes: number;
  onWake: () => void;
  createReplays(wake?: () => Promise<void>): Replays;
}

async function createReplaysBench(failed: number): Promise<ReplaysBench> {
  const dir = createTempDir();
  const file = join(dir.path, 'journal.db');
  const journal = await openSqliteJournal({ file });
  // Deliveries have their times in their ids, so the clock stands where those of this process are.
  const clock = createHeldClock(Date.now() + 60_000);
  const log: string[] = [];
  const logger = createLogger('debug', { write: (line) => log.push(line) });
  const candidates = Array.from({ length: failed }, () => toCandidate('hook'));
  await journal.append(candidates.map((candidate) => toEntry({ candidates: [candidate] })));
  const attempt = toAttempt({ outcome: 'failure', reason: 'status' });
  await Promise.all(
    candidates.map(({ deliveryId }) => journal.record({ deliveryId, attempt, state: 'failed', dueAt: null })),
  );
  const bench: ReplaysBench = {
    file,
    journal,
    clock,
    log,
    wakes: 0,
    onWake: () => {},
    createReplays: (wake) =>
      createReplays({
        journal,
        clock,
        logger,
        wake:
          wake ??
          (async () => {
            bench.wakes += 1;
            bench.onWake();
          }),
      }),
    async [Symbol.asyncDispose]() {
      await journal.close();
      dir[Symbol.dispose]();
    },
  };
  return bench;
}

describe('a replay that was started', () => {
  it('is durable at once, goes on by itself, and wakes the dispatcher with every step', async () => {
    await using bench = await createReplaysBench(2 * STEP + 1);
    const replays = bench.createReplays();
    const { id } = await replays.start(UNDELIVERED);
    expect(await bench.journal.findReplay(id)).toMatchObject({ id, total: 2 * STEP + 1 });
    await replays.idle();
    expect(bench.wakes).toBe(3);
    expect(await bench.journal.findReplay(id)).toMatchObject({
      redelivered: 2 * STEP + 1,
      finishedAt: bench.clock.now(),
    });
    expect(await bench.journal.counts()).toMatchObject({ pending: 2 * STEP + 1, failed: 0 });
  });

  it('is left where it is by a stop, and gone on with from there by the next process', async () => {
    await using bench = await createReplaysBench(2 * STEP + 1);
    const replays = bench.createReplays();
    const stopping: Promise<void>[] = [];
    bench.onWake = () => stopping.push(replays.stop());
    const { id } = await replays.start(UNDELIVERED);
    await replays.idle();
    await Promise.all(stopping);
    expect(await bench.journal.findReplay(id)).toMatchObject({ redelivered: STEP, finishedAt: null });

    bench.onWake = () => {};
    const next = bench.createReplays();
    await next.resume();
    await next.idle();
    expect(await bench.journal.findReplay(id)).toMatchObject({
      redelivered: 2 * STEP + 1,
      finishedAt: bench.clock.now(),
    });
  });

  it('tries again when the journal could not be written', async () => {
    await using bench = await createReplaysBench(STEP + 1);
    const { journal, clock } = bench;
    const other = new DatabaseSync(bench.file);
    bench.onWake = () => {
      if (bench.wakes === 1) other.exec('BEGIN IMMEDIATE');
    };
    const replays = bench.createReplays();
    const { id } = await replays.start(UNDELIVERED);
    while (clock.timers === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(bench.log).toEqual([expect.stringContaining('cannot go on with a replay, trying again')]);
    other.close();
    clock.advance(RETRY_MS);
    await replays.idle();
    expect(await journal.findReplay(id)).toMatchObject({ redelivered: STEP + 1, finishedAt: clock.now() });
  });

  it('does not wait until the dispatcher has read what is due', async () => {
    await using bench = await createReplaysBench(STEP + 1);
    const { journal, clock } = bench;
    const dispatcher = createDispatcher({
      journal: {
        due: () => new Promise(() => {}),
        waiting: () => journal.waiting(),
        park: (...args) => journal.park(...args),
        parked: () => journal.parked(),
        abandon: (...args) => journal.abandon(...args),
      },
      findHook: () => null,
      attempt: () => new Promise(() => {}),
      onBreaker: () => {},
      clock,
      logger: createLogger('silent'),
    });
    await dispatcher.reload();
    const replays = bench.createReplays(dispatcher.wakeAll);
    const { id } = await replays.start(UNDELIVERED);
    await replays.idle();
    expect(await journal.findReplay(id)).toMatchObject({ redelivered: STEP + 1 });
  });
});
