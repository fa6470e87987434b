import type { Clock, Timer } from '../clock.ts';

/** The shortest time between two wakes: what falls due within it is looked at together. */
const MIN_WAIT_MS = 5;
/** The longest: a timer runs on when the time of day jumps ahead of it. Being woken early does no harm. */
const MAX_WAIT_MS = 30_000;

/** One timer for whatever is to be looked at next. */
export interface Alarm {
  /** Asks to be woken at a time, or before it; ms since the epoch. Who is woken before asks again. */
  wakeAt(at: number): void;
  stop(): void;
}

/** Creates an alarm that calls `onWake` at the earliest time that was asked for. */
export function createAlarm(clock: Clock, onWake: () => void): Alarm {
  let set: { readonly at: number; readonly timer: Timer } | null = null;
  let stopped = false;
  return {
    wakeAt(asked) {
      const now = clock.now();
      const at = Math.min(Math.max(asked, now + MIN_WAIT_MS), now + MAX_WAIT_MS);
      if (stopped || (set !== null && set.at <= at)) return;
      set?.timer.cancel();
      const timer = clock.setTimer(at - now, () => {
        set = null;
        onWake();
      });
      set = { at, timer };
    },
    stop() {
      stopped = true;
      set?.timer.cancel();
    },
  };
}
