/** A timer that was set and can be taken back. */
export interface Timer {
  cancel(): void;
}

/** The one source of time. Tests hold it (test/helpers/held-clock.ts); nothing else in src/ reads the time of day but id.ts. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Runs `callback` once, `delayMs` from now. The process lives on until it has run or was cancelled. */
  setTimer(delayMs: number, callback: () => void): Timer;
}

/** A time, ms since the epoch, as people and the API are shown it: RFC 3339 in UTC. Null stays null. */
export function toTime(ms: number): string;
export function toTime(ms: number | null): string | null;
export function toTime(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

/** `setTimeout` fires at once for a delay above 2^31-1 ms, so longer waits are made of several. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer(delayMs, callback) {
    let handle: NodeJS.Timeout;
    const arm = (leftMs: number): void => {
      const stepMs = Math.min(leftMs, MAX_TIMEOUT_MS);
      handle = setTimeout(() => (leftMs > stepMs ? arm(leftMs - stepMs) : callback()), stepMs);
    };
    arm(Math.max(0, delayMs));
    return { cancel: () => clearTimeout(handle) };
  },
};
