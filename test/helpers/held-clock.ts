import type { Clock } from '../../src/clock.ts';

/** A clock that stands still until it is moved. */
export interface HeldClock extends Clock {
  /** Moves the time and runs what falls due on the way, in order. */
  advance(ms: number): void;
  /** Sets the time of day ahead. Timers run on as they were set: they go by time that passes. */
  jump(ms: number): void;
  /** Takes back every timer, as the end of a process does. */
  cancelAll(): void;
  /** Timers that are set. */
  readonly timers: number;
}

/** A round start time, so that tests can write offsets. */
export const START = Date.UTC(2026, 0, 1);

/** A clock held at `START`. */
export function createHeldClock(start = START): HeldClock {
  let now = start;
  const timers = new Set<{ at: number; readonly callback: () => void }>();
  return {
    now: () => now,
    setTimer(delayMs, callback) {
      const timer = { at: now + delayMs, callback };
      timers.add(timer);
      return { cancel: () => timers.delete(timer) };
    },
    advance(ms) {
      const end = now + ms;
      for (;;) {
        const [next] = [...timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at);
        if (next === undefined) break;
        timers.delete(next);
        now = Math.max(now, next.at);
        next.callback();
      }
      now = end;
    },
    jump(ms) {
      now += ms;
      for (const timer of timers) timer.at += ms;
    },
    cancelAll: () => timers.clear(),
    get timers() {
      return timers.size;
    },
  };
}
