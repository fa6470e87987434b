import type { Clock } from '../clock.ts';
import type { Egress } from '../deliver/egress.ts';
import type { HttpClient } from '../deliver/http-client.ts';
import type { EventAttributes, JsonObject } from '../event.ts';
import type { Logger } from '../logger.ts';
import type { HookSecrets } from '../secrets/secrets.ts';

/** An event as a feed has it, before it is checked: the same keys POST /events takes, and its attributes. */
export interface FedEvent extends JsonObject {
  readonly source: string;
  readonly event: string;
  readonly data: JsonObject;
  /** The same whenever the same thing is told again, so that it is taken once. */
  readonly id: string;
  /** RFC 3339. */
  readonly time: string;
  /** What else came with it; null: nothing. */
  readonly attributes: EventAttributes | null;
}

/** Where a feed stands. */
export interface FeedState {
  /** Name of the source it is declared in. */
  readonly source: string;
  readonly kind: 'schedule' | 'kong' | 'nats';
  /** Why not all there is comes of it at present; null while all is well. */
  readonly problem: string | null;
  /** When it last gave an event, ms since the epoch; null: not in this run. */
  readonly lastEventAt: number | null;
}

/** Something that brings in events by itself, as one declared source says. */
export interface Feed {
  state(): FeedState;
  /** Brings in nothing more. Resolves when nothing of it is under way. */
  stop(): Promise<void>;
}

/** Why an event was refused, and which of those that were told. */
export interface Refusal {
  readonly index: number;
  readonly message: string;
}

/** What every feed works with. */
export interface FeedParts {
  /**
   * Takes events in; resolves when they are durable, with those that were refused. Rejects when they cannot be taken now:
   * the feed tells them again.
   */
  readonly emit: (events: readonly FedEvent[]) => Promise<readonly Refusal[]>;
  /** Counts as refused what no event could be made of. */
  readonly countRefused: (count: number) => void;
  /** Tells where connections may go. */
  readonly judge: Egress['judge'];
  /** What it has to know over a restart. */
  readonly memory: FeedMemory;
  /** Sends a request, if it may go where it is to go. */
  readonly send: HttpClient['send'];
  readonly secrets: HookSecrets;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What a feed remembers: one JSON object that outlives the process. */
export interface FeedMemory {
  /** Null when there is nothing, or nothing that can be read. */
  load(): Promise<JsonObject | null>;
  /** Durable once it resolves. */
  save(state: JsonObject): Promise<void>;
  /** Forgets all of it. */
  clear(): Promise<void>;
}
