import { createHeldClock, type HeldClock } from './held-clock.ts';

/** How long a directory source waits for files to settle. */
const SETTLE_MS = 25;

/** A held clock on which files settle at once: `onSettle` is told before, and no other time passes. */
export function createSettlingClock(onSettle: () => void = () => undefined): HeldClock {
  const held = createHeldClock();
  return {
    ...held,
    setTimer(delayMs, callback) {
      if (delayMs !== SETTLE_MS) return held.setTimer(delayMs, callback);
      const timer = held.setTimer(0, callback);
      queueMicrotask(() => {
        onSettle();
        held.advance(0);
      });
      return timer;
    },
    get timers() {
      return held.timers;
    },
  };
}
