import type { NatsConnection } from '@nats-io/transport-node';
import type { EventSource, NatsDefinition } from '../definitions/event-source.ts';
import type { FeedParts } from './feed.ts';
import type { NatsIntake } from './nats-intake.ts';

/** What a session takes messages in with. */
export interface NatsSessionParts extends Pick<FeedParts, 'clock'> {
  readonly source: EventSource;
  readonly nats: NatsDefinition;
  readonly connection: NatsConnection;
  readonly offer: NatsIntake['offer'];
}

/** Messages that come over one connection. */
export interface NatsSession {
  /** Rejects when nothing more will come, with why. */
  readonly ended: Promise<never>;
  /** Has nothing more come; resolves once all has come that was under way. */
  close(): Promise<void>;
}
