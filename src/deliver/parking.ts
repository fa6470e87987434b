import type { Clock } from '../clock.ts';
import { toMessage } from '../errors.ts';
import type { Journal } from '../journal/journal.ts';
import type { Logger } from '../logger.ts';
import type { LiveHook } from '../reconcile/snapshot.ts';
import { Breaker } from './breaker.ts';
import type { Lane } from './lane.ts';
import type { Lanes } from './lanes.ts';

/** How long the deliveries of a hook that is not live wait for it to come back, ms. */
export const PARKED_FOR_MS = 24 * 3_600_000;
/** Deliveries given up in one transaction. */
const ABANDONED_AT_ONCE = 1_000;
/** After giving up failed, it is tried again so much later, ms. */
const RETRY_MS = 1_000;

/** What parking works with. */
export interface ParkingParts {
  readonly journal: Pick<Journal, 'waiting' | 'park' | 'parked' | 'abandon'>;
  readonly lanes: Lanes;
  readonly findHook: (hookId: string) => LiveHook | null;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly wakeAt: (at: number) => void;
}

/**
 * Looks after the deliveries of hooks that were removed or switched off. They wait for a day, since a hook may come
 * back, and then end. It is the lane that is parked: nothing is written to any of its deliveries.
 */
export interface Parking {
  /** Learns which hooks have deliveries waiting. */
  learn(): Promise<void>;
  /** Learns that, and which of them were parked when the process began. */
  load(): Promise<void>;
  /** Parks lanes whose hook is not live, and takes up those whose hook is again. */
  update(): Promise<void>;
  /** Ends what has waited too long. */
  abandonExpired(): Promise<void>;
}

/** Creates the parking of lanes. */
export function createParking({ journal, lanes, findHook, clock, logger, wakeAt }: ParkingParts): Parking {
  const abandoning = new Map<Lane, Promise<void>>();
  /** The update under way, after which the next one runs: each sees what the one before told the journal. */
  let updated: Promise<void> = Promise.resolve();

  /** What memory holds is enough to go on; what the journal was not told, it is told at the next reload or start. */
  async function tell(hookIds: readonly string[], parkedAt: number | null): Promise<void> {
    if (hookIds.length === 0) return;
    try {
      await journal.park(hookIds, parkedAt);
    } catch (error) {
      logger.error({ err: toMessage(error) }, 'cannot record which hooks are parked');
    }
  }

  async function abandon(lane: Lane): Promise<void> {
    const { hookId } = lane;
    try {
      let total = 0;
      for (let ended = ABANDONED_AT_ONCE; ended === ABANDONED_AT_ONCE && lane.parkedAt !== null; ) {
        ended = await journal.abandon({ hookId, at: clock.now(), limit: ABANDONED_AT_ONCE });
        total += ended;
      }
      logger.warn({ hook: hookId, deliveries: total }, 'deliveries of a hook that is gone were given up');
      if (lane.parkedAt === null) return;
      // What was asked for again meanwhile is found by looking once more.
      Object.assign(lane, { parkedAt: null, hasMore: true, nextDueAt: null, breaker: new Breaker() });
      await tell([hookId], null);
      wakeAt(clock.now());
    } catch (error) {
      logger.error({ err: toMessage(error) }, 'cannot give up deliveries, trying again');
      wakeAt(clock.now() + RETRY_MS);
    } finally {
      abandoning.delete(lane);
    }
  }

  async function update(): Promise<void> {
    const at = clock.now();
    const isLive = (lane: Lane): boolean => findHook(lane.hookId) !== null;
    const gone = [...lanes].filter((lane) => lane.parkedAt === null && !isLive(lane));
    const back = [...lanes].filter((lane) => lane.parkedAt !== null && isLive(lane));
    for (const lane of gone) {
      lane.drop();
      lane.parkedAt = at;
    }
    for (const lane of back) {
      lane.parkedAt = null;
      lane.hasMore = true;
    }
    await tell(
      gone.map(({ hookId }) => hookId),
      at,
    );
    await tell(
      back.map(({ hookId }) => hookId),
      null,
    );
  }

  async function learn(): Promise<void> {
    for (const { hookId, dueAt } of await journal.waiting()) lanes.of(hookId).noteDueAt(dueAt);
  }

  return {
    learn,
    async load() {
      await learn();
      for (const { hookId, parkedAt } of await journal.parked()) lanes.of(hookId).parkedAt = parkedAt;
    },
    update() {
      updated = updated.then(update);
      return updated;
    },
    async abandonExpired() {
      const now = clock.now();
      for (const lane of lanes) {
        const until = lane.parkedAt === null ? null : lane.parkedAt + PARKED_FOR_MS;
        if (until !== null && until > now) wakeAt(until);
        else if (until !== null && !abandoning.has(lane)) abandoning.set(lane, abandon(lane));
      }
      await Promise.all(abandoning.values());
    },
  };
}
