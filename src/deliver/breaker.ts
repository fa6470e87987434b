import { DEFAULT_SCHEDULE_S } from './retry.ts';

/** Failures in a row after which a lane opens. */
export const OPEN_AFTER = 10;
/** The longest wait between two probes: a receiver that is back must not wait hours to be noticed. */
const MAX_PROBE_WAIT_S = 600;

/** What an attempt says of its receiver; `unknown` when it did not get as far as asking. */
export type Health = 'good' | 'bad' | 'unknown';

/** What a breaker did on hearing of an attempt. */
export type BreakerChange = 'opened' | 'closed' | null;

/**
 * Keeps attempts from a receiver that fails all of them.
 * - closed: attempts go. Ten failures in a row open it.
 * - open: nothing goes until the probe's time.
 * - half-open: from then on one attempt goes, as the probe. A success closes the breaker, a failure opens it again, for
 *   longer each time.
 */
export class Breaker {
  #failures = 0;
  #probes = 0;
  #probeAt: number | null = null;

  get isOpen(): boolean {
    return this.#probeAt !== null;
  }

  /** Failures in a row. */
  get failures(): number {
    return this.#failures;
  }

  /** From when on one attempt may go, ms since the epoch; null when it is closed. */
  get probeAt(): number | null {
    return this.#probeAt;
  }

  /** Hears how an attempt ended at `now`. Those that began before it opened, and end after, change nothing but by success. */
  hear(health: Health, now: number): BreakerChange {
    if (health === 'unknown') return null;
    if (health === 'good') return this.#close();
    this.#failures += 1;
    if (this.#probeAt !== null) {
      if (now >= this.#probeAt) this.#waitForProbe(now);
      return null;
    }
    if (this.#failures < OPEN_AFTER) return null;
    this.#waitForProbe(now);
    return 'opened';
  }

  #close(): BreakerChange {
    const wasOpen = this.isOpen;
    this.#failures = 0;
    this.#probes = 0;
    this.#probeAt = null;
    return wasOpen ? 'closed' : null;
  }

  #waitForProbe(now: number): void {
    const waitS = Math.min(DEFAULT_SCHEDULE_S[this.#probes] ?? MAX_PROBE_WAIT_S, MAX_PROBE_WAIT_S);
    this.#probes += 1;
    this.#probeAt = now + waitS * 1000;
  }
}
