import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import type { Journal } from '../../src/journal/journal.ts';
import { type Pruner, startPruner } from '../../src/journal/pruner.ts';
import { openSqliteJournal } from '../../src/journal/sqlite.ts';
import { createLogger } from '../../src/logger.ts';
import { createHeldClock, type HeldClock, START } from '../helpers/held-clock.ts';
import { toAttempt, toCandidate, toEntry } from '../helpers/journal-entries.ts';
import { createTempDir } from '../helpers/temp-dir.ts';

const LOOK_MS = 10_000;
const PAUSE_MS = 10;
const STEP = 200;
const DAY_MS = 24 * 3_600_000;

/** A pruner over a journal in a real file. Its clock stands one day and an hour after `START`. */
interface PrunerBench extends AsyncDisposable {
  readonly file: string;
  readonly journal: Journal;
  readonly pruner: Pruner;
  readonly clock: HeldClock;
  readonly log: readonly string[];
  /** Events that are still there. */
  count(): number;
  /** Moves the time, and waits until the pruner has done what that led to. */
  advance(ms: number): Promise<void>;
}

async function createPrunerBench({ maxBytes = Number.MAX_SAFE_INTEGER } = {}): Promise<PrunerBench> {
  const dir = createTempDir();
  const file = join(dir.path, 'journal.db');
  const journal = await openSqliteJournal({ file });
  const clock = createHeldClock(START + DAY_MS + 3_600_000);
  const log: string[] = [];
  const logger = createLogger('debug', { write: (line) => log.push(line) });
  const pruner = startPruner({ journal, clock, logger, maxAgeMs: DAY_MS, maxBytes });
  return {
    file,
    journal,
    pruner,
    clock,
    log,
    count() {
      const db = new DatabaseSync(file);
      const { number } = db.prepare('SELECT count(*) AS number FROM events').get() ?? {};
      db.close();
      return Number(number);
    },
    async advance(ms) {
      clock.advance(ms);
      while (clock.timers === 0) await new Promise((resolve) => setImmediate(resolve));
    },
    async [Symbol.asyncDispose]() {
      pruner.stop();
      await journal.close();
      dir[Symbol.dispose]();
    },
  };
}

/** Appends events without deliveries. */
async function appendMany(journal: Journal, count: number, acceptedAt = START): Promise<void> {
  await journal.append(Array.from({ length: count }, () => toEntry({ candidates: [], acceptedAt })));
}

/** Appends an event with a delivery that was tried so often, and succeeded in the end. */
async function appendDelivered(journal: Journal, tries: number): Promise<string> {
  const candidate = toCandidate('hook');
  await journal.append([toEntry({ candidates: [candidate] })]);
  const { deliveryId } = candidate;
  for (let number = 1; number <= tries; number += 1) {
    const isLast = number === tries;
    const attempt = toAttempt({ number, outcome: isLast ? 'success' : 'retry' });
    await journal.record({
      deliveryId,
      attempt,
      state: isLast ? 'succeeded' : 'pending',
      dueAt: isLast ? null : START,
    });
  }
  return deliveryId;
}

describe('the pruner', () => {
  it('looks every ten seconds and takes what is too old by then', async () => {
    await using bench = await createPrunerBench();
    const { journal, clock } = bench;
    await appendMany(journal, 3);
    await appendMany(journal, 2, clock.now() - DAY_MS + LOOK_MS + 1);
    clock.advance(LOOK_MS - 1);
    expect(bench.count()).toBe(5);
    await bench.advance(1);
    expect(bench.count()).toBe(2);
    await bench.advance(LOOK_MS);
    await bench.advance(LOOK_MS);
    expect(bench.count()).toBe(0);
  });

  it('takes much in small steps with a pause after each', async () => {
    await using bench = await createPrunerBench();
    await appendMany(bench.journal, 2 * STEP + 50);
    await bench.advance(LOOK_MS);
    expect(bench.count()).toBe(STEP + 50);
    await bench.advance(PAUSE_MS);
    expect(bench.count()).toBe(50);
    await bench.advance(PAUSE_MS);
    expect(bench.count()).toBe(0);
  });

  it('takes a delivery that was tried more than once, with all its attempts', async () => {
    await using bench = await createPrunerBench();
    const id = await appendDelivered(bench.journal, 3);
    await bench.advance(LOOK_MS);
    expect(bench.log).toEqual([]);
    expect(await bench.journal.findDelivery(id)).toBeNull();
    expect(await bench.journal.counts()).toMatchObject({ succeeded: 0 });
  });

  it('gets past what has to stay without waiting for the next look', async () => {
    await using bench = await createPrunerBench();
    const { journal } = bench;
    await journal.append(Array.from({ length: 2 * STEP }, () => toEntry()));
    await appendMany(journal, 10);
    await bench.advance(LOOK_MS);
    await bench.advance(PAUSE_MS);
    await bench.advance(PAUSE_MS);
    expect(bench.count()).toBe(2 * STEP);
    expect(await journal.counts()).toMatchObject({ pending: 2 * STEP });
  });

  it('looks at what had to stay again, from the oldest on', async () => {
    await using bench = await createPrunerBench();
    const { journal } = bench;
    const candidate = toCandidate('hook');
    await journal.append([toEntry({ candidates: [candidate] })]);
    await bench.advance(LOOK_MS);
    expect(bench.count()).toBe(1);
    const outcome = { deliveryId: candidate.deliveryId, attempt: toAttempt(), state: 'succeeded' } as const;
    await journal.record({ ...outcome, dueAt: null });
    await bench.advance(LOOK_MS);
    expect(bench.count()).toBe(0);
  });

  it('takes the oldest, however young, until the journal is small enough', async () => {
    await using bench = await createPrunerBench({ maxBytes: 1_000_000 });
    const { journal, clock } = bench;
    const data = { text: 'x'.repeat(2_000) };
    const acceptedAt = clock.now();
    const toLarge = (n: number): ReturnType<typeof toEntry> =>
      toEntry({ event: { id: `e-${n}`, data }, candidates: [], acceptedAt });
    await journal.append(Array.from({ length: 1_000 }, (_, n) => toLarge(n)));
    await bench.advance(LOOK_MS);
    for (let steps = 0; steps < 10; steps += 1) await bench.advance(PAUSE_MS);
    expect(bench.count()).toBeLessThan(500);
    expect(bench.count()).toBeGreaterThan(100);
    expect(await journal.findEvents('e-0')).toEqual([]);
    expect(await journal.findEvents('e-999')).toHaveLength(1);
  });

  it('says so when it cannot, and tries again at the next look', async () => {
    await using bench = await createPrunerBench();
    await appendMany(bench.journal, 1);
    const other = new DatabaseSync(bench.file);
    other.exec('BEGIN IMMEDIATE');
    await bench.advance(LOOK_MS);
    other.exec('ROLLBACK');
    other.close();
    expect(bench.log).toEqual([expect.stringContaining('cannot prune the journal, trying again')]);
    expect(bench.count()).toBe(1);
    await bench.advance(LOOK_MS);
    expect(bench.count()).toBe(0);
  });

  it('looks no more once it is stopped', async () => {
    await using bench = await createPrunerBench();
    await appendMany(bench.journal, 1);
    bench.pruner.stop();
    expect(bench.clock.timers).toBe(0);
  });
});
