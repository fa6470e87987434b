import type { HookEvent } from '../event.ts';
import type { GateCheck, StopReason } from '../gate/gate.ts';

/** One hook an accepted event has to be handled by, unless the check of its stateful gates stops it. */
export interface Candidate {
  /** UUIDv7 the delivery will have. */
  readonly deliveryId: string;
  readonly hookId: string;
  readonly hookName: string;
  /** Deliveries of one hook with the same key are made one at a time, in order; null: it takes no turns. */
  readonly orderKey: string | null;
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
  | {
      readonly kind: 'accepted';
      readonly deliveries: readonly Candidate[];
      readonly stops: readonly Stop[];
      /** Characters of the event's data and attributes as JSON. */
      readonly size: number;
    }
  /** The same (source, id) is in the journal already; nothing was changed. */
  | { readonly kind: 'duplicate' };
