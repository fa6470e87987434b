import type { Clock } from '../clock.ts';

/** A clock whose time moves only when it is told to, from one timer to the next. */
export interface VirtualClock extends Clock {
  /** When the next timer is due, ms since the epoch; null when none is set. */
  nextAt(): number | null;
  /** Moves on to the next timer and runs it. */
  runNext(): void;
  /** Moves on to a time. No timer may be due before. */
  moveTo(at: number): void;
}

interface SetTimer {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock that stands at a time, ms since the epoch. */
export function createVirtualClock(start: number): VirtualClock {
  let now = start;
  const timers = new Set<SetTimer>();
  const next = (): SetTimer | null => {
    let first: SetTimer | null = null;
    for (const timer of timers) if (first === null || timer.at < first.at) first = timer;
    return first;
  };
  return {
    now: () => now,
    setTimer(delayMs, callback) {
      const timer = { at: now + Math.max(0, delayMs), callback };
      timers.add(timer);
      return { cancel: () => timers.delete(timer) };
    },
    nextAt: () => next()?.at ?? null,
    runNext() {
      const timer = next();
      if (timer === null) return;
      timers.delete(timer);
      now = timer.at;
      timer.callback();
    },
    moveTo(at) {
      now = Math.max(now, at);
    },
  };
}
