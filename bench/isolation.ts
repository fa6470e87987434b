import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { atLeast, atMost } from './budget.ts';
import { startPeer } from './child.ts';
import { toRounds, toSeconds } from './effort.ts';
import { EVENT_BYTES, toEventBody } from './event-body.ts';
import { FAULTS, type Fault, toFaults } from './faults.ts';
import { type BenchHook, install } from './installation.ts';
import { describeFileSystem, describeMachine } from './machine.ts';
import { TIMED_PATH } from './messages.ts';
import { describeRatios, toMedian, toQuantile, toRange, toRatios } from './quantile.ts';
import { startReceiver } from './receiver-process.ts';
import { type LoadEvent, runRound } from './saturating-load.ts';
import { measureLatency } from './steady-load.ts';
import { createWorkDirectory } from './work-directory.ts';

/**
 * Measures what receivers that do wrong cost the others. Of ten hooks, six have a healthy receiver; the other four have
 * one too, or each one that does something else wrong. Every hook gets as many events. Each trial has a server of its
 * own; both kinds take turns. Its arguments may name the faults there are to be.
 */
const ROUNDS = toRounds(5);
const WARM_UP_S = toSeconds(3);
const STEADY_PER_S = 1_000;
const STEADY_S = toSeconds(20);
const SATURATING_S = toSeconds(5);
const HOOKS = 10;
const CHOSEN = process.argv.slice(2);
const FAULTY: readonly Fault[] = CHOSEN.length === 0 ? FAULTS : toFaults(CHOSEN);
const HEALTHY = HOOKS - FAULTY.length;
const KINDS = ['healthy', 'faulty'] as const;
const DELIVERED_BUDGET = { limit: 0.9, unit: '×' };
const LATENCY_BUDGET = { limit: 2, unit: '×' };

type Kind = (typeof KINDS)[number];

/** What the hooks had that are healthy in either kind. */
interface Trial {
  readonly deliveredPerS: number;
  /** From sending to arrival at the fixed rate. */
  readonly p99Ms: number;
}

await using stack = new AsyncDisposableStack();
const work = createWorkDirectory();
/** Of those. */
const receiver = await startReceiver();
stack.defer(receiver.stop);
/** Of the others, while they are healthy too. */
const other = await startReceiver();
stack.defer(other.stop);

console.log(describeMachine());
console.log(
  `state on ${describeFileSystem(work)}; ${EVENT_BYTES}-byte events over ${HOOKS} hooks as users have them; ${STEADY_PER_S}/s for ${STEADY_S} s, then all that is taken for ${SATURATING_S} s; ${ROUNDS} rounds in turns; figures are of the ${HEALTHY} healthy hooks`,
);
const trials: Record<Kind, Trial[]> = { healthy: [], faulty: [] };
for (let round = 1; round <= ROUNDS; round += 1) {
  for (const kind of KINDS) {
    const trial = await runTrial(kind);
    trials[kind].push(trial);
    console.log(
      `  round ${round}, ${kind} ${trial.deliveredPerS.toFixed(0)}/s delivered, p99 ${trial.p99Ms.toFixed(1)} ms`,
    );
  }
}
report();

async function runTrial(kind: Kind): Promise<Trial> {
  await using parts = new AsyncDisposableStack();
  const dir = join(work, kind);
  parts.defer(() => rmSync(dir, { recursive: true, force: true }));
  const faults = kind === 'faulty' ? await startFaults() : [];
  const { start } = await install(dir, { hooks: toHooks(faults.map((fault) => fault.url)) });
  const hookline = await start();
  parts.defer(hookline.stop);
  // Before Hookline, which would wait for what hangs.
  for (const fault of faults) parts.defer(fault.stop);
  return await measure(hookline.url);
}

function startFaults(): Promise<Awaited<ReturnType<typeof startPeer>>[]> {
  return Promise.all(FAULTY.map((fault) => startPeer('./fault.ts', [fault])));
}

/** Hooks of the receivers given come last; as many as lack one have the other receiver. */
function toHooks(faultUrls: readonly string[]): readonly BenchHook[] {
  return Array.from({ length: HOOKS }, (_, index) => {
    const healthyUrl = `${(index < HEALTHY ? receiver : other).url}${TIMED_PATH}`;
    const url = faultUrls[index - HEALTHY] ?? healthyUrl;
    return { name: `hook-${index}`, event: toEvent(index), url };
  });
}

function toEvent(index: number): string {
  return `event-${index}`;
}

async function measure(url: string): Promise<Trial> {
  const events = Array.from({ length: HOOKS }, (_, index): LoadEvent => {
    return { body: toEventBody(toEvent(index)), deliveries: index < HEALTHY ? 1 : 0 };
  });
  // To the healthy ones alone: what waits for the others is to come from the load that is measured.
  await runRound({ url, events: events.slice(0, HEALTHY), extent: { duration: WARM_UP_S } }, receiver);
  const { arrivalMs } = await measureLatency({
    url,
    path: '/events',
    receiver,
    perSecond: STEADY_PER_S,
    durationS: STEADY_S,
    toBody: (sentAtMs, number) => toEventBody(toEvent(number % HOOKS), { sentAtMs }),
    arrivals: HEALTHY / HOOKS,
  });
  const { deliveredPerS } = await runRound({ url, events, extent: { duration: SATURATING_S } }, receiver);
  return { deliveredPerS, p99Ms: toQuantile(arrivalMs, 0.99) };
}

function report(): void {
  for (const kind of KINDS) {
    const [delivered, p99] = [trials[kind].map((t) => t.deliveredPerS), trials[kind].map((t) => t.p99Ms)];
    console.log(
      `${HEALTHY} hooks beside ${FAULTY.length} ${kind} ones: ${toMedian(delivered).toFixed(0)}/s delivered, ${toRange(delivered, 0)}; at ${STEADY_PER_S} events/s p99 ${toMedian(p99).toFixed(1)} ms, ${toRange(p99, 1)}`,
    );
  }
  const ratiosOf = (pick: (trial: Trial) => number): readonly number[] =>
    toRatios(trials.faulty.map(pick), trials.healthy.map(pick));
  const delivered = ratiosOf(({ deliveredPerS }) => deliveredPerS);
  const p99 = ratiosOf(({ p99Ms }) => p99Ms);
  const against = `beside faulty ones against healthy ones`;
  console.log(
    `delivered ${against}: ${describeRatios(delivered)} ${atLeast(toMedian(delivered), DELIVERED_BUDGET)}`,
  );
  console.log(`p99 ${against}: ${describeRatios(p99)} ${atMost(toMedian(p99), LATENCY_BUDGET)}`);
}
