import autocannon from 'autocannon';
import { awaitIdleMachine } from './idle-machine.ts';
import type { ReceiverProcess } from './receiver-process.ts';

/** Connections that send one event after another, each as soon as the one before was answered. */
export const CONNECTIONS = 64;

/** An event that is sent over and over. */
export interface LoadEvent {
  /** `[<id>]` in it and in the headers is another id each time, where the load asks for ids. */
  readonly body: string;
  /** What says what the body is; default: an event as JSON. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: `/events`. */
  readonly path?: string;
  /** How many arrive at the receiver for each that is accepted. */
  readonly deliveries: number;
}

const AS_JSON = { 'content-type': 'application/json' };

/** One load on one target. */
export interface SaturatingLoad {
  /** Base URL of what takes the events in. */
  readonly url: string;
  /** Shared out among the connections, each of which sends its own in turn. */
  readonly events: readonly LoadEvent[];
  /** How long to send, or how many events. */
  readonly extent: { readonly duration: number } | { readonly amount: number };
  /** Whether to put ids into events: it takes time of the sender's. */
  readonly withIds?: boolean;
}

/** What a load came to where it was taken in. */
export interface IntakeFigures {
  /** Answered with 2xx, per second. */
  readonly acceptedPerS: number;
  /** Milliseconds until they were answered. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** The same, and what came of it at the receiver. */
export interface Round extends IntakeFigures {
  /** Arrived, per second from the first one to the last. */
  readonly deliveredPerS: number;
}

/** Sends as much as is taken. Throws when anything was refused: a figure with such would mean nothing. */
export async function runIntake(load: SaturatingLoad): Promise<IntakeFigures> {
  await awaitIdleMachine();
  const { figures } = await send(load);
  return figures;
}

/** Sends as much as is taken, then waits until all of it has arrived. Throws when anything was lost or delivered twice. */
export async function runRound(load: SaturatingLoad, receiver: ReceiverProcess): Promise<Round> {
  await receiver.reset();
  await awaitIdleMachine();
  const { figures, expected } = await send(load);
  const { count, firstAtMs, lastAtMs } = await receiver.settled(expected);
  // Each connection may have been cut off with one request on its way: it arrives, but was not counted here.
  const cutOff = CONNECTIONS * Math.max(...load.events.map(({ deliveries }) => deliveries));
  if (count > expected + cutOff)
    throw new Error(`Cannot measure "${load.url}": ${expected} were to arrive, ${count} did`);
  return { ...figures, deliveredPerS: count / ((lastAtMs - firstAtMs) / 1000) };
}

interface Sent {
  readonly figures: IntakeFigures;
  /** How many have to arrive at the receiver. */
  readonly expected: number;
}

async function send({ url, events, extent, withIds = false }: SaturatingLoad): Promise<Sent> {
  const senders: { readonly share: readonly LoadEvent[]; answered: number }[] = [];
  const result = await autocannon({
    url,
    method: 'POST',
    connections: CONNECTIONS,
    idReplacement: withIds,
    setupClient(client) {
      const sender = { share: toShare(events, senders.length), answered: 0 };
      senders.push(sender);
      client.setRequests(
        sender.share.map(({ body, headers = AS_JSON, path = '/events' }) => ({ body, headers, path })),
      );
      client.on('response', () => {
        sender.answered += 1;
      });
    },
    ...extent,
  });
  const accepted = result['2xx'];
  if (accepted === 0 || result.non2xx > 0 || result.errors > 0) {
    throw new Error(
      `Cannot measure "${url}": ${accepted} accepted, ${result.non2xx} refused, ${result.errors} errors`,
    );
  }
  const { p50: p50Ms, p99: p99Ms } = result.latency;
  return {
    figures: { acceptedPerS: accepted / result.duration, p50Ms, p99Ms },
    expected: senders.reduce((sum, { share, answered }) => sum + countDeliveries(share, answered), 0),
  };
}

/** The events one connection sends: each event has its connections, or each connection its events. */
function toShare(events: readonly LoadEvent[], connection: number): readonly LoadEvent[] {
  const places = Math.min(events.length, CONNECTIONS);
  return events.filter((_, index) => index % places === connection % places);
}

/** What `count` events come to that were sent in turn. */
function countDeliveries(share: readonly LoadEvent[], count: number): number {
  return share.reduce(
    (sum, { deliveries }, index) => sum + deliveries * Math.ceil((count - index) / share.length),
    0,
  );
}
