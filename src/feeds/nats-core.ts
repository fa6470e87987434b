import type { Msg } from '@nats-io/transport-node';
import { type Clock, toTime } from '../clock.ts';
import { createId } from '../id.ts';
import type { Arrival } from './nats-intake.ts';
import { toHeaderList } from './nats-message.ts';
import type { NatsSession, NatsSessionParts } from './nats-session.ts';

/**
 * Subscribes to the subjects of a source. There is nobody to acknowledge a message to: one that cannot be taken is lost.
 * Resolves once the server has heard of it.
 */
export async function subscribeNats({
  nats,
  connection,
  offer,
  clock,
}: NatsSessionParts): Promise<NatsSession> {
  const { promise: ended, reject } = Promise.withResolvers<never>();
  ended.catch(() => undefined);
  const queue = nats.queue === null ? {} : { queue: nats.queue };
  const subscriptions = [nats.subject].flat().map((subject) =>
    connection.subscribe(subject, {
      ...queue,
      callback: (error, message) => (error === null ? offer(toArrival(message, clock)) : reject(error)),
    }),
  );
  // What the server refuses it says before it answers.
  await Promise.race([connection.flush(), ended]);
  return {
    ended,
    async close() {
      await Promise.all(subscriptions.map((subscription) => subscription.drain()));
    },
  };
}

function toArrival({ subject, headers, data }: Msg, clock: Clock): Arrival {
  const nothing = (): void => undefined;
  return {
    message: {
      subject,
      headers: toHeaderList(headers),
      data,
      defaultId: createId(),
      time: toTime(clock.now()),
    },
    taken: nothing,
    refused: nothing,
    putOff: nothing,
  };
}
