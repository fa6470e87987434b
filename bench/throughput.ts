import { join } from 'node:path';
import { atLeast, atMost } from './budget.ts';
import { startPeer } from './child.ts';
import { toRounds, toSeconds } from './effort.ts';
import { EVENT_BYTES, toEventBody } from './event-body.ts';
import { install, toTickHooks } from './installation.ts';
import { describeFileSystem, describeMachine } from './machine.ts';
import { TIMED_PATH } from './messages.ts';
import { describeLatencies, describeRatios, toMedian, toQuantile, toRatios } from './quantile.ts';
import { type ReceiverProcess, startReceiver } from './receiver-process.ts';
import { CONNECTIONS, type Round, runRound } from './saturating-load.ts';
import { measureLatency } from './steady-load.ts';
import { createWorkDirectory } from './work-directory.ts';

/**
 * Measures what Hookline takes in durably and delivers to one webhook, against the plainest relay, in turns on one
 * machine; and how long an event takes from its sending to its arrival. Every process but this one is a child.
 */
const ROUNDS = toRounds(5);
const ROUND_S = toSeconds(5);
const WARM_UP_ROUNDS = toRounds(2);
const WARM_UP_S = toSeconds(3);
const CONCURRENCY = 256;
const STEADY_PER_S = 300;
const STEADY_S = toSeconds(10);
const RATIO = { limit: 0.8, unit: '×' };
const LATENCY = { limit: 20, unit: 'ms', of: 'p99' };

const TARGETS = ['relay', 'hookline'] as const;
type Target = (typeof TARGETS)[number];
type Rounds = Record<Target, Round[]>;

await using stack = new AsyncDisposableStack();
const work = createWorkDirectory();
const receiver = await startReceiver();
stack.defer(receiver.stop);
const urls = await startTargets(receiver);

console.log(describeMachine());
console.log(
  `state on ${describeFileSystem(work)}; ${EVENT_BYTES}-byte events, ${CONNECTIONS} connections, concurrency ${CONCURRENCY}, ${ROUNDS} rounds of ${ROUND_S} s each in turns`,
);
await warmUp();
reportRounds(await runRounds());
await reportLatency('hookline');
await reportLatency('relay');

async function startTargets(to: ReceiverProcess): Promise<Record<Target, string>> {
  const relay = await startPeer('./relay.ts', [to.url]);
  stack.defer(relay.stop);
  const { start } = await install(join(work, 'hookline'), { hooks: toTickHooks(to, CONCURRENCY) });
  const hookline = await start();
  stack.defer(hookline.stop);
  return { relay: relay.url, hookline: hookline.url };
}

async function warmUp(): Promise<void> {
  for (let round = 0; round < WARM_UP_ROUNDS; round += 1) {
    for (const target of TARGETS) await runOn(target, WARM_UP_S);
  }
}

function runOn(target: Target, duration: number): Promise<Round> {
  const events = [{ body: toEventBody('tick'), deliveries: 1 }];
  return runRound({ url: urls[target], events, extent: { duration } }, receiver);
}

async function runRounds(): Promise<Rounds> {
  const rounds: Rounds = { relay: [], hookline: [] };
  for (let number = 1; number <= ROUNDS; number += 1) {
    for (const target of TARGETS) {
      const round = await runOn(target, ROUND_S);
      rounds[target].push(round);
      console.log(`  round ${number}, ${target} ${describe(round)}`);
    }
  }
  return rounds;
}

function describe({ acceptedPerS, deliveredPerS, p50Ms, p99Ms }: Round): string {
  return `${deliveredPerS.toFixed(0)}/s delivered, ${acceptedPerS.toFixed(0)}/s accepted, intake p50 ${p50Ms} ms, p99 ${p99Ms} ms`;
}

function reportRounds(rounds: Rounds): void {
  for (const target of TARGETS) console.log(`${target}: ${describe(toMedianRound(rounds[target]))}`);
  const [relayed, delivered] = TARGETS.map((target) => rounds[target].map((round) => round.deliveredPerS));
  const ratios = toRatios(delivered ?? [], relayed ?? []);
  const verdict = atLeast(toMedian(ratios), RATIO);
  console.log(`hookline against relay, delivered: ${describeRatios(ratios)} ${verdict}`);
}

function toMedianRound(rounds: readonly Round[]): Round {
  const median = (pick: (round: Round) => number): number => toMedian(rounds.map(pick));
  return {
    acceptedPerS: median((round) => round.acceptedPerS),
    deliveredPerS: median((round) => round.deliveredPerS),
    p50Ms: median((round) => round.p50Ms),
    p99Ms: median((round) => round.p99Ms),
  };
}

async function reportLatency(target: Target): Promise<void> {
  const { arrivalMs } = await measureLatency({
    url: urls[target],
    path: target === 'relay' ? TIMED_PATH : '/events',
    receiver,
    perSecond: STEADY_PER_S,
    durationS: STEADY_S,
    toBody: (sentAtMs) => toEventBody('timed', { sentAtMs }),
  });
  const verdict = target === 'relay' ? '' : ` ${atMost(toQuantile(arrivalMs, 0.99), LATENCY)}`;
  console.log(`${target}, end to end at ${STEADY_PER_S} events/s: ${describeLatencies(arrivalMs)}${verdict}`);
}
