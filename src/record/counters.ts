import type { StopReason } from '../gate/gate.ts';
import type { AttemptOutcome } from '../journal/delivery.ts';
import type { Appended } from '../journal/entry.ts';

/** What was counted since the process started. */
export interface Counts {
  readonly events: { readonly accepted: number; readonly duplicate: number; readonly refused: number };
  readonly stopped: Readonly<Record<StopReason, number>>;
  readonly attempts: Readonly<Record<AttemptOutcome, number>>;
}

/** Counts what happens, for /status. */
export interface Counters {
  countEvent(what: 'accepted' | 'duplicate' | 'refused', count?: number): void;
  /** Counts what became of events that were taken in. */
  countAppended(appended: readonly Appended[]): void;
  countAttempt(outcome: AttemptOutcome): void;
  read(): Counts;
}

/** Counters that all stand at zero. */
export function createCounters(): Counters {
  const events = { accepted: 0, duplicate: 0, refused: 0 };
  const stopped = { disabled: 0, gone: 0, filter: 0, filter_error: 0, unchanged: 0, snoozed: 0 };
  const attempts = { success: 0, retry: 0, failure: 0 };
  function countEvent(what: keyof typeof events, count = 1): void {
    events[what] += count;
  }
  return {
    countEvent,
    countAppended(appended) {
      for (const result of appended) {
        countEvent(result.kind);
        if (result.kind === 'accepted') for (const { reason } of result.stops) stopped[reason] += 1;
      }
    },
    countAttempt(outcome) {
      attempts[outcome] += 1;
    },
    read: () => ({ events: { ...events }, stopped: { ...stopped }, attempts: { ...attempts } }),
  };
}
