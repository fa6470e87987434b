import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { atLeast, atMost } from './budget.ts';
import { type ServerProcess, startPeer } from './child.ts';
import { toRounds, toSeconds } from './effort.ts';
import { EVENT_BYTES, toEventBody } from './event-body.ts';
import { install, toTickHooks } from './installation.ts';
import { describeFileSystem, describeMachine } from './machine.ts';
import { describeLatencies, describeRatios, toMedian, toQuantile, toRatios } from './quantile.ts';
import { type ReceiverProcess, startReceiver } from './receiver-process.ts';
import { type IntakeFigures, type Round, runIntake, runRound } from './saturating-load.ts';
import { measureLatency } from './steady-load.ts';
import { createWorkDirectory } from './work-directory.ts';

/**
 * Measures the four cases any such program can be measured in: a fast receiver, one that takes 100 ms, one that always
 * answers 500, and a fixed rate. The first three take turns with the relay; each has a new server in each round.
 */
const ROUNDS = toRounds(3);
const ROUND_S = toSeconds(5);
const WARM_UP_S = toSeconds(3);
/** As many as may be in flight over all hooks. */
const CONCURRENCY = 256;
const SLOW_MS = 100;
/** What a receiver takes that is asked CONCURRENCY times at once and takes SLOW_MS each time. */
const SLOW_PER_S = (CONCURRENCY * 1000) / SLOW_MS;
const SLOW_S = toSeconds(10);
const STEADY_PER_S = 1000;
const STEADY_S = toSeconds(10);

const RELAY_BUDGET = { limit: 0.8, unit: '×' };
const SLOW_BUDGET = { limit: 0.9, unit: '×' };
const INTAKE_BUDGET = { limit: 0.9, unit: '×' };
const LATENCY_BUDGET = { limit: 20, unit: 'ms', of: 'p99' };

/** A receiver that takes its time: what it got, per second, while more waited. */
interface SlowRound extends IntakeFigures {
  readonly deliveredPerS: number;
}

/** A receiver that fails. */
interface FailingRound extends IntakeFigures {
  readonly isOpen: boolean;
}

await using stack = new AsyncDisposableStack();
const work = createWorkDirectory();
const fast = await startReceiver();
stack.defer(fast.stop);
const slow = await startReceiver({ delayMs: SLOW_MS });
stack.defer(slow.stop);
const failing = await startReceiver({ status: 500 });
stack.defer(failing.stop);
const relay = await startPeer('./relay.ts', [fast.url]);
stack.defer(relay.stop);

console.log(describeMachine());
console.log(
  `state on ${describeFileSystem(work)}; ${EVENT_BYTES}-byte events for one hook, concurrency ${CONCURRENCY}, ${ROUNDS} rounds of ${ROUND_S} s each in turns`,
);
await runRound(toLoad(relay.url, WARM_UP_S), fast);
const rounds = {
  relay: [] as Round[],
  fast: [] as Round[],
  slow: [] as SlowRound[],
  failing: [] as FailingRound[],
};
for (let number = 1; number <= ROUNDS; number += 1) {
  rounds.relay.push(await runRound(toLoad(relay.url, ROUND_S), fast));
  rounds.fast.push(await serveTo(fast, runFastRound));
  rounds.slow.push(await serveTo(slow, runSlowRound));
  rounds.failing.push(await serveTo(failing, runFailingRound));
  console.log(`  round ${number}, ${describeRound(number - 1)}`);
}
reportFast();
reportSlow();
reportFailing();
await serveTo(fast, reportSteady);

function toLoad(url: string, duration: number): Parameters<typeof runIntake>[0] {
  return { url, events: [{ body: toEventBody('tick'), deliveries: 1 }], extent: { duration } };
}

/** Runs something on a Hookline of its own that delivers to a receiver. */
async function serveTo<T>(
  receiver: ReceiverProcess,
  measure: (hookline: ServerProcess) => Promise<T>,
): Promise<T> {
  const dir = join(work, 'hookline');
  const { start } = await install(dir, { hooks: toTickHooks(receiver, CONCURRENCY) });
  const hookline = await start();
  try {
    return await measure(hookline);
  } finally {
    await hookline.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function runFastRound({ url }: ServerProcess): Promise<Round> {
  await runRound(toLoad(url, WARM_UP_S), fast);
  return runRound(toLoad(url, ROUND_S), fast);
}

async function runSlowRound({ url }: ServerProcess): Promise<SlowRound> {
  await runIntake(toLoad(url, WARM_UP_S));
  const intake = await runIntake(toLoad(url, ROUND_S));
  const before = await slow.read();
  await delay(SLOW_S * 1000);
  const after = await slow.read();
  const deliveredPerS = ((after.count - before.count) * 1000) / (after.lastAtMs - before.lastAtMs);
  return { ...intake, deliveredPerS };
}

async function runFailingRound({ url }: ServerProcess): Promise<FailingRound> {
  await runIntake(toLoad(url, WARM_UP_S));
  const intake = await runIntake(toLoad(url, ROUND_S));
  const response = await fetch(`${url}/status`);
  const { lanes } = (await response.json()) as { readonly lanes: readonly { readonly state: string }[] };
  return { ...intake, isOpen: lanes.some(({ state }) => state === 'open') };
}

function describeRound(index: number): string {
  const accepted = Object.entries(rounds).map(
    ([name, list]) => `${name} ${list[index]?.acceptedPerS.toFixed(0)}/s`,
  );
  return `accepted by ${accepted.join(', ')}`;
}

function reportFast(): void {
  const [relayed, delivered] = [rounds.relay, rounds.fast].map((list) =>
    list.map(({ deliveredPerS }) => deliveredPerS),
  ) as [number[], number[]];
  const ratios = toRatios(delivered, relayed);
  const verdict = atLeast(toMedian(ratios), RELAY_BUDGET);
  console.log(
    `fast receiver: ${toMedian(delivered).toFixed(0)}/s delivered, of the relay's ${describeRatios(ratios)} ${verdict}`,
  );
}

function reportSlow(): void {
  const perS = rounds.slow.map(({ deliveredPerS }) => deliveredPerS);
  const ratios = perS.map((each) => each / SLOW_PER_S);
  const verdict = atLeast(toMedian(ratios), SLOW_BUDGET);
  console.log(
    `receiver of ${SLOW_MS} ms: ${toMedian(perS).toFixed(0)}/s delivered, of what ${CONCURRENCY} at once allow ${describeRatios(ratios)} ${verdict}`,
  );
  reportIntake(`receiver of ${SLOW_MS} ms, intake`, rounds.slow);
}

function reportFailing(): void {
  reportIntake('receiver that answers 500, intake', rounds.failing);
  const isOpen = rounds.failing.every((round) => round.isOpen);
  const verdict = `(budget open: ${isOpen ? 'met' : 'missed'})`;
  console.log(`receiver that answers 500, breaker: ${isOpen ? 'open' : 'closed'} ${verdict}`);
}

function reportIntake(what: string, found: readonly IntakeFigures[]): void {
  const [beside, perS] = [rounds.fast, found].map((list) => list.map(({ acceptedPerS }) => acceptedPerS)) as [
    number[],
    number[],
  ];
  const ratios = toRatios(perS, beside);
  const verdict = atLeast(toMedian(ratios), INTAKE_BUDGET);
  console.log(
    `${what}: ${toMedian(perS).toFixed(0)}/s accepted, of that beside a fast one ${describeRatios(ratios)} ${verdict}`,
  );
}

async function reportSteady({ url }: ServerProcess): Promise<void> {
  await runRound(toLoad(url, WARM_UP_S), fast);
  const { arrivalMs } = await measureLatency({
    url,
    path: '/events',
    receiver: fast,
    perSecond: STEADY_PER_S,
    durationS: STEADY_S,
    toBody: (sentAtMs) => toEventBody('timed', { sentAtMs }),
  });
  const verdict = atMost(toQuantile(arrivalMs, 0.99), LATENCY_BUDGET);
  console.log(
    `fast receiver at ${STEADY_PER_S} events/s, end to end: ${describeLatencies(arrivalMs)} ${verdict}`,
  );
}
