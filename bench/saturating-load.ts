import autocannon from 'autocannon';
import { awaitIdleMachine } from './idle-machine.ts';
import { monotonicMs } from './machine.ts';
import type { ReceiverProcess } from './receiver-process.ts';

/** Connections that send one event after another, each as soon as the one before was answered. */
export const CONNECTIONS = 64;

/** One load on one target. */
export interface SaturatingLoad {
  /** Base URL of what takes the events in. */
  readonly url: string;
  readonly receiver: ReceiverProcess;
  /** The event, as JSON. */
  readonly body: string;
  readonly durationS: number;
}

/** What a load came to. */
export interface Round {
  /** Answered with 2xx, per second. */
  readonly acceptedPerS: number;
  /** Arrived, per second until the last one had. */
  readonly deliveredPerS: number;
  /** Of the intake, milliseconds. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/**
 * Sends as much as is taken, then waits until all of it has arrived. Throws when anything was refused, lost or
 * delivered twice: a figure with such would mean nothing.
 */
export async function runRound({ url, receiver, body, durationS }: SaturatingLoad): Promise<Round> {
  await receiver.reset();
  await awaitIdleMachine();
  const startedAtMs = monotonicMs();
  const result = await autocannon({
    url: `${url}/events`,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    connections: CONNECTIONS,
    duration: durationS,
  });
  const accepted = result['2xx'];
  if (accepted === 0 || result.non2xx > 0 || result.errors > 0) {
    throw new Error(
      `Cannot measure "${url}": ${accepted} accepted, ${result.non2xx} refused, ${result.errors} errors`,
    );
  }
  const { count, lastAtMs } = await receiver.settled(accepted);
  // Each connection may have been cut off with one request on its way: it arrives, but was not counted here.
  if (count > accepted + CONNECTIONS)
    throw new Error(`Cannot measure "${url}": ${accepted} accepted, ${count} arrived`);
  return {
    acceptedPerS: accepted / result.duration,
    deliveredPerS: count / ((lastAtMs - startedAtMs) / 1000),
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
  };
}
