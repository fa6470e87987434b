import { setImmediate as nextTurn } from 'node:timers/promises';

/** Work that takes time of the machine: while there is some, the time of a test stands still. */
export interface Activity {
  /** Begins some. */
  begin(): Work;
  /** Runs some to its end. */
  track<T>(work: Promise<T>): Promise<T>;
  /** Resolves when there is none left but what waits for the clock. */
  settled(): Promise<void>;
}

/** Work under way. Each may be called whatever was called before. */
export interface Work {
  /** It waits for the clock from now on: nothing comes of it before the time moves. */
  hold(): void;
  /** It goes on. */
  resume(): void;
  end(): void;
}

/** No work is under way yet. */
export function createActivity(): Activity {
  const busy = new Set<object>();
  let wake = (): void => undefined;
  function begin(): Work {
    const token = {};
    let ended = false;
    busy.add(token);
    const leave = (): void => {
      busy.delete(token);
      wake();
    };
    return {
      hold: leave,
      resume() {
        if (!ended) busy.add(token);
      },
      end() {
        ended = true;
        leave();
      },
    };
  }
  return {
    begin,
    async track(promise) {
      const work = begin();
      try {
        return await promise;
      } finally {
        work.end();
      }
    },
    async settled() {
      for (;;) {
        // All that follows at once, however many promises it takes, follows within a turn.
        await nextTurn();
        if (busy.size === 0) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
