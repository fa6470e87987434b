import { type JsMsg, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { compare, millis, parseSemVer } from '@nats-io/transport-node';
import type { Timer } from '../clock.ts';
import { findConsumer } from './nats-consumer.ts';
import type { Arrival } from './nats-intake.ts';
import { toHeaderList } from './nats-message.ts';
import type { NatsSession, NatsSessionParts } from './nats-session.ts';

/** Messages that are asked for at once; more are asked for when a quarter of them has come. */
const PULL_MESSAGES = 1_000;
/** How often a server tells that it is there while it has nothing to send. */
const HEARTBEAT_MS = 5_000;
const PULL_MS = 30_000;
/** When a message is to come again that was put off. */
const AGAIN_MS = 5_000;
/** Times a server is told that a message is worked on, before it would send it again. */
const SIGNALS = 3;
const MIN_SIGNAL_MS = 250;
/** An older one takes no reason, and does not know the word with one. */
const TERM_REASON_SINCE = parseSemVer('2.11.0');
/** Characters of a reason the server is told. */
const MAX_REASON = 200;

/**
 * Takes messages of a durable consumer: each is acknowledged once its event is durable. Until then the server is told that
 * it is worked on, and sends it again after that has ended, whatever becomes of this process. Resolves once the server has
 * heard of it.
 */
export async function consumeNats(parts: NatsSessionParts, durable: string): Promise<NatsSession> {
  const { nats, connection, offer, clock } = parts;
  const manager = await jetstreamManager(connection, { checkAPI: false });
  const { stream, info } = await findConsumer(manager, nats, durable);
  const takesReason = compare(parseSemVer(connection.info?.version ?? '0.0.0'), TERM_REASON_SINCE) >= 0;
  const unsettled = new Set<JsMsg>();
  let timer: Timer | null = null;

  function toArrival(message: JsMsg): Arrival {
    const settle = (say: () => void): void => {
      unsettled.delete(message);
      quietly(say);
    };
    const { subject, headers, data, seq, timestamp, timestampNanos } = message;
    return {
      message: {
        subject,
        headers: toHeaderList(headers),
        data,
        // A stream that was deleted and made anew counts from one again.
        defaultId: `${stream}-${seq}-${timestampNanos}`,
        time: timestamp,
      },
      taken: () => settle(() => message.ack()),
      refused: (reason) => settle(() => message.term(takesReason ? reason.slice(0, MAX_REASON) : undefined)),
      putOff: () => settle(() => message.nak(AGAIN_MS)),
    };
  }

  const signalMs = Math.max(MIN_SIGNAL_MS, millis(info.config.ack_wait ?? 0) / SIGNALS);
  function signal(): void {
    for (const message of unsettled) quietly(() => message.working());
    timer = clock.setTimer(signalMs, signal);
  }

  const messages = await jetstream(connection)
    .consumers.getConsumerFromInfo(info)
    .consume({
      max_messages: PULL_MESSAGES,
      expires: PULL_MS,
      idle_heartbeat: HEARTBEAT_MS,
      abort_on_missing_resource: true,
      callback(message) {
        unsettled.add(message);
        offer(toArrival(message));
      },
    });
  await connection.flush();
  signal();
  const ended = messages.closed().then((error) => {
    throw error ?? new Error(`Consumer "${durable}" of stream "${stream}" has ended`);
  });
  ended.catch(() => timer?.cancel());
  return {
    ended,
    async close() {
      await messages.close();
    },
  };
}

/** What is said over a connection that is gone is not heard: the message comes again, and is a duplicate then. */
function quietly(say: () => void): void {
  try {
    say();
  } catch {
    // Nothing else can be done about it.
  }
}
