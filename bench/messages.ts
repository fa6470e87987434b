/** What the receiver is told: to begin anew, or to say what it got. It answers both with a tally. */
export type ReceiverRequest = 'reset' | 'read';

/** What the receiver got since it was last reset. */
export interface Tally {
  readonly kind: 'tally';
  readonly count: number;
  /** When the first one arrived, in milliseconds of the machine's monotonic clock; 0 when none has. */
  readonly firstAtMs: number;
  /** When the last one arrived. */
  readonly lastAtMs: number;
  /** From sending to arrival, for what came to a path that ends in TIMED_PATH. */
  readonly latenciesMs: readonly number[];
}

/** How the receiver answers what it gets. */
export interface ReceiverManner {
  readonly status: number;
  /** How long it takes to answer, ms. */
  readonly delayMs: number;
}

/** Said once by a process that listens. */
export interface Listening {
  readonly kind: 'listening';
  readonly url: string;
}

/** Where the receiver takes the time from the body; elsewhere it counts and looks at nothing. */
export const TIMED_PATH = '/timed';
