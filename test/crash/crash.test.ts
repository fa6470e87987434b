import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as faults from './faults.ts';
import { describeKill } from './kill-plan.ts';
import { withCopy } from './ledger.ts';
import { findMiscounted } from './miscounts.ts';
import { type CrashRun, runCrashes } from './run-crashes.ts';

/** Attempts that may run at once over all hooks (src/deliver/dispatcher.ts). */
const GLOBAL_CONCURRENCY = 256;
const MAX_MS_PER_KILL = 30_000;

/** Ten in the ordinary tests; `npm run test:crash` asks for more. A run is repeated with CRASH_SEED. */
const kills = Number(process.env.CRASH_KILLS ?? 10);
const seed = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000);

describe(`a server under load that is killed ${kills} times`, () => {
  let run: CrashRun;

  beforeAll(
    async () => {
      console.log(`crash: seed ${seed}`);
      run = await runCrashes({ kills, seed });
      console.log(summarize(run));
    },
    60_000 + kills * MAX_MS_PER_KILL,
  );
  afterAll(() => run?.[Symbol.asyncDispose]());

  it('loses nothing that it acknowledged', () => {
    expect(faults.findLost(run)).toEqual([]);
    expect(run.load.acknowledged.size).toBe(run.load.sent.size);
  });

  it('accepts each event once, however often it was sent', () => {
    expect(faults.findRepeated(run)).toEqual([]);
  });

  it('delivers nothing that was not sent, and nothing to a hook it was not for', () => {
    expect(faults.findUnknown(run)).toEqual([]);
  });

  it('delivers again only what was in flight', () => {
    expect(faults.findNeedless(run)).toEqual([]);
    expect(Math.max(...run.inFlight.map(({ size }) => size))).toBeLessThanOrEqual(GLOBAL_CONCURRENCY);
  });

  it('keeps on_change and snooze exact', () => {
    expect(faults.findMisjudged(run)).toEqual([]);
  });

  it('answers what it recorded', () => {
    expect(faults.findMisanswered(run)).toEqual([]);
  });

  it('takes all events of a revision to the same hooks', () => {
    expect(faults.findTorn(run)).toEqual([]);
  });

  it('keeps the deliveries of an order key in order', () => {
    expect(faults.findDisordered(run)).toEqual([]);
  });

  it('comes to an end with counts that add up', () => {
    expect(run.last).toMatchObject({
      exitCode: 0,
      counts: { pending: 0, parked: 0, failed: 0, exhausted: 0 },
    });
    expect(withCopy(run.journalFile, findMiscounted)).toEqual([]);
  });
});

function summarize(run: CrashRun): string {
  const inFlight = run.inFlight.reduce((sum, { size }) => sum + size, 0);
  const figures = [
    `${run.kills.length} kills`,
    `${run.load.acknowledged.size} acknowledged`,
    `${faults.findLost(run).length} lost`,
    `${faults.findDuplicates(run).length} duplicated of ${inFlight} in flight`,
    `${run.receiver.byDelivery.size} deliveries`,
  ];
  const points = [...Map.groupBy(run.kills, describeKill)].map(([point, { length }]) => `${length} ${point}`);
  return `crash: ${figures.join(', ')}\ncrash: killed ${points.join(', ')}`;
}
