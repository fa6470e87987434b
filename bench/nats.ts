import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connectClient, type NatsClient, startNatsServer } from '../test/helpers/nats-server.ts';
import { atLeast } from './budget.ts';
import { toAmount, toRounds, toSeconds } from './effort.ts';
import { EVENT_BYTES, toEventBody } from './event-body.ts';
import { awaitIdleMachine } from './idle-machine.ts';
import { install } from './installation.ts';
import { describeFileSystem, describeMachine } from './machine.ts';
import { describeRatios, toMedian, toRange, toRatios } from './quantile.ts';
import { CONNECTIONS, runIntake } from './saturating-load.ts';
import { createWorkDirectory } from './work-directory.ts';

/**
 * Measures what is taken in durably from a stream of a real nats-server, from the first message that is published until
 * the last is acknowledged, in turns with events that are posted one at a time. No hook matches.
 */
const ROUNDS = toRounds(5);
const ROUND_S = toSeconds(5);
const MESSAGES = toAmount(150_000);
const WARM_UP_MESSAGES = toAmount(50_000);
const POLL_MS = 10;
const BUDGET = { limit: 0.8, unit: '×' };

const EVENT = toEventBody('unheard');
const DATA = JSON.stringify((JSON.parse(EVENT) as { readonly data: object }).data);
const [STREAM, DURABLE] = ['BENCH', 'hookline'];

await using stack = new AsyncDisposableStack();
const work = createWorkDirectory();
const server = stack.use(await startNatsServer());
const client = stack.use(await connectClient(server.url));
await client.manager.streams.add({ name: STREAM, subjects: ['bench.*'] });
const nats = { servers: server.url, subject: 'bench.*', durable: DURABLE };
const { start } = await install(join(work, 'hookline'), { hooks: [], events: ['unheard'], nats });
const { url, stop } = await start();
stack.defer(stop);
await untilConsumed(client);

console.log(describeMachine());
console.log(
  `state on ${describeFileSystem(work)}; ${EVENT_BYTES}-byte events without a hook over ${CONNECTIONS} connections, or ${MESSAGES} messages of the same data; ${ROUNDS} rounds in turns`,
);
const posted: number[] = [];
const streamed: number[] = [];
let published = 0;
await post();
await stream(WARM_UP_MESSAGES);
for (let round = 0; round < ROUNDS; round += 1) {
  posted.push(await post());
  streamed.push(await stream(MESSAGES));
}
console.log(`posted one at a time: ${toMedian(posted).toFixed(0)}/s, ${toRange(posted, 0)}`);
console.log(`from a stream: ${toMedian(streamed).toFixed(0)}/s, ${toRange(streamed, 0)}`);
const ratios = toRatios(streamed, posted);
console.log(`from a stream against posted: ${describeRatios(ratios)} ${atLeast(toMedian(ratios), BUDGET)}`);

/** Resolves to the events accepted per second. */
async function post(): Promise<number> {
  const events = [{ body: EVENT, deliveries: 0 }];
  const { acceptedPerS } = await runIntake({ url, events, extent: { duration: ROUND_S } });
  return acceptedPerS;
}

/** The same, of messages that are published as fast as the server takes them. */
async function stream(count: number): Promise<number> {
  await awaitIdleMachine();
  const startedAtMs = performance.now();
  for (let sent = 0; sent < count; sent += 1) client.connection.publish('bench.unheard', DATA);
  await client.connection.flush();
  await untilConsumed(client);
  published += count;
  const { state } = await client.manager.streams.info(STREAM);
  if (state.messages !== published)
    throw new Error(`Cannot measure a stream: it has ${state.messages} of ${published}`);
  return (count * 1000) / (performance.now() - startedAtMs);
}

/** Resolves once there is a consumer, which has nothing left. */
async function untilConsumed({ manager }: NatsClient): Promise<void> {
  for (;;) {
    const [info] = (await manager.consumers.list(STREAM).next()).filter(({ name }) => name === DURABLE);
    if (info !== undefined && info.num_pending + info.num_ack_pending === 0) return;
    await delay(POLL_MS);
  }
}
