import type { HookEvent } from '../event.ts';
import type { Stop } from './entry.ts';

/**
 * `pending`: has a next due time, or waits behind another of its order key. `parked`: pending, but its hook is not
 * live. The others are final: `failed` cannot succeed, `exhausted` used its attempts up.
 */
export type DeliveryState = 'pending' | 'parked' | 'succeeded' | 'failed' | 'exhausted';

/** Every state. */
export const DELIVERY_STATES: readonly DeliveryState[] = [
  'pending',
  'parked',
  'succeeded',
  'failed',
  'exhausted',
];

/** What an attempt may make of a delivery. */
export type OutcomeState = Exclude<DeliveryState, 'parked'>;

/** How an attempt ended; the same words as HandlerResult. */
export type AttemptOutcome = 'success' | 'retry' | 'failure';

/** Why an attempt did not succeed, or a delivery ended without one. */
export type FailureReason =
  | 'status'
  | 'gone'
  | 'timeout'
  | 'dns'
  | 'connect'
  | 'tls'
  | 'transport'
  | 'egress_refused'
  | 'secret'
  | 'auth'
  | 'request'
  | 'function'
  | 'internal'
  | 'hook_removed';

/** One try at a delivery. */
export interface Attempt {
  /** UUIDv7. */
  readonly id: string;
  /** 1-based. */
  readonly number: number;
  /** ms since the epoch. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** Revision of the definition it ran with. */
  readonly revision: string;
  readonly outcome: AttemptOutcome;
  /** Null on success. */
  readonly reason: FailureReason | null;
  /** HTTP status of the answer, null when there was none. */
  readonly status: number | null;
  /** Redacted text, null on success. */
  readonly error: string | null;
  /** At most 4 KiB of the receiver's answer or of a lambda's result and output, redacted. */
  readonly response: string | null;
}

/** An attempt to record with what it means for its delivery: committed together. */
export interface Outcome {
  readonly deliveryId: string;
  readonly attempt: Attempt;
  /** The state from now on. */
  readonly state: OutcomeState;
  /** Next due time, ms since the epoch; null unless pending. */
  readonly dueAt: number | null;
}

/** A delivery as the history shows it. Times are ms since the epoch. */
export interface Delivery {
  readonly id: string;
  readonly eventId: string;
  readonly source: string;
  readonly event: string;
  readonly hookId: string;
  readonly hookName: string;
  readonly state: DeliveryState;
  /** Of the last attempt, or `hook_removed`; null when nothing failed. */
  readonly reason: FailureReason | null;
  readonly createdAt: number;
  /** Revision that accepted it. */
  readonly revision: string;
  readonly orderKey: string | null;
  readonly attempts: number;
  readonly dueAt: number | null;
  readonly finishedAt: number | null;
  readonly lastStatus: number | null;
  readonly lastError: string | null;
}

/** A delivery with its attempts, the first one first. */
export interface RecordedDelivery {
  readonly delivery: Delivery;
  readonly attempts: readonly Attempt[];
}

/** An event as the history shows it. */
export interface RecordedEvent {
  readonly event: HookEvent;
  readonly acceptedAt: number;
  readonly revision: string;
  readonly deliveries: readonly Delivery[];
  readonly stops: readonly Stop[];
}

/** Which deliveries are meant. Every field that is not null narrows them. */
export interface DeliveryFilter {
  /** Hook id or name. */
  readonly hook: string | null;
  /** `undelivered` is every state but succeeded. */
  readonly state: DeliveryState | 'undelivered' | null;
  readonly source: string | null;
  readonly event: string | null;
  /** Created at or after, ms since the epoch. */
  readonly since: number | null;
  /** Created before, ms since the epoch. */
  readonly until: number | null;
}

/** A page of deliveries, newest first. */
export interface DeliveryQuery extends DeliveryFilter {
  /** Id of the last delivery of the page before. */
  readonly after: string | null;
  readonly size: number;
}

/** Deliveries by state, over the whole journal. */
export type DeliveryCounts = Readonly<Record<DeliveryState, number>>;
