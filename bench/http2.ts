import { Agent } from 'undici';
import { atLeast } from './budget.ts';
import { startPeer } from './child.ts';
import { toRounds, toSeconds } from './effort.ts';
import { toEventBody } from './event-body.ts';
import { describeMachine } from './machine.ts';
import { describeRatios, toMedian, toRatios } from './quantile.ts';

/**
 * Measures requests a second over TLS by HTTP/2 against HTTP/1.1 as deliveries are sent (a connection for each request at
 * a time), to a receiver that offers both, in turns; with as many requests at once as one hook sends, and as all hooks
 * together. HTTP/2 is measured over one connection and over several: it is turned on where that is faster.
 */
const ROUNDS = toRounds(9);
const ROUND_S = toSeconds(1);
const WARM_UP_S = toSeconds(1);
const AT_ONCE = [16, 256];
/** Streams of one connection that receivers allow, mostly. */
const STREAMS = 100;
const FASTER = { limit: 1.05, unit: '×' };

const MANNERS = {
  'HTTP/1.1': { allowH2: false, connections: 256, pipelining: 1 },
  'HTTP/2 over one connection': { allowH2: true, connections: 1, pipelining: STREAMS },
  'HTTP/2 over 8 connections': { allowH2: true, connections: 8, pipelining: STREAMS },
} as const;
type Manner = keyof typeof MANNERS;
const NAMES = Object.keys(MANNERS) as Manner[];

await using stack = new AsyncDisposableStack();
const receiver = await startPeer('./http2-receiver.ts');
stack.defer(receiver.stop);
const body = toEventBody('tick');

console.log(describeMachine());
for (const atOnce of AT_ONCE) await measure(atOnce);

/** What came of one round. */
interface Round {
  readonly perS: number;
  /** Processor time of this process for a request, microseconds: others on the machine take none of it away. */
  readonly cpuUs: number;
  /** Requests that ended in an error. */
  readonly failed: number;
}

async function measure(atOnce: number): Promise<void> {
  const rounds = new Map<Manner, Round[]>(NAMES.map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round += 1)
    for (const name of NAMES) rounds.get(name)?.push(await runRound(name, atOnce));
  const base = rounds.get('HTTP/1.1') ?? [];
  for (const [name, own] of rounds)
    console.log(
      `${name}, ${atOnce} at once: ${describe(own)}${name === 'HTTP/1.1' ? '' : compare(own, base)}`,
    );
}

function describe(rounds: readonly Round[]): string {
  const median = (pick: (round: Round) => number): string => toMedian(rounds.map(pick)).toFixed(0);
  const failed = rounds.reduce((sum, round) => sum + round.failed, 0);
  return `${median(({ perS }) => perS)} requests/s, ${median(({ cpuUs }) => cpuUs)} µs of CPU each, ${failed} failed`;
}

function compare(rounds: readonly Round[], base: readonly Round[]): string {
  const ratiosOf = (pick: (round: Round) => number): readonly number[] =>
    toRatios(rounds.map(pick), base.map(pick));
  const rates = ratiosOf(({ perS }) => perS);
  const verdict = atLeast(toMedian(rates), FASTER);
  return `; ${describeRatios(rates)} of the requests, ${describeRatios(ratiosOf(({ cpuUs }) => cpuUs))} of the CPU ${verdict}`;
}

/** A client that is new and warmed up. */
async function runRound(name: Manner, atOnce: number): Promise<Round> {
  const { allowH2, connections, pipelining } = MANNERS[name];
  const agent = new Agent({ allowH2, connections, pipelining, connect: { rejectUnauthorized: false } });
  try {
    await sendFor(agent, atOnce, WARM_UP_S);
    return await sendFor(agent, atOnce, ROUND_S);
  } finally {
    await agent.destroy();
  }
}

/** Keeps so many requests under way for so long. */
async function sendFor(agent: Agent, atOnce: number, seconds: number): Promise<Round> {
  const endAtMs = performance.now() + seconds * 1000;
  const cpu = process.cpuUsage();
  let answered = 0;
  let failed = 0;
  const sendOn = async (): Promise<void> => {
    while (performance.now() < endAtMs) {
      if (await send(agent)) answered += 1;
      else failed += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, sendOn));
  const { user, system } = process.cpuUsage(cpu);
  return { perS: answered / seconds, cpuUs: (user + system) / answered, failed };
}

async function send(agent: Agent): Promise<boolean> {
  const headers = { 'content-type': 'application/json' };
  try {
    const answer = await agent.request({ origin: receiver.url, path: '/', method: 'POST', headers, body });
    await answer.body.dump();
    return answer.statusCode === 204;
  } catch {
    return false;
  }
}
