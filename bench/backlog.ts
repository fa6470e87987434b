import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import { encodeOffset } from '../src/http/pagination.ts';
import { CONCURRENCY, createBacklog, HOOKS, IDLE_HOOK, toBacklogHooks } from './backlog-state.ts';
import { atLeast, atMost, type Budget } from './budget.ts';
import { toAmount, toRounds, toSeconds } from './effort.ts';
import { EVENT_BYTES, toEventBody } from './event-body.ts';
import { countWaiting } from './fill.ts';
import { install } from './installation.ts';
import { describeFileSystem, describeMachine } from './machine.ts';
import { readMemory } from './memory.ts';
import { describeLatencies, toMedian, toQuantile, toRange } from './quantile.ts';
import { startReady } from './ready-server.ts';
import { startReceiver } from './receiver-process.ts';
import { runRound } from './saturating-load.ts';
import { timeRequests } from './time-requests.ts';
import { createWorkDirectory } from './work-directory.ts';

/**
 * Measures what very many waiting deliveries cost: memory, questions about them, a restart after a crash, and how fast
 * they go once the receiver is back, against fresh events in the same run. Its argument, or BENCH_BACKLOG, says how many.
 */
const DELIVERIES = Number(process.argv[2] ?? process.env.BENCH_BACKLOG ?? toAmount(1_000_000));
const FRESH_ROUNDS = toRounds(3);
const FRESH_S = toSeconds(5);
const WAITING_S = toSeconds(10);
const SAMPLE_MS = 500;
const QUESTIONS = 50;
const RESTARTS = toRounds(3);
const DRAIN_TIMEOUT_MS = 8 * 60_000;
/** The rate is of this share: the last few wait for the time of their next attempt. */
const DRAINED_SHARE = 0.95;

const BUDGETS = {
  memory: { limit: 300, unit: 'MiB' },
  ready: { limit: 1_000, unit: 'ms' },
  redelivery: { limit: 2_000, unit: 'ms' },
  page: { limit: 50, unit: 'ms', of: 'p99' },
  drain: { limit: 0.8, unit: '×' },
} satisfies Record<string, Budget>;

if (!(DELIVERIES > 0)) throw new Error('Cannot measure a backlog: say how many deliveries, as a number');

await using stack = new AsyncDisposableStack();
const work = createWorkDirectory();
const receiver = await startReceiver();
stack.defer(receiver.stop);

console.log(describeMachine());
console.log(
  `state on ${describeFileSystem(work)}; ${DELIVERIES} deliveries of ${EVENT_BYTES}-byte events wait for ${HOOKS} hooks, concurrency ${CONCURRENCY}; ${FRESH_ROUNDS} rounds of ${FRESH_S} s with fresh ones`,
);
const freshPerS = await measureFresh();
const { installation, middleAt } = await createBacklog(join(work, 'backlog'), DELIVERIES);
await measureWaiting();
await installation.setHooks(toBacklogHooks(receiver.url));
await measureRestarts();
await measureDrain();

/** Resolves to the deliveries per second of events that come in now, to as many hooks. */
async function measureFresh(): Promise<number> {
  const hooks = toBacklogHooks(receiver.url);
  const { start } = await install(join(work, 'fresh'), { hooks });
  const { url, child, stop } = await start();
  console.log(`resident memory with none waiting: ${readMemory(child.pid).nowMiB.toFixed(0)} MiB`);
  const events = hooks.map(({ event }) => ({ body: toEventBody(event), deliveries: 1 }));
  const load = { url, events, extent: { duration: FRESH_S } };
  await runRound(load, receiver);
  const perS: number[] = [];
  for (let round = 0; round < FRESH_ROUNDS; round += 1) {
    perS.push((await runRound(load, receiver)).deliveredPerS);
  }
  await stop();
  console.log(`fresh events: ${toMedian(perS).toFixed(0)}/s delivered, ${toRange(perS, 0)}`);
  return toMedian(perS);
}

/** While the receiver is down. */
async function measureWaiting(): Promise<void> {
  const { server } = await startReady(installation);
  const samplesMiB: number[] = [];
  for (let sample = 0; sample < (WAITING_S * 1000) / SAMPLE_MS; sample += 1) {
    await delay(SAMPLE_MS);
    samplesMiB.push(readMemory(server.child.pid).nowMiB);
  }
  const mostMiB = Math.max(...samplesMiB);
  console.log(
    `resident memory with all of them waiting: ${mostMiB.toFixed(0)} MiB ${atMost(mostMiB, BUDGETS.memory)}`,
  );
  await reportQuestions(server.url);
  await server.kill();
}

/** Pages of 100, as they are when nothing is said about their size. */
async function reportQuestions(url: string): Promise<void> {
  const page = '/deliveries?state=undelivered';
  const offset = encodeOffset(uuidv7({ msecs: middleAt }));
  await reportTimes('first page of what is undelivered', `${url}${page}`, BUDGETS.page);
  await reportTimes('page in the middle', `${url}${page}&offset=${offset}`, BUDGETS.page);
  await reportTimes('first page of one hook', `${url}${page}&hook=hook-0`, BUDGETS.page);
  await reportTimes('first page of a hook that has none', `${url}${page}&hook=${IDLE_HOOK}`);
  await reportTimes('status', `${url}/status`);
}

async function reportTimes(what: string, url: string, budget?: Budget): Promise<void> {
  const timesMs = await timeRequests(url, QUESTIONS);
  const verdict = budget === undefined ? '' : ` ${atMost(toQuantile(timesMs, 0.99), budget)}`;
  console.log(`${what}: ${describeLatencies(timesMs)}${verdict}`);
}

/** After a crash each time: the log is there to be read, and nothing was put in order. */
async function measureRestarts(): Promise<void> {
  const readyMs: number[] = [];
  const redeliveryMs: number[] = [];
  for (let restart = 0; restart < RESTARTS; restart += 1) {
    await receiver.reset();
    const started = await startReady(installation);
    const { firstAtMs } = await receiver.until(1);
    await started.server.kill();
    readyMs.push(started.readyAtMs - started.startedAtMs);
    redeliveryMs.push(firstAtMs - started.startedAtMs);
  }
  reportRestarts('restart until ready', readyMs, BUDGETS.ready);
  reportRestarts('restart until the first redelivery', redeliveryMs, BUDGETS.redelivery);
}

function reportRestarts(what: string, timesMs: readonly number[], budget: Budget): void {
  const median = toMedian(timesMs);
  console.log(`${what}: ${median.toFixed(0)} ms, ${toRange(timesMs, 0)} ${atMost(median, budget)}`);
}

async function measureDrain(): Promise<void> {
  const left = await countWaiting(installation.stateDir);
  await receiver.reset();
  const { server } = await startReady(installation);
  const { count, firstAtMs, lastAtMs } = await receiver.until(
    Math.floor(left * DRAINED_SHARE),
    DRAIN_TIMEOUT_MS,
  );
  const perS = (count * 1000) / (lastAtMs - firstAtMs);
  await receiver.settled(left);
  const ratio = perS / freshPerS;
  const against = `${ratio.toFixed(2)} × the rate of fresh ones`;
  console.log(`drain: ${perS.toFixed(0)}/s delivered, ${against} ${atLeast(ratio, BUDGETS.drain)}`);
  console.log(
    `resident memory at its most, from this start to the last of them: ${readMemory(server.child.pid).peakMiB.toFixed(0)} MiB`,
  );
  await server.stop();
  const waiting = await countWaiting(installation.stateDir);
  if (waiting > 0) throw new Error(`Cannot drain: ${waiting} still wait`);
}
