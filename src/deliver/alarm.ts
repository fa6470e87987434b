import type { Clock, Timer } from '../clock.ts';

/** The shortest time between two wakes: what falls due within it is looked at together. */
const MIN_WAIT_MS = 5;

/** One timer for whatever is to be looked at next. */
export interface Alarm {
  /** Asks to be woken at a time, or before; ms since the epoch. */
  wakeAt(at: number): void;
  stop(): void;
}

/** Creates an alarm that calls `onWake` at the earliest time that was asked for. */
export function createAlarm(clock: Clock, onWake: () => void): Alarm {
  let set: { readonly at: number; readonly timer: Timer } | null = null;
  let stopped = false;
  return {
    wakeAt(at) {
      if (stopped || (set !== null && set.at <= at)) return;
      set?.timer.cancel();
      const timer = clock.setTimer(Math.max(MIN_WAIT_MS, at - clock.now()), () => {
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
