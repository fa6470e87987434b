import type { JsonObject } from '../event.ts';
import type { PresetName } from '../presets/presets.ts';
import type { TextPlace } from '../text-place.ts';
import type { EventSource } from './event-source.ts';
import type { Problem } from './problem.ts';
import type { Silence } from './silences.ts';
import type { TlsDefinition } from './tls-definition.ts';

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

/** Either kind of definition. */
export type Definition = EventHook | EventSource;

/**
 * Finds the place of a value in the file it was read from, for problems that are found later than the parse. The
 * nearest place that exists is answered; `atKey` points at the key, not its value.
 */
export type Locate = (path: readonly (string | number)[], atKey?: boolean) => TextPlace;

/** A place in a text of a definition. */
export interface WithinText {
  /** The whole text. */
  readonly text: string;
  readonly offset: number;
}

/**
 * Finds the place of a character of a text in the file it was read from, however the file writes it. Null when that is
 * not in the file: a text that was filled in, or that an alias stands for.
 */
export type LocateWithin = (path: readonly (string | number)[], within: WithinText) => TextPlace | null;

/** One YAML document that parsed and fits its schema. */
export interface LoadedDefinition {
  readonly definition: Definition;
  readonly origin: Origin;
  /** The document as written, before defaults: tells what the author said and what was filled in. */
  readonly declared: JsonObject;
  readonly locate: Locate;
  readonly locateWithin: LocateWithin;
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
