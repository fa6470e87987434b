import type { Clock } from '../clock.ts';
import { toMessage } from '../errors.ts';
import type { DuePage, Journal } from '../journal/journal.ts';
import type { Logger } from '../logger.ts';
import { LANE_LOW, type Lane } from './lane.ts';
import type { Lanes } from './lanes.ts';

/** Lanes that are filled at once: enough to keep the journal busy, few enough to leave it to others. */
const MAX_FILLS = 4;
/** The most and the fewest deliveries read at a time: where many lanes wait, each gets a smaller share. */
const MAX_PAGE = 256;
const MIN_PAGE = 16;
/** How long to wait after the journal could not be read, ms. */
const RETRY_MS = 1_000;

/** What a pager works with. */
export interface PagerParts {
  readonly journal: Pick<Journal, 'due'>;
  readonly lanes: Lanes;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly wakeAt: (at: number) => void;
  /** Told when a lane got what there was for it. */
  readonly onFilled: (lane: Lane) => void;
}

/** Brings due deliveries from the journal into their lanes: lanes in turn, each as far as it has room. */
export interface Pager {
  /** Looks whether a lane wants filling. To be called whenever something about it changed. */
  look(lane: Lane): void;
  /** Whether no lane wants filling. */
  isIdle(): boolean;
  /** Resolves when no lane is being filled. */
  settled(): Promise<void>;
  stop(): void;
}

/** Creates a pager. */
export function createPager({ journal, lanes, clock, logger, wakeAt, onFilled }: PagerParts): Pager {
  /** Lanes with more in the journal than in memory, in turn. */
  const hungry = new Set<Lane>();
  const fills = new Set<Promise<void>>();
  let stopped = false;

  function look(lane: Lane): void {
    const { nextDueAt } = lane;
    if (nextDueAt !== null && nextDueAt <= clock.now()) {
      lane.hasMore = true;
      lane.nextDueAt = null;
    } else if (nextDueAt !== null) wakeAt(nextDueAt);
    const isLow = lane.waiting <= LANE_LOW && lanes.roomFor(lane) > 0;
    if (lane.hasMore && !lane.paging && isLow) hungry.add(lane);
    feed();
  }

  function feed(): void {
    while (!stopped && fills.size < MAX_FILLS) {
      const { value: lane } = hungry.values().next();
      if (lane === undefined) return;
      hungry.delete(lane);
      if (lanes.roomFor(lane) === 0) continue;
      const filled = fill(lane).then((isRead) => {
        fills.delete(filled);
        onFilled(lane);
        if (isRead) look(lane);
        feed();
      });
      fills.add(filled);
    }
  }

  /** Whether the journal could be read. */
  async function fill(lane: Lane): Promise<boolean> {
    // Before the journal is asked: what is turned away meanwhile sets it again.
    lane.hasMore = false;
    lane.paging = true;
    const share = Math.ceil(lanes.room / (hungry.size + 1));
    const limit = Math.min(lanes.roomFor(lane), Math.max(MIN_PAGE, Math.min(MAX_PAGE, share)));
    try {
      take(lane, await journal.due({ hookId: lane.hookId, until: clock.now(), limit, except: lane.ids }));
      return true;
    } catch (error) {
      lane.hasMore = true;
      logger.error({ err: toMessage(error) }, 'cannot read from the journal, trying again');
      wakeAt(clock.now() + RETRY_MS);
      return false;
    } finally {
      lane.paging = false;
    }
  }

  function take(lane: Lane, { deliveries, more, nextDueAt }: DuePage): void {
    if (stopped || lane.parkedAt !== null) {
      lane.hasMore = true;
      return;
    }
    // A delivery may have been offered while the page was read.
    for (const delivery of deliveries) if (!lane.ids.has(delivery.deliveryId)) lane.add(delivery);
    if (more) lane.hasMore = true;
    if (nextDueAt === null) return;
    lane.noteDueAt(nextDueAt);
    wakeAt(nextDueAt);
  }

  return {
    look,
    isIdle: () => fills.size === 0 && (hungry.size === 0 || stopped),
    async settled() {
      while (fills.size > 0) await Promise.all(fills);
    },
    stop() {
      stopped = true;
      hungry.clear();
    },
  };
}
