import type { HookEvent } from '../event.ts';
import type { GateCheck, StopReason } from '../gate/gate.ts';

/** `pending`: has a next due time. The others are final. */
export type DeliveryState = 'pending' | 'succeeded' | 'failed' | 'exhausted';

/** One hook an accepted event has to be handled by, unless the check of its stateful gates stops it. */
export interface Candidate {
  /** UUIDv7 the delivery will have. */
  readonly deliveryId: string;
  readonly hookId: string;
  readonly hookName: string;
  /** Null when the hook has neither on_change nor snooze. */
  readonly check: GateCheck | null;
}

/** An event that was stopped for a hook, and why. */
export interface Stop {
  readonly hookId: string;
  readonly hookName: string;
  readonly reason: StopReason;
}

/** What intake asks the journal to make durable: an event, its candidates, and the stops already decided. */
export interface Entry {
  readonly event: HookEvent;
  /** ms since the epoch. */
  readonly acceptedAt: number;
  /** Revision of the snapshot that matched the event. */
  readonly revision: string;
  readonly candidates: readonly Candidate[];
  readonly stops: readonly Stop[];
}

/** What became of an entry once it was committed. */
export type Appended =
  | { readonly kind: 'accepted'; readonly deliveries: readonly Candidate[]; readonly stops: readonly Stop[] }
  /** The same (source, id) is in the journal already; nothing was changed. */
  | { readonly kind: 'duplicate' };

/** How an attempt ended; the same words as HandlerResult. */
export type AttemptOutcome = 'success' | 'retry' | 'failure';

/** One try at a delivery. */
export interface Attempt {
  readonly id: string;
  /** 1-based. */
  readonly number: number;
  /** ms since the epoch. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** Revision of the definition it ran with. */
  readonly revision: string;
  readonly outcome: AttemptOutcome;
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
  readonly state: DeliveryState;
  /** Next due time, ms since the epoch; null unless pending. */
  readonly dueAt: number | null;
}

/** A delivery with the event it is for: what the dispatcher needs to run it. */
export interface DueDelivery {
  readonly deliveryId: string;
  readonly hookId: string;
  readonly event: HookEvent;
  /** Attempts made so far. */
  readonly attempts: number;
  /** ms since the epoch. */
  readonly dueAt: number;
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
  readonly createdAt: number;
  /** Revision that accepted it. */
  readonly revision: string;
  readonly attempts: number;
  readonly dueAt: number | null;
  readonly finishedAt: number | null;
  readonly lastStatus: number | null;
  readonly lastError: string | null;
}

/** An event as the history shows it. */
export interface RecordedEvent {
  readonly event: HookEvent;
  readonly acceptedAt: number;
  readonly revision: string;
  readonly deliveries: readonly Delivery[];
  readonly stops: readonly Stop[];
}

/** Which deliveries to list, newest first. Every field that is not null narrows the list. */
export interface DeliveryQuery {
  /** Hook id or name. */
  readonly hook: string | null;
  /** `undelivered` is every state but succeeded. */
  readonly state: DeliveryState | 'undelivered' | null;
  readonly source: string | null;
  readonly event: string | null;
  /** Created at or after, ms since the epoch. */
  readonly since: number | null;
  /** Id of the last delivery of the page before. */
  readonly after: string | null;
  readonly size: number;
}

/** A definition as the journal last saw it, so that created_at and updated_at outlive restarts. */
export interface HookSighting {
  readonly hookId: string;
  /** Digest of the definition's content. */
  readonly digest: string;
}

/** When a hook was first seen and last changed, ms since the epoch. */
export interface HookTimes {
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** Deliveries by state, over the whole journal. */
export type DeliveryCounts = Readonly<Record<DeliveryState, number>>;

/**
 * The durable store of events, deliveries, attempts and gate state. Every promise resolves only after the change is
 * committed to stable storage, and rejects with `unavailable` when it could not be: then nothing of it was kept.
 * Nothing here assumes that one process writes. test/journal/contract.ts holds for every implementation.
 */
export interface Journal {
  /** Appends entries in order, one result each; all of one call commit together or none do. */
  append(entries: readonly Entry[]): Promise<readonly Appended[]>;
  /** Records an attempt and what follows from it. An outcome for a delivery that is not pending keeps its state. */
  record(outcome: Outcome): Promise<void>;
  /** Moves the due time of pending deliveries without an attempt (their hook is not live, say). */
  postpone(deliveryIds: readonly string[], dueAt: number): Promise<void>;
  /** Pending deliveries due at or before `until`, oldest due time first, at most `limit`, leaving out `except`. */
  due(options: {
    readonly until: number;
    readonly limit: number;
    readonly except: ReadonlySet<string>;
  }): Promise<readonly DueDelivery[]>;
  /** The earliest due time of a pending delivery that is after `after`; null when there is none. */
  nextDue(after: number): Promise<number | null>;
  /** Every recorded event with this id (different sources may use the same one), newest first. */
  findEvents(id: string): Promise<readonly RecordedEvent[]>;
  findDelivery(
    id: string,
  ): Promise<{ readonly delivery: Delivery; readonly attempts: readonly Attempt[] } | null>;
  listDeliveries(query: DeliveryQuery): Promise<readonly Delivery[]>;
  counts(): Promise<DeliveryCounts>;
  /** Notes the hooks of a snapshot going live and answers the times of each, in order. A hook gone and back keeps its first time. */
  noteHooks(sightings: readonly HookSighting[], at: number): Promise<readonly HookTimes[]>;
  /** Commits what was handed in, then closes. Calls made afterwards reject with `unavailable`. */
  close(): Promise<void>;
}
