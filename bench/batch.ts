import { join } from 'node:path';
import { Pool } from 'undici';
import { atLeast } from './budget.ts';
import { toRounds, toSeconds } from './effort.ts';
import { EVENT_BYTES, toEventBody } from './event-body.ts';
import { awaitIdleMachine } from './idle-machine.ts';
import { install } from './installation.ts';
import { describeFileSystem, describeMachine } from './machine.ts';
import { describeRatios, toMedian, toRange, toRatios } from './quantile.ts';
import { CONNECTIONS, runIntake } from './saturating-load.ts';
import { createWorkDirectory } from './work-directory.ts';

/**
 * Measures what is taken in durably when no hook matches: events that come one at a time, and as lines of NDJSON, in
 * turns.
 */
const ROUNDS = toRounds(5);
const ROUND_S = toSeconds(5);
const WARM_UP_S = toSeconds(3);
const LINES = 1_000;
/** Bodies on their way at once. */
const SENDERS = 4;
const RATE_BUDGET = { limit: 60_000, unit: 'events/s' };
const RATIO_BUDGET = { limit: 5, unit: '×' };

const EVENT = toEventBody('unheard');
const BODY = Buffer.from(`${EVENT}\n`.repeat(LINES));

await using stack = new AsyncDisposableStack();
const work = createWorkDirectory();
const { start } = await install(join(work, 'hookline'), { hooks: [], events: ['unheard'] });
const { url, stop } = await start();
stack.defer(stop);

console.log(describeMachine());
console.log(
  `state on ${describeFileSystem(work)}; ${EVENT_BYTES}-byte events without a hook; one at a time over ${CONNECTIONS} connections, or ${LINES} lines a body over ${SENDERS}; ${ROUNDS} rounds of ${ROUND_S} s each in turns`,
);
await sendSingle(WARM_UP_S);
await sendBatches(WARM_UP_S);
const single: number[] = [];
const batch: number[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  single.push(await sendSingle(ROUND_S));
  batch.push(await sendBatches(ROUND_S));
}
report();

/** Resolves to the events accepted per second. */
async function sendSingle(duration: number): Promise<number> {
  const events = [{ body: EVENT, deliveries: 0 }];
  const { acceptedPerS } = await runIntake({ url, events, extent: { duration } });
  return acceptedPerS;
}

/** The same, each sender sending one body after another. */
async function sendBatches(durationS: number): Promise<number> {
  await awaitIdleMachine();
  const pool = new Pool(url, { connections: SENDERS, pipelining: 1 });
  let accepted = 0;
  const startedAtMs = performance.now();
  const endsAtMs = startedAtMs + durationS * 1000;
  const sendOn = async (): Promise<void> => {
    while (performance.now() < endsAtMs) {
      await sendBatch(pool);
      accepted += LINES;
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, sendOn));
  const elapsedMs = performance.now() - startedAtMs;
  await pool.close();
  return (accepted * 1000) / elapsedMs;
}

/** 202 is said when every line was accepted, and only then. */
async function sendBatch(pool: Pool): Promise<void> {
  const headers = { 'content-type': 'application/x-ndjson' };
  const { statusCode, body } = await pool.request({ method: 'POST', path: '/events', headers, body: BODY });
  await body.dump({ limit: Number.POSITIVE_INFINITY });
  if (statusCode !== 202) throw new Error(`Cannot send a batch: got ${statusCode}`);
}

function report(): void {
  const perS = toMedian(batch);
  console.log(`single events: ${toMedian(single).toFixed(0)}/s, ${toRange(single, 0)}`);
  console.log(`lines of NDJSON: ${perS.toFixed(0)}/s, ${toRange(batch, 0)} ${atLeast(perS, RATE_BUDGET)}`);
  const ratios = toRatios(batch, single);
  const verdict = atLeast(toMedian(ratios), RATIO_BUDGET);
  console.log(`lines of NDJSON against single events: ${describeRatios(ratios)} ${verdict}`);
}
