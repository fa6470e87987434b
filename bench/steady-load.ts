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
  /** The event of this number, as JSON, with the time it is sent under `sentAtMs`. */
  readonly toBody: (sentAtMs: number, number: number) => string;
  /** How many arrive at the receiver for each that is sent, over all; default 1. */
  readonly arrivals?: number;
}

/** What each took from its sending, in milliseconds. */
export interface Latencies {
  /** Each event until it was answered. */
  readonly intakeMs: readonly number[];
  /** Each delivery until it arrived. */
  readonly arrivalMs: readonly number[];
}

/** Connections to the intake: more than answers are ever awaited at once at this rate, so that none waits for another. */
const CONNECTIONS = 64;

/** Sends at a fixed rate, then waits until all has arrived. */
export async function measureLatency(load: SteadyLoad): Promise<Latencies> {
  const { url, receiver, perSecond, durationS, arrivals = 1 } = load;
  await receiver.reset();
  await awaitIdleMachine();
  const pool = new Pool(url, { connections: CONNECTIONS, pipelining: 1 });
  const total = perSecond * durationS;
  const startedAtMs = monotonicMs();
  const answered: Promise<number>[] = [];
  for (let sent = 0; sent < total; sent += 1) {
    const waitMs = startedAtMs + (sent * 1000) / perSecond - monotonicMs();
    if (waitMs > 0) await delay(waitMs);
    answered.push(send(pool, { load, number: sent }));
  }
  const intakeMs = await Promise.all(answered);
  const expected = Math.round(total * arrivals);
  const { latenciesMs: arrivalMs } = await receiver.settled(expected);
  await pool.close();
  if (arrivalMs.length !== expected)
    throw new Error(`Cannot measure "${url}": ${expected} were to arrive, ${arrivalMs.length} did`);
  return { intakeMs, arrivalMs };
}

/** Resolves to the milliseconds until it was answered. */
async function send(
  pool: Pool,
  { load: { path, toBody }, number }: { readonly load: SteadyLoad; readonly number: number },
): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  const sentAtMs = monotonicMs();
  const body = toBody(sentAtMs, number);
  const response = await pool.request({ method: 'POST', path, headers, body });
  await response.body.dump();
  if (response.statusCode !== 202) throw new Error(`Cannot send an event: got ${response.statusCode}`);
  return monotonicMs() - sentAtMs;
}
