import type { HandlerName } from '../definitions/definition.ts';
import type { JsonObject } from '../event.ts';
import type { StatefulGate, StatelessGate, StopReason } from '../gate/gate.ts';

/** What every hook makes of one event, as the API answers it and `hookline explain` prints it. Times are RFC 3339. */
export interface Explanation {
  readonly event: {
    readonly id: string;
    readonly source: string;
    readonly event: string;
    readonly time: string;
  };
  /** Of the definitions that were asked; null: files that nothing serves. */
  readonly revision: string | null;
  /** When it was asked. */
  readonly at: string;
  /** Why POST /events would not take the event; null: it would. */
  readonly refused: { readonly message: string; readonly hint: string | null } | null;
  /** What became of an event that came in; null: it did not. */
  readonly recorded: {
    readonly accepted_at: string;
    readonly revision: string;
    /** What became of it for hooks that are not live any more. */
    readonly others: readonly (RecordedEnd & { readonly hook: string; readonly hook_id: string })[];
  } | null;
  /** Those it is for, then the others; both by name. */
  readonly hooks: readonly HookExplanation[];
}

/** What became of an event for one hook: it was delivered, or tried to be, or stopped. */
export interface RecordedEnd {
  /** As GET /deliveries/{id} has it, without attempts. Null: it was stopped. */
  readonly delivery: JsonObject | null;
  readonly stopped: StopReason | null;
}

/** What one hook makes of an event. */
export interface HookExplanation {
  readonly hook: string;
  readonly hook_id: string;
  readonly handler: HandlerName;
  /** `depends`: on what came before, which only a running server knows. */
  readonly outcome: 'deliver' | 'stop' | 'depends' | 'unmatched';
  readonly reason: StopReason | 'other_source' | 'other_event' | null;
  /** Why it does not match, as a sentence, and what was probably meant; null: it does. */
  readonly unmatched: { readonly message: string; readonly hint: string | null } | null;
  /** Every gate the hook has, in order; none where it does not match. */
  readonly gates: readonly GateExplanation[];
  /** What would be sent; null: nothing would, or its handler sends nothing. */
  readonly request: ShortRequest | null;
  /** When it would be tried; null: not at all. */
  readonly attempts: AttemptTimes | null;
  /** What became of the event; null: nothing is recorded for this hook. */
  readonly recorded: RecordedEnd | null;
}

/** The verdict of one gate. */
export interface GateExplanation {
  readonly gate: StatelessGate['name'] | StatefulGate['name'];
  readonly verdict: 'pass' | 'stop' | 'unknown';
  /** Null: it does not stop. */
  readonly reason: StopReason | null;
  /** Why, in words; its times are UTC. */
  readonly detail: string;
  /** The event it let through last; null: none is kept, or it keeps none. */
  readonly last: GateLast | null;
}

/** The event a gate with state let through last. */
export interface GateLast {
  /** Null: a program that did not keep it let it through. */
  readonly event_id: string | null;
  readonly passed_at: string;
  /** Until when others are muted; null: it is no snooze. */
  readonly until: string | null;
}

/** A request, secrets and signatures masked and without the rest of a long body, or why there is none. */
export type ShortRequest =
  | {
      readonly method: string;
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string | null;
      /** Whether there is more of the body. */
      readonly cut: boolean;
      /** What keeps it from being sent, such as a secret that is not there. */
      readonly faults: readonly string[];
    }
  | { readonly error: string };

/** When attempts are made that all fail at once. */
export interface AttemptTimes {
  readonly at: readonly string[];
  /** Share of each wait that is random, to either side. */
  readonly jitter: number;
  /** What they wait for as it is now; null: nothing. */
  readonly breaker: OpenBreaker | null;
}

/** A breaker that lets nothing go but a probe. */
export interface OpenBreaker {
  /** Failures in a row. */
  readonly failures: number;
  /** From when on a probe may go. */
  readonly probe_at: string;
}
