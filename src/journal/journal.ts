import type { HookEvent } from '../event.ts';
import type { GateState } from '../gate/gate.ts';
import type {
  Delivery,
  DeliveryCounts,
  DeliveryFilter,
  DeliveryQuery,
  Outcome,
  RecordedDelivery,
  RecordedEvent,
} from './delivery.ts';
import type { Appended, Entry } from './entry.ts';
import type { Replay } from './replay.ts';

/** A delivery with the event it is for: what the dispatcher needs to run it. */
export interface DueDelivery {
  readonly deliveryId: string;
  readonly hookId: string;
  readonly event: HookEvent;
  /** Attempts made so far. */
  readonly attempts: number;
  /** Attempts made since it was accepted or asked for again: what the retry policy counts. */
  readonly tries: number;
  /** When it was accepted or asked for again, ms since the epoch. */
  readonly since: number;
  /** Characters of the event's data and attributes as JSON: what it takes to hold it in memory. */
  readonly size: number;
}

/** Which due deliveries of one hook to read. */
export interface DueQuery {
  readonly hookId: string;
  /** Due at or before, ms since the epoch. */
  readonly until: number;
  readonly limit: number;
  /** Ids to leave out: those that are in memory already. */
  readonly except: ReadonlySet<string>;
}

/** Due deliveries of one hook, oldest due time first. */
export interface DuePage {
  readonly deliveries: readonly DueDelivery[];
  /** Whether there are more that are due. */
  readonly more: boolean;
  /** When the next one after `until` is due, ms since the epoch; null when nothing more waits for a time. */
  readonly nextDueAt: number | null;
}

/** A definition as the journal last saw it, so that created_at and updated_at outlive restarts. */
export interface HookSighting {
  readonly hookId: string;
  readonly hookName: string;
  /** Digest of the definition's content. */
  readonly digest: string;
}

/** When a hook was first seen and last changed, ms since the epoch. */
export interface HookTimes {
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A hook whose receiver answered, to a definition of this digest, that it is gone for good. */
export type GoneHook = Pick<HookSighting, 'hookId' | 'digest'>;

/** A hook that is not live but has, or may have, pending deliveries. */
export interface ParkedHook {
  readonly hookId: string;
  /** ms since the epoch. */
  readonly parkedAt: number;
}

/** A hook with pending deliveries. */
export interface WaitingHook {
  readonly hookId: string;
  /** The earliest due time, ms since the epoch. */
  readonly dueAt: number;
}

/** What to take away. Only events none of whose deliveries is pending are. */
export interface PruneStep {
  /** Events accepted before may go, ms since the epoch. */
  readonly before: number;
  /** Above so many bytes in use the oldest go, however young. */
  readonly maxBytes: number;
  /** Events looked at, at most: bounds how long the step holds up others. */
  readonly limit: number;
}

/** What a step took away. */
export interface Pruned {
  readonly events: number;
  /** Whether there is more to look at now. */
  readonly more: boolean;
}

/**
 * The durable store of events, deliveries, attempts and gate state. Every promise resolves only after the change is
 * committed to stable storage, and rejects with `unavailable` when it could not be: then nothing of it was kept.
 * Nothing here assumes that one process writes. test/journal/contract.ts holds for every implementation.
 */
export interface Journal {
  /** Appends entries in order, one result each; all of one call commit together or none do. */
  append(entries: readonly Entry[]): Promise<readonly Appended[]>;
  /**
   * Records an attempt and what follows from it. An outcome for a delivery that is not pending keeps its state. When
   * the delivery ended and another of its order key waited behind it, that one is due from now on, and true is answered.
   */
  record(outcome: Outcome): Promise<boolean>;
  /** Reads what is due of one hook, oldest due time first. A page may be shorter than `limit`: `more` tells. */
  due(query: DueQuery): Promise<DuePage>;
  /** Every hook with pending deliveries that have a due time. */
  waiting(): Promise<readonly WaitingHook[]>;

  /** Notes the hooks of a snapshot going live and answers the times of each, in order. A hook gone and back keeps its first time. */
  noteHooks(sightings: readonly HookSighting[], at: number): Promise<readonly HookTimes[]>;
  /** Remembers that a hook's receiver is gone. It holds for as long as the definition has that digest. */
  markGone(hook: GoneHook): Promise<void>;
  gone(): Promise<readonly GoneHook[]>;
  /** Marks hooks as not live (`parkedAt` null: live again). The pending deliveries of a parked hook show as `parked`. */
  park(hookIds: readonly string[], parkedAt: number | null): Promise<void>;
  parked(): Promise<readonly ParkedHook[]>;
  /**
   * Ends at most `limit` pending deliveries of a hook as failed with reason `hook_removed`, or as succeeded where one
   * had been delivered and was to be again; answers how many.
   */
  abandon(options: { readonly hookId: string; readonly at: number; readonly limit: number }): Promise<number>;

  /**
   * Makes a delivery due at once, with all its attempts before it: one that ended, or that waits for its next attempt.
   * One that is due, or behind another of its order key, stays as it is. Null: there is none.
   */
  redeliver(id: string, at: number): Promise<Delivery | null>;
  /** Starts the redelivery of every delivery that matches. `stepReplay` carries it out. */
  startReplay(replay: {
    readonly id: string;
    readonly filter: DeliveryFilter;
    readonly at: number;
  }): Promise<Replay>;
  /** Redelivers the next deliveries of a replay, looking at most at `limit`. Null: there is no such replay. */
  stepReplay(options: {
    readonly id: string;
    readonly at: number;
    readonly limit: number;
  }): Promise<Replay | null>;
  findReplay(id: string): Promise<Replay | null>;
  /** Replays that are not finished. */
  openReplays(): Promise<readonly Replay[]>;

  /** Takes old events away, going on where the step before stopped; after the last one the next starts anew. */
  prune(step: PruneStep): Promise<Pruned>;

  /** What is kept under keys of gates, in their order; null: nothing, or nothing any more. */
  gateStates(keys: readonly string[]): Promise<readonly (GateState | null)[]>;
  /** Every recorded event with this id (different sources may use the same one), newest first. */
  findEvents(id: string): Promise<readonly RecordedEvent[]>;
  findDelivery(id: string): Promise<RecordedDelivery | null>;
  /** Newest first. */
  listDeliveries(query: DeliveryQuery): Promise<readonly Delivery[]>;
  counts(): Promise<DeliveryCounts>;
  /** Resolves with the reason when it cannot be used any more, by no fault of a call: only another start helps. */
  readonly failed: Promise<string>;
  /** Commits what was handed in, then closes. Calls made afterwards reject with `unavailable`. */
  close(): Promise<void>;
  /** Whether it was closed: trying again is of no use. */
  isClosed(): boolean;
}
