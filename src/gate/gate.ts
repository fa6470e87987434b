import type { HookEvent } from '../event.ts';
import type { LiveHook } from '../reconcile/snapshot.ts';

/** Why a gate stopped an event for a hook. Each is counted and recorded. */
export type StopReason = 'disabled' | 'gone' | 'filter' | 'filter_error' | 'unchanged' | 'snoozed';

/** What a gate that keeps no state says of an event it stops. */
export interface GateStop {
  readonly reason: StopReason;
  /** What failed; null: nothing did. */
  readonly error: string | null;
}

/** A gate that answers by hook and event alone: null lets the event through. */
export interface StatelessGate {
  readonly name: 'enabled' | 'gone' | 'filter';
  readonly judge: (hook: LiveHook, event: HookEvent) => GateStop | null;
}

/** A gate that answers by what was let through before. */
export interface StatefulGate {
  readonly name: 'on_change' | 'snooze';
  readonly reason: StopReason;
  readonly stops: (check: GateCheck, state: GateState | null) => boolean;
}

/** What the journal keeps of the last event that was let through under one key. */
export interface GateState {
  /** Digest of that event; null when only snooze is set. */
  readonly digest: string | null;
  /** When it was accepted, ms since the epoch. */
  readonly passedAt: number;
  /** Its id; null: a program that did not keep it let it through. */
  readonly eventId: string | null;
}

/**
 * The question the stateful gates (on_change, snooze) ask about one event and hook. It is plain data, because the
 * answer is found inside the journal's transaction: state is read, judged and changed together with the event.
 */
export interface GateCheck {
  /** Hook id + source + actual event (+ digest when both gates are set). */
  readonly key: string;
  readonly onChange: boolean;
  /** 0: no snooze. */
  readonly snoozeMs: number;
  /** Of the event's unique fields, or of all its data; null when on_change is not set. */
  readonly digest: string | null;
  /** When the event was accepted, ms since the epoch. */
  readonly at: number;
  readonly eventId: string;
}

/** A gate's answer. A pass carries the state to keep. */
export type GateVerdict =
  | { readonly kind: 'pass'; readonly state: GateState }
  | { readonly kind: 'stop'; readonly reason: StopReason };
