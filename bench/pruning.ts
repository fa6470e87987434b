import { rmSync } from 'node:fs';
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { atMost } from './budget.ts';
import { IS_QUICK, toRounds, toSeconds } from './effort.ts';
import { EVENT_BYTES, toEventBody } from './event-body.ts';
import { fillJournal } from './fill.ts';
import { install, toTickHooks } from './installation.ts';
import { describeFileSystem, describeMachine } from './machine.ts';
import { describeRatios, toMedian, toQuantile, toRange, toRatios } from './quantile.ts';
import { startReceiver } from './receiver-process.ts';
import { runRound } from './saturating-load.ts';
import { measureLatency } from './steady-load.ts';
import { createWorkDirectory } from './work-directory.ts';

/**
 * Measures what taking old events away costs intake. Two servers begin with the same old events and get the same load;
 * one is to keep them, the other to take them away. Each trial has a server of its own; both kinds take turns.
 */
const ROUNDS = toRounds(3);
/** More than go while it is measured: the server looks at some ten thousand a second. */
const OLD_EVENTS = IS_QUICK ? 60_000 : 500_000;
const DAY_MS = 24 * 3_600_000;
const OLD_MS = 30 * DAY_MS;
const WARM_UP_S = toSeconds(3);
const STEADY_PER_S = 1_000;
const STEADY_S = toSeconds(10);
const CONCURRENCY = 256;
/** A server first looks 10 s after its start; from then on it takes away without a pause until nothing old is left. */
const FIRST_LOOK_MS = 10_500;
const FIRST_LOOK_TIMEOUT_MS = 60_000;
/** Between two looks at how many there are. */
const LOOK_MS = 100;
const LATENCY_BUDGET = { limit: 1.2, unit: '×' };

/** Days events are kept. */
const KINDS = { keeping: 3_650, pruning: 1 } as const;
type Kind = keyof typeof KINDS;

interface Trial {
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Old events taken away. */
  readonly prunedPerS: number;
}

await using stack = new AsyncDisposableStack();
const work = createWorkDirectory();
const receiver = await startReceiver();
stack.defer(receiver.stop);
const hooks = toTickHooks(receiver, CONCURRENCY);
const filled = join(work, 'filled');

console.log(describeMachine());
console.log(
  `state on ${describeFileSystem(work)}; ${OLD_EVENTS} old events, each with a delivery; ${EVENT_BYTES}-byte events at ${STEADY_PER_S}/s for ${STEADY_S} s; ${ROUNDS} rounds in turns`,
);
await fill();
const trials: Record<Kind, Trial[]> = { keeping: [], pruning: [] };
for (let round = 1; round <= ROUNDS; round += 1) {
  for (const kind of ['keeping', 'pruning'] as const) {
    const trial = await runTrial(kind);
    trials[kind].push(trial);
    console.log(
      `  round ${round}, ${kind} p50 ${trial.p50Ms.toFixed(1)} ms, p99 ${trial.p99Ms.toFixed(1)} ms, ${trial.prunedPerS.toFixed(0)}/s taken away`,
    );
  }
}
report();

async function fill(): Promise<void> {
  await mkdir(filled);
  await fillJournal({
    stateDir: filled,
    events: OLD_EVENTS,
    hooks: [{ hookId: '00000000-0000-4000-8000-000000000000', hookName: 'gone' }],
    acceptedAt: Date.now() - OLD_MS,
    delivered: true,
  });
}

async function runTrial(kind: Kind): Promise<Trial> {
  const dir = join(work, kind);
  const settings = { retention: { days: KINDS[kind] } };
  const { stateDir, start } = await install(dir, { hooks, settings });
  await cp(filled, stateDir, { recursive: true });
  const { url, stop } = await start();
  const startedAtMs = performance.now();
  try {
    const events = [{ body: toEventBody('tick'), deliveries: 1 }];
    await runRound({ url, events, extent: { duration: WARM_UP_S } }, receiver);
    await delay(Math.max(0, startedAtMs + FIRST_LOOK_MS - performance.now()));
    if (kind === 'pruning') await awaitPruning(url);
    return await measure(url, kind);
  } finally {
    await stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function awaitPruning(url: string): Promise<void> {
  const deadlineMs = performance.now() + FIRST_LOOK_TIMEOUT_MS;
  while ((await countOld(url)) >= OLD_EVENTS) {
    if (performance.now() > deadlineMs)
      throw new Error(`Cannot measure pruning: nothing was taken away in ${FIRST_LOOK_TIMEOUT_MS} ms`);
    await delay(LOOK_MS);
  }
}

async function measure(url: string, kind: Kind): Promise<Trial> {
  const [before, startedAtMs] = [await countOld(url), performance.now()];
  const { intakeMs } = await measureLatency({
    url,
    path: '/events',
    receiver,
    perSecond: STEADY_PER_S,
    durationS: STEADY_S,
    toBody: (sentAtMs) => toEventBody('timed', { sentAtMs }),
  });
  const after = await countOld(url);
  const prunedPerS = ((before - after) * 1000) / (performance.now() - startedAtMs);
  if (kind === 'pruning' && after === 0)
    throw new Error('Cannot measure pruning: all was taken away before the end');
  return { p50Ms: toQuantile(intakeMs, 0.5), p99Ms: toQuantile(intakeMs, 0.99), prunedPerS };
}

/** Those that succeeded, but for what succeeded since the server was started. */
async function countOld(url: string): Promise<number> {
  const response = await fetch(`${url}/status`);
  const { deliveries, counters } = (await response.json()) as {
    readonly deliveries: { readonly succeeded: number };
    readonly counters: { readonly attempts: { readonly success: number } };
  };
  return deliveries.succeeded - counters.attempts.success;
}

function report(): void {
  for (const [kind, found] of Object.entries(trials)) {
    const [p50, p99, perS] = [
      found.map(({ p50Ms }) => p50Ms),
      found.map(({ p99Ms }) => p99Ms),
      found.map(({ prunedPerS }) => prunedPerS),
    ].map(toMedian) as [number, number, number];
    const range = toRange(
      found.map(({ p99Ms }) => p99Ms),
      1,
    );
    console.log(
      `intake, ${kind}: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, ${range}; ${perS.toFixed(0)} events/s taken away`,
    );
  }
  const [pruning, keeping] = [trials.pruning, trials.keeping].map((list) =>
    list.map(({ p99Ms }) => p99Ms),
  ) as [number[], number[]];
  const ratios = toRatios(pruning, keeping);
  const verdict = atMost(toMedian(ratios), LATENCY_BUDGET);
  console.log(`intake p99, pruning against keeping: ${describeRatios(ratios)} ${verdict}`);
}
