import type { EventAttributes, Json, JsonObject } from '../event.ts';
import type { FailureReason } from '../journal/delivery.ts';
import type { LiveHook } from '../reconcile/snapshot.ts';

/** How one run of a handler ended. `retry` may succeed later, `failure` never will with the same definition. */
export type ResultKind = 'success' | 'retry' | 'failure';

/** What every handler answers. */
export interface HandlerResult {
  readonly kind: ResultKind;
  /** HTTP status and headers of the receiver's answer. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** At most 4 KiB of the receiver's answer. */
  readonly body?: string;
  /** Whether the answer was longer than what is read of one, which costs its connection. */
  readonly cutOff?: boolean;
  /** What a lambda returned. */
  readonly result?: Json;
  /** Why it did not succeed, from a closed list. */
  readonly reason?: FailureReason;
  /** What went wrong; never holds a secret. */
  readonly error?: string;
  /** What a lambda printed. */
  readonly output?: string;
  /** ms since the epoch before which the receiver asked not to be tried again (Retry-After). */
  readonly retryAt?: number;
  /** The data as it was sent, with what the handler added: /test shows it. */
  readonly data?: Json;
  readonly durationMs: number;
}

/** One run of a handler. */
export interface HandlerCall {
  /** UUIDv7; the same over retries. Goes out as webhook-id. */
  readonly deliveryId: string;
  readonly data: JsonObject;
  /** Null only in /test of a hook without an event. */
  readonly event: string | null;
  readonly source: string;
  /** Id and time of the event, for templates. */
  readonly id: string;
  readonly time: string;
  /** What else came with the event; null: nothing, as in /test. */
  readonly attributes: EventAttributes | null;
  readonly pid: number;
}

/** A way to act on an event. Never throws for what a definition, an event or a receiver did. */
export interface Handler {
  run(hook: LiveHook, call: HandlerCall): Promise<HandlerResult>;
}
