import type { Logger } from '../logger.ts';
import type { Arrival } from './nats-intake.ts';

/** A message no event can be made of, and why. */
export interface RefusedArrival {
  readonly arrival: Arrival;
  readonly reason: string;
}

/** Reasons of one batch that are logged: a flood of bad messages is not to be one of lines. */
const MAX_LOGGED = 5;

/** Ends messages for good, and logs why: nobody waits for an answer. */
export function refuseArrivals(refused: readonly RefusedArrival[], logger: Logger, source: string): void {
  for (const { arrival, reason } of refused) arrival.refused(reason);
  const groups = [...Map.groupBy(refused, ({ reason }) => reason)];
  for (const [err, group] of groups.slice(0, MAX_LOGGED)) {
    const subject = group[0]?.arrival.message.subject;
    logger.warn({ source, subject, messages: group.length, err }, 'refused a message of NATS');
  }
  const reasons = groups.length - MAX_LOGGED;
  if (reasons > 0) logger.warn({ source, reasons }, 'refused messages of NATS for other reasons');
}
