import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ServerProcess, startHookline, startPeer } from './child.ts';
import { describeFileSystem, describeMachine } from './machine.ts';
import { TIMED_PATH } from './messages.ts';
import { toMedian, toQuantile, toRange } from './quantile.ts';
import { type ReceiverProcess, startReceiver } from './receiver-process.ts';
import { CONNECTIONS, type Round, runRound } from './saturating-load.ts';
import { measureLatency } from './steady-load.ts';
import { createWorkDirectory } from './work-directory.ts';

/**
 * Measures what Hookline takes in durably and delivers to one webhook, against the plainest relay, in turns on one
 * machine; and how long an event takes from its sending to its arrival. Every process but this one is a child.
 */
const ROUNDS = 5;
const ROUND_S = 5;
const WARM_UP_ROUNDS = 2;
const WARM_UP_S = 3;
const EVENT_BYTES = 500;
const CONCURRENCY = 256;
const STEADY_PER_S = 300;
const STEADY_S = 10;

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
await reportLatency('end to end', { url: urls.hookline, path: '/events', budget: ' (budget p99 ≤ 20 ms)' });
await reportLatency('end to end, relay', { url: urls.relay, path: TIMED_PATH, budget: '' });

async function startTargets({ url }: ReceiverProcess): Promise<Record<Target, string>> {
  const relay = await startPeer('./relay.ts', [url]);
  stack.defer(relay.stop);
  const hookline = await startHooklineFor(url);
  stack.defer(hookline.stop);
  return { relay: relay.url, hookline: hookline.url };
}

async function startHooklineFor(receiverUrl: string): Promise<ServerProcess> {
  const dir = join(work, 'hooks');
  await mkdir(dir);
  const toHook = (event: string, path: string): string =>
    JSON.stringify({
      source: 'bench',
      event,
      handler: 'webhook',
      concurrency: CONCURRENCY,
      config: { url: `${receiverUrl}${path}` },
    });
  const events = { tick: {}, timed: {} };
  await writeFile(join(dir, 'bench.yaml'), JSON.stringify({ kind: 'EventSource', name: 'bench', events }));
  await writeFile(join(dir, 'tick.yaml'), toHook('tick', '/events'));
  await writeFile(join(dir, 'timed.yaml'), toHook('timed', TIMED_PATH));
  return startHookline([dir, '--state', join(work, 'state')], { cwd: work });
}

function toBody(event: string, data: object): string {
  const bare = JSON.stringify({ source: 'bench', event, data: { ...data, text: '' } });
  return JSON.stringify({
    source: 'bench',
    event,
    data: { ...data, text: 'x'.repeat(EVENT_BYTES - bare.length) },
  });
}

async function warmUp(): Promise<void> {
  for (let round = 0; round < WARM_UP_ROUNDS; round += 1) {
    for (const target of TARGETS) await runOn(target, WARM_UP_S);
  }
}

function runOn(target: Target, durationS: number): Promise<Round> {
  return runRound({ url: urls[target], receiver, body: toBody('tick', {}), durationS });
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
  const ratios = rounds.hookline.map(
    (round, index) => round.deliveredPerS / (rounds.relay[index]?.deliveredPerS ?? 0),
  );
  const range = toRange(ratios, 2);
  console.log(
    `hookline against relay: ${toMedian(ratios).toFixed(2)} × delivered, ${range} (budget ≥ 0.8 ×)`,
  );
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

async function reportLatency(
  what: string,
  { url, path, budget }: { readonly url: string; readonly path: string; readonly budget: string },
): Promise<void> {
  const latenciesMs = await measureLatency({
    url,
    path,
    receiver,
    perSecond: STEADY_PER_S,
    durationS: STEADY_S,
    toBody: (sentAtMs) => toBody('timed', { sentAtMs }),
  });
  const [p50, p99] = [0.5, 0.99].map((share) => toQuantile(latenciesMs, share).toFixed(1));
  console.log(`${what} at ${STEADY_PER_S} events/s: p50 ${p50} ms, p99 ${p99} ms${budget}`);
}
