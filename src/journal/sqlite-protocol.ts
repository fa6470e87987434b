import type { HookEvent } from '../event.ts';
import type { StopReason } from '../gate/gate.ts';
import type {
  Attempt,
  Delivery,
  DeliveryCounts,
  DeliveryQuery,
  DueDelivery,
  Entry,
  HookSighting,
  HookTimes,
  Outcome,
  RecordedEvent,
} from './journal.ts';

/** An event on its way to or from the worker: its data is one JSON string, made and read on the main thread. */
export type WireEvent = Omit<HookEvent, 'data'> & { readonly data: string };

/** An entry on its way to the worker. */
export type WireEntry = Omit<Entry, 'event'> & { readonly event: WireEvent };

/**
 * What became of an entry, as little as can be sent: null for a duplicate, else the candidates that were stopped, by
 * their index (mostly none).
 */
export type WireAppended = null | readonly (readonly [candidate: number, reason: StopReason])[];

/** A due delivery on its way to the main thread. */
export type WireDue = Omit<DueDelivery, 'event'> & { readonly event: WireEvent };

/** A recorded event on its way to the main thread. */
export type WireRecorded = Omit<RecordedEvent, 'event'> & { readonly event: WireEvent };

/** Everything the store does: name → what it takes and gives. */
export interface StoreOperations {
  append(entries: readonly WireEntry[]): readonly WireAppended[];
  record(outcome: Outcome): null;
  postpone(options: { readonly deliveryIds: readonly string[]; readonly dueAt: number }): null;
  due(options: {
    readonly until: number;
    readonly limit: number;
    readonly except: ReadonlySet<string>;
  }): readonly WireDue[];
  nextDue(after: number): number | null;
  findEvents(id: string): readonly WireRecorded[];
  findDelivery(id: string): { readonly delivery: Delivery; readonly attempts: readonly Attempt[] } | null;
  listDeliveries(query: DeliveryQuery): readonly Delivery[];
  counts(): DeliveryCounts;
  noteHooks(options: {
    readonly sightings: readonly HookSighting[];
    readonly at: number;
  }): readonly HookTimes[];
}

/** The name of an operation. */
export type Operation = keyof StoreOperations;

/** One call of the main thread. Ids count up. */
export interface WireRequest {
  readonly id: number;
  readonly operation: Operation;
  readonly argument: unknown;
}

/** Why a group of calls failed: SQLite's own code, and its words. */
export interface WireFailure {
  readonly sqliteCode: number | null;
  readonly message: string;
}

/** The answers to a group of calls. */
export type WireAnswer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly failure: WireFailure };

/** What the worker says. `opened` or `refused` comes first, `closed` last. */
export type WorkerMessage =
  | { readonly kind: 'opened' }
  | { readonly kind: 'refused'; readonly failure: WireFailure; readonly ours: boolean }
  | { readonly kind: 'answers'; readonly answers: readonly WireAnswer[] }
  | { readonly kind: 'closed' };

/** What the main thread says. */
export type MainMessage =
  | { readonly kind: 'requests'; readonly requests: readonly WireRequest[] }
  | { readonly kind: 'close' };
