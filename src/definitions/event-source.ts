import type { JsonObject } from '../event.ts';
import type { TlsDefinition } from './tls-definition.ts';

/** One event of a source, as the catalogue lists it. Keys that were not declared are absent, as the reference has it. */
export interface CatalogueEvent {
  readonly description?: string;
  /** Top-level fields of the event's data. */
  readonly fields?: readonly string[];
  /** The fields that make two events "the same" for on_change. */
  readonly unique?: readonly string[];
  /** JSON Schema (2020-12) of the event's data. */
  readonly schema?: JsonObject;
  /** Pattern of the types of CloudEvents that are this event. */
  readonly cloudevents?: { readonly type: string };
}

/** Which CloudEvents a source takes. In a pattern `*` stands for any characters or none. */
interface CloudEventPatterns {
  /** Pattern of their source. */
  readonly source: string;
  /** Pattern of their type, with one `*`, which stands for the event; null: only those of the events that say a type. */
  readonly type: string | null;
}

/** When a source emits the event `tick` of itself. */
export interface ScheduleDefinition {
  /** Five fields, six with seconds first, or `@daily` and its like. */
  readonly cron: string;
  /** By its IANA name. */
  readonly timezone: string;
  /** What becomes of ticks that fell due while Hookline did not run: one is emitted for all of them, or none. */
  readonly missed: 'once' | 'skip';
}

/** How a source takes in what web hooks of somebody else send, at POST /in/{source}. */
export interface InletDefinition {
  /** Whose way of signing is verified. */
  readonly verify:
    | 'github'
    | 'gitlab'
    | 'gitea'
    | 'stripe'
    | 'slack'
    | 'standard-webhooks'
    | 'hmac'
    | 'token'
    | 'none';
  /** May be references; any of several will do. Null only where nothing is verified. */
  readonly secret: string | readonly string[] | null;
  /** Of hmac and token: the header with the signature or the token. */
  readonly header: string | null;
  /** Where the name of the event is: `header:NAME`, or a dotted path into the body. Null: where that sender has it. */
  readonly event: string | null;
  /** Where an id is that stays the same when a request is sent again. Null: where that sender has it, if it has one. */
  readonly id: string | null;
}

/** Who Hookline is to a NATS server: token, user with password, nkey or creds. */
export interface NatsAuth {
  readonly token?: string;
  readonly user?: string;
  readonly password?: string;
  /** Seed of the user's key. */
  readonly nkey?: string;
  /** Text of a `.creds` file. */
  readonly creds?: string;
}

/** What of NATS a source takes in. */
export interface NatsDefinition {
  readonly servers: string | readonly string[];
  readonly subject: string | readonly string[];
  /** Name of a pull consumer of JetStream; null: core NATS. */
  readonly durable: string | null;
  /** Null: the one that has the subject. */
  readonly stream: string | null;
  /** Where a consumer begins that is not there yet. */
  readonly deliver: 'all' | 'new';
  /** Group of core subscribers that share messages. */
  readonly queue: string | null;
  /** `subject:N`, `header:NAME` or a dotted path into the message; null: told by the subject. */
  readonly event: string | null;
  /** `header:NAME` or a dotted path into the message; null: `Nats-Msg-Id`, else the place in the stream. */
  readonly id: string | null;
  /** Secrets of it are references. */
  readonly auth: NatsAuth | null;
  readonly tls: TlsDefinition | null;
}

/** A Kong Gateway whose Admin API is looked at every so often. */
export interface KongDefinition {
  /** May be a reference, as may `token` and every header. */
  readonly admin_url: string;
  /** Seconds. */
  readonly interval: number;
  /** Names of what is looked at, as events of `crud` have them. */
  readonly entities: readonly string[];
  /** Null: no workspace is named in a path, as for a gateway that has none. */
  readonly workspaces: readonly string[] | null;
  /** Entities that have all of them are looked at. */
  readonly tags: readonly string[];
  /** Whether the health of targets is looked at. */
  readonly health: boolean;
  /** Goes out as kong-admin-token; null: none. */
  readonly token: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly ssl_verify: boolean;
}

/** A declared source of events. */
export interface EventSource {
  readonly kind: 'EventSource';
  readonly name: string;
  readonly description: string | null;
  /** Null: those whose source has the name as its last path segment. */
  readonly cloudevents: CloudEventPatterns | null;
  readonly events: Readonly<Record<string, CatalogueEvent>>;
  /** Null: no web hook of somebody else is taken in. */
  readonly inlet: InletDefinition | null;
  /** Null: it emits nothing by the clock. */
  readonly schedule: ScheduleDefinition | null;
  /** Null: it takes no messages of NATS. */
  readonly nats: NatsDefinition | null;
  /** Null: it looks at no gateway. What it brings in are events of the built-in sources `crud`, `dao:crud` and `balancer`. */
  readonly kong: KongDefinition | null;
}
