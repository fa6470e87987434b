import type { Clock, Timer } from '../clock.ts';
import { toMessage } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Journal } from './journal.ts';

/** Events looked at in one step, and the pause after it, ms: some ten thousand a second, and never in the way for long. */
const STEP = 200;
const PAUSE_MS = 10;
/** How often it is looked whether something is too old, ms. */
const EVERY_MS = 10_000;

/** What a pruner works with. */
export interface PrunerParts {
  readonly journal: Pick<Journal, 'prune'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long an event is kept, ms. */
  readonly maxAgeMs: number;
  /** Bytes the journal may use; above it the oldest events go, however young. */
  readonly maxBytes: number;
}

/** Takes away what is kept no longer, for as long as it runs. */
export interface Pruner {
  stop(): void;
}

/** Starts a pruner. */
export function startPruner({ journal, clock, logger, maxAgeMs, maxBytes }: PrunerParts): Pruner {
  let stopped = false;
  let timer: Timer = clock.setTimer(EVERY_MS, () => void prune());

  async function prune(): Promise<void> {
    const more = await step();
    if (!stopped) timer = clock.setTimer(more ? PAUSE_MS : EVERY_MS, () => void prune());
  }

  async function step(): Promise<boolean> {
    try {
      const { more } = await journal.prune({ before: clock.now() - maxAgeMs, maxBytes, limit: STEP });
      return more;
    } catch (error) {
      if (!stopped) logger.error({ err: toMessage(error) }, 'cannot prune the journal, trying again');
      return false;
    }
  }

  return {
    stop() {
      stopped = true;
      timer.cancel();
    },
  };
}
