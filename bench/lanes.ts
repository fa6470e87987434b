import { join } from 'node:path';
import { atLeast } from './budget.ts';
import { toRounds, toSeconds } from './effort.ts';
import { EVENT_BYTES, toEventBody } from './event-body.ts';
import { install } from './installation.ts';
import { describeFileSystem, describeMachine } from './machine.ts';
import { TIMED_PATH } from './messages.ts';
import { describeLatencies, describeRatios, toMedian, toRange, toRatios } from './quantile.ts';
import { startReceiver } from './receiver-process.ts';
import { CONNECTIONS, runRound } from './saturating-load.ts';
import { measureLatency } from './steady-load.ts';
import { createWorkDirectory } from './work-directory.ts';

/**
 * Measures what is delivered when the same load goes to one hook or is spread over many, in turns; and one event that
 * goes to a hundred hooks.
 */
const LANES = [1, 10, 100, 1_000] as const;
const ROUNDS = toRounds(3);
const ROUND_S = toSeconds(5);
const WARM_UP_S = toSeconds(3);
const CONCURRENCY = 256;
const RATIO_BUDGET = { limit: 0.85, unit: '×' };

const FAN_OUT = 100;
/** Events sent at once, as fast as they are taken. */
const FAN_OUT_EVENTS = CONNECTIONS * toRounds(16);
const FAN_OUT_PER_S = 10;
const FAN_OUT_S = toSeconds(10);

await using stack = new AsyncDisposableStack();
const work = createWorkDirectory();
const receiver = await startReceiver();
stack.defer(receiver.stop);

console.log(describeMachine());
console.log(
  `state on ${describeFileSystem(work)}; ${EVENT_BYTES}-byte events, ${CONNECTIONS} connections, concurrency ${CONCURRENCY}, ${ROUNDS} rounds of ${ROUND_S} s each in turns`,
);
const urls = new Map<number, string>();
for (const lanes of LANES) urls.set(lanes, await startWithLanes(lanes));
for (const lanes of LANES) await runOn(lanes, WARM_UP_S);
reportLanes(await runRounds());
await reportFanOut(await startWithFanOut());

/** Each hook is for an event of its own. */
async function startWithLanes(lanes: number): Promise<string> {
  const url = `${receiver.url}/events`;
  const hooks = Array.from({ length: lanes }, (_, lane) => {
    return { name: `lane-${lane}`, event: `event-${lane}`, url, concurrency: CONCURRENCY };
  });
  const { start } = await install(join(work, `lanes-${lanes}`), { hooks });
  const server = await start();
  stack.defer(server.stop);
  return server.url;
}

/** Resolves to the deliveries per second. */
async function runOn(lanes: number, duration: number): Promise<number> {
  const events = Array.from({ length: lanes }, (_, lane) => {
    return { body: toEventBody(`event-${lane}`), deliveries: 1 };
  });
  const load = { url: urls.get(lanes) ?? '', events, extent: { duration } };
  const { deliveredPerS } = await runRound(load, receiver);
  return deliveredPerS;
}

async function runRounds(): Promise<ReadonlyMap<number, readonly number[]>> {
  const perS = new Map(LANES.map((lanes) => [lanes as number, [] as number[]]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const lanes of LANES) perS.get(lanes)?.push(await runOn(lanes, ROUND_S));
  }
  return perS;
}

function reportLanes(perS: ReadonlyMap<number, readonly number[]>): void {
  const [[, one], ...others] = [...perS] as [[number, readonly number[]], ...[number, readonly number[]][]];
  console.log(`1 lane: ${toMedian(one).toFixed(0)}/s delivered, ${toRange(one, 0)}`);
  for (const [lanes, many] of others) {
    const ratios = toRatios(many, one);
    const verdict = atLeast(toMedian(ratios), RATIO_BUDGET);
    console.log(
      `${lanes} lanes: ${toMedian(many).toFixed(0)}/s delivered, of that with one ${describeRatios(ratios)} ${verdict}`,
    );
  }
}

/** Every hook is for the same event; half of what there is to know is when the last of them has it. */
async function startWithFanOut(): Promise<string> {
  const hooks = Array.from({ length: FAN_OUT }, (_, lane) => {
    return { name: `lane-${lane}`, event: 'tick', url: `${receiver.url}${TIMED_PATH}` };
  });
  const { start } = await install(join(work, 'fan-out'), { hooks });
  const server = await start();
  stack.defer(server.stop);
  return server.url;
}

async function reportFanOut(url: string): Promise<void> {
  const events = [{ body: toEventBody('tick'), deliveries: FAN_OUT }];
  await runRound({ url, events, extent: { amount: CONNECTIONS } }, receiver);
  const { deliveredPerS } = await runRound({ url, events, extent: { amount: FAN_OUT_EVENTS } }, receiver);
  console.log(
    `${FAN_OUT_EVENTS} events to ${FAN_OUT} hooks each, at once: ${deliveredPerS.toFixed(0)}/s delivered`,
  );
  const { arrivalMs } = await measureLatency({
    url,
    path: '/events',
    receiver,
    perSecond: FAN_OUT_PER_S,
    durationS: FAN_OUT_S,
    toBody: (sentAtMs) => toEventBody('tick', { sentAtMs }),
    arrivals: FAN_OUT,
  });
  console.log(
    `${FAN_OUT_PER_S} events/s to ${FAN_OUT} hooks each, end to end: ${describeLatencies(arrivalMs)}`,
  );
}
