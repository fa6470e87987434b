import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { awaitIdleMachine } from './idle-machine.ts';
import { monotonicMs } from './machine.ts';
import type { ReceiverProcess } from './receiver-process.ts';

/** A load that sends at a fixed rate, whatever the answers take. */
export interface SteadyLoad {
  readonly url: string;
  readonly path: string;
  readonly receiver: ReceiverProcess;
  readonly perSecond: number;
  readonly durationS: number;
  /** The event, as JSON, with the time it is sent under `sentAtMs`. */
  readonly toBody: (sentAtMs: number) => string;
}

/** Connections to the intake: more than answers are ever awaited at once at this rate, so that none waits for another. */
const CONNECTIONS = 64;

/** Sends at a fixed rate; resolves to the time each event took from sending to its arrival, in milliseconds. */
export async function measureLatency(load: SteadyLoad): Promise<readonly number[]> {
  const { url, receiver, perSecond, durationS } = load;
  await receiver.reset();
  await awaitIdleMachine();
  const pool = new Pool(url, { connections: CONNECTIONS, pipelining: 1 });
  const total = perSecond * durationS;
  const startedAtMs = monotonicMs();
  const answered: Promise<void>[] = [];
  for (let sent = 0; sent < total; sent += 1) {
    const waitMs = startedAtMs + (sent * 1000) / perSecond - monotonicMs();
    if (waitMs > 0) await delay(waitMs);
    answered.push(send(pool, load));
  }
  await Promise.all(answered);
  const { latenciesMs } = await receiver.settled(total);
  await pool.close();
  if (latenciesMs.length !== total) {
    throw new Error(`Cannot measure "${url}": ${total} sent, ${latenciesMs.length} arrived`);
  }
  return latenciesMs;
}

async function send(pool: Pool, { path, toBody }: SteadyLoad): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const { statusCode, body } = await pool.request({
    method: 'POST',
    path,
    headers,
    body: toBody(monotonicMs()),
  });
  await body.dump();
  if (statusCode !== 202) throw new Error(`Cannot send an event: got ${statusCode}`);
}
