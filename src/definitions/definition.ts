import type { JsonObject } from '../event.ts';
import type { PresetName } from '../presets/presets.ts';
import type { Problem } from './problem.ts';
import type { Silence } from './silences.ts';

/** The four ways to act on an event. */
export const HANDLERS = ['webhook', 'webhook-custom', 'log', 'lambda'] as const;
/** One of the four ways to act on an event. */
export type HandlerName = (typeof HANDLERS)[number];

/** Languages a lambda may be written in. */
export type Language = 'javascript' | 'lua';

/** Where a definition was read from. */
export interface Origin {
  /** What of definitions it was read from: `dir:<path as configured>` or `git:<url>`. */
  readonly source: string;
  /** Name of that source in the settings; empty outside of a server. */
  readonly owner: string;
  /** Path of the file below the root of its source, with `/`; behind the owner and a colon where there are several sources. */
  readonly file: string;
  /** 1-based line the document starts at. */
  readonly line: number;
}

/** Certificates of the connection to a receiver or a NATS server, in PEM or as references. */
export interface TlsDefinition {
  /** Who vouches for the other side, one or several; null: whom the machine trusts. */
  readonly ca: string | null;
  /** What the other side is shown; null where `key` is. */
  readonly cert: string | null;
  readonly key: string | null;
}

/** Credentials that a token is fetched with (RFC 6749 §4.4). Every string may be a reference. */
export interface OAuth2Definition {
  readonly token_url: string;
  readonly client_id: string;
  readonly client_secret: string;
  readonly scopes: readonly string[];
  readonly audience: string | null;
  /** How id and secret are sent: as a header, or among the fields. */
  readonly client_auth: 'basic' | 'body';
}

/** How a receiver is told who asks. Every string may be a reference. */
export type AuthDefinition =
  | { readonly basic: { readonly username: string; readonly password: string } }
  | { readonly bearer: string }
  | { readonly oauth2: OAuth2Definition };

/** Fields `webhook` and `webhook-custom` share. Field names are those of the file and of the API. */
interface RequestConfig {
  /** May be a reference, as may every string of `headers`, `secret` and `payload`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Several while one takes the place of another: each signs. */
  readonly secret: string | readonly string[] | null;
  /** Algorithm of `x-kong-signature`. */
  readonly signature: 'sha1' | 'sha256';
  readonly ssl_verify: boolean;
  readonly tls: TlsDefinition | null;
  /** URL of an HTTP proxy that opens the hook's connections; null: none but that of the settings. */
  readonly proxy: string | null;
  readonly auth: AuthDefinition | null;
}

/**
 * What `webhook` makes of an event: the reference's body, or a CloudEvent, all of it in the body (structured mode) or its
 * data in the body and the rest in headers (binary mode).
 */
export type WebhookFormat = 'kong' | 'cloudevents' | 'cloudevents-binary';

/** `config` of the handler `webhook`. */
export interface WebhookConfig extends RequestConfig {
  readonly format: WebhookFormat;
}

/** `config` of the handler `webhook-custom`. */
export interface WebhookCustomConfig extends RequestConfig {
  /** The preset that the other fields are filled in from; null: they are all the definition's own. */
  readonly preset: PresetName | null;
  readonly method: string;
  readonly payload: JsonObject | null;
  readonly payload_format: boolean;
  readonly body: string | null;
  readonly body_format: boolean;
  readonly headers_format: boolean;
}

/** `config` of the handler `log`: nothing to set. */
export type LogConfig = Readonly<Record<string, never>>;

/** `config` of the handler `lambda`. */
export interface LambdaConfig {
  readonly functions: readonly string[];
  /** Null: inferred from the functions at load. */
  readonly language: Language | null;
}

/** A hook's own retry policy; what is null falls back to the default schedule (deliver/retry.ts). */
export interface RetryDefinition {
  /** Tries in all, the first one included. */
  readonly attempts: number | null;
  /** Waits between tries, seconds. Excludes initial, factor and max. */
  readonly schedule: readonly number[] | null;
  readonly initial: number | null;
  readonly factor: number | null;
  readonly max: number | null;
  /** 0 to 1: share of each wait that is random, to either side. */
  readonly jitter: number | null;
  /** Seconds in all: no try begins later than that after the event was accepted. */
  readonly budget: number | null;
}

/** How many attempts of a hook may begin in a time. */
export interface RateDefinition {
  readonly limit: number;
  readonly per: 'second' | 'minute' | 'hour';
}

/** What every hook has, whatever its handler. Defaults are filled in: this is the full shape, as the API shows it. */
interface EventHookBase {
  readonly kind: 'EventHook';
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly enabled: boolean;
  readonly source: string;
  /** Null: every event of the source. */
  readonly event: string | null;
  readonly on_change: boolean | null;
  /** Seconds; null and 0 mean none. */
  readonly snooze: number | null;
  /** A CEL expression. */
  readonly filter: string | null;
  readonly retry: RetryDefinition | null;
  /** Seconds one attempt may take in all. */
  readonly timeout: number;
  /** Attempts of this hook that may run at once. */
  readonly concurrency: number;
  /** Null: as many as concurrency allows. */
  readonly rate: RateDefinition | null;
  /** Dotted path into the data; events with the same value there are delivered one at a time, in order. */
  readonly ordered: string | null;
}

/** A hook as declared, one member per handler. */
export type EventHook = EventHookBase &
  (
    | { readonly handler: 'webhook'; readonly config: WebhookConfig }
    | { readonly handler: 'webhook-custom'; readonly config: WebhookCustomConfig }
    | { readonly handler: 'log'; readonly config: LogConfig }
    | { readonly handler: 'lambda'; readonly config: LambdaConfig }
  );

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

/** Either kind of definition. */
export type Definition = EventHook | EventSource;

/**
 * Finds the place of a value in the file it was read from, for problems that are found later than the parse. The
 * nearest place that exists is answered; `atKey` points at the key, not its value.
 */
export type Locate = (
  path: readonly (string | number)[],
  atKey?: boolean,
) => { readonly line: number; readonly column: number };

/** One YAML document that parsed and fits its schema. */
export interface LoadedDefinition {
  readonly definition: Definition;
  readonly origin: Origin;
  /** The document as written, before defaults: tells what the author said and what was filled in. */
  readonly declared: JsonObject;
  readonly locate: Locate;
}

/** What became of one file: its definitions and everything wrong with it. Depends on nothing but the file's bytes and path. */
export interface LoadedFile {
  /** Name of its source in the settings; empty outside of a server. */
  readonly owner: string;
  /** Below the root of its source, with `/`. */
  readonly path: string;
  /** The same as it is shown: behind the owner and a colon where there are several sources. */
  readonly file: string;
  readonly bytes: Buffer;
  /** sha256 of the bytes, hex. */
  readonly digest: string;
  readonly definitions: readonly LoadedDefinition[];
  /** What documents that are wrong say they define, as far as they can be read. */
  readonly meant: readonly Pick<Definition, 'kind' | 'name'>[];
  readonly problems: readonly Problem[];
  readonly silences: readonly Silence[];
}
