import type { Clock } from '../clock.ts';
import { toMessage } from '../errors.ts';
import { createId } from '../id.ts';
import type { DeliveryFilter } from '../journal/delivery.ts';
import type { Journal } from '../journal/journal.ts';
import type { Replay } from '../journal/replay.ts';
import type { Logger } from '../logger.ts';

/** Deliveries looked at in one step: few enough not to hold up intake. */
const STEP = 500;
/** How long to wait after the journal could not be used, ms. */
const RETRY_MS = 1_000;

/** What replays work with. */
export interface ReplaysParts {
  readonly journal: Pick<Journal, 'startReplay' | 'stepReplay' | 'openReplays'>;
  /** Has the dispatcher learn what waits in the journal. */
  readonly wake: () => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Carries replays out, one step after another, each replay from where it was when the process ended. */
export interface Replays {
  /** Begins a replay; it is durable when this resolves, and goes on by itself. */
  start(filter: DeliveryFilter): Promise<Replay>;
  /** Goes on with those an earlier process left unfinished. */
  resume(): Promise<void>;
  /** Resolves when no replay is under way. */
  idle(): Promise<void>;
  /** Begins no further step. */
  stop(): Promise<void>;
}

/** Creates the carrying out of replays. */
export function createReplays({ journal, wake, clock, logger }: ReplaysParts): Replays {
  const running = new Set<Promise<void>>();
  let stopped = false;

  async function step(id: string): Promise<boolean> {
    try {
      const replay = await journal.stepReplay({ id, at: clock.now(), limit: STEP });
      await wake();
      return replay === null || replay.finishedAt !== null;
    } catch (error) {
      logger.error({ replay: id, err: toMessage(error) }, 'cannot go on with a replay, trying again');
      await new Promise<void>((resolve) => clock.setTimer(RETRY_MS, resolve));
      return false;
    }
  }

  async function carryOut(id: string): Promise<void> {
    for (let finished = false; !finished && !stopped; ) finished = await step(id);
  }

  function run(id: string): void {
    const done = carryOut(id).finally(() => running.delete(done));
    running.add(done);
  }

  async function idle(): Promise<void> {
    while (running.size > 0) await Promise.all(running);
  }

  return {
    async start(filter) {
      const replay = await journal.startReplay({ id: createId(), filter, at: clock.now() });
      run(replay.id);
      return replay;
    },
    async resume() {
      for (const { id } of await journal.openReplays()) run(id);
    },
    idle,
    stop() {
      stopped = true;
      return idle();
    },
  };
}
