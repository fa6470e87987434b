import type { Clock, Timer } from './clock.ts';

/** Runs something when it is asked to, but not more often than it should. */
export interface Trigger {
  /** Has it run: at once, or at the end of the gap after the run before, together with all that is asked meanwhile. */
  fire(): void;
  /** Runs nothing more. */
  stop(): void;
}

/** What a trigger is made with. */
export interface TriggerOptions {
  readonly run: () => void;
  readonly clock: Clock;
  /** Milliseconds from the start of one run to that of the next. */
  readonly gapMs: number;
}

/** Creates a trigger. However many ask, it runs once a gap at most, and once more after the last that asked during one. */
export function createTrigger({ run, clock, gapMs }: TriggerOptions): Trigger {
  let gap: Timer | null = null;
  let asked = false;
  let stopped = false;

  function start(): void {
    asked = false;
    gap = clock.setTimer(gapMs, () => {
      gap = null;
      if (asked) start();
    });
    run();
  }

  return {
    fire() {
      if (stopped) return;
      if (gap === null) start();
      else asked = true;
    },
    stop() {
      stopped = true;
      asked = false;
      gap?.cancel();
    },
  };
}
