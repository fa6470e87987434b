import type { StopReason } from '../gate/gate.ts';
import type { AttemptOutcome } from '../journal/delivery.ts';
import type { Appended } from '../journal/entry.ts';

/** What was counted since the process started. */
export interface Counts {
  readonly events: { readonly accepted: number; readonly duplicate: number; readonly refused: number };
  readonly stopped: Readonly<Record<StopReason, number>>;
  readonly attempts: Readonly<Record<AttemptOutcome, number>>;
  /** By name, of every token that has sent something. */
  readonly tokens: Readonly<Record<string, TokenCounts>>;
}

/** What was sent with one token. */
export interface TokenCounts {
  readonly accepted: number;
  readonly duplicate: number;
  readonly refused: number;
  /** Times something was refused for being more than its rate. */
  readonly limited: number;
}

/** Counts what happens, for /status. */
export interface Counters {
  countEvent(what: 'accepted' | 'duplicate' | 'refused', count?: number): void;
  /** Counts what became of events that were taken in. */
  countAppended(appended: readonly Appended[]): void;
  /** Adds to what was sent with a token. */
  countSent(token: string, counts: Partial<TokenCounts>): void;
  countAttempt(outcome: AttemptOutcome): void;
  read(): Counts;
}

const NOTHING_SENT: TokenCounts = { accepted: 0, duplicate: 0, refused: 0, limited: 0 };

/** Counters that all stand at zero. */
export function createCounters(): Counters {
  const events = { accepted: 0, duplicate: 0, refused: 0 };
  const stopped = { disabled: 0, gone: 0, filter: 0, filter_error: 0, unchanged: 0, snoozed: 0 };
  const attempts = { success: 0, retry: 0, failure: 0 };
  const tokens = new Map<string, TokenCounts>();
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
    countSent(token, { accepted = 0, duplicate = 0, refused = 0, limited = 0 }) {
      const before = tokens.get(token) ?? NOTHING_SENT;
      tokens.set(token, {
        accepted: before.accepted + accepted,
        duplicate: before.duplicate + duplicate,
        refused: before.refused + refused,
        limited: before.limited + limited,
      });
    },
    countAttempt(outcome) {
      attempts[outcome] += 1;
    },
    read: () => ({
      events: { ...events },
      stopped: { ...stopped },
      attempts: { ...attempts },
      tokens: Object.fromEntries(tokens),
    }),
  };
}
