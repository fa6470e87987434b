import type { Clock } from '../clock.ts';
import { toMessage } from '../errors.ts';
import type { HookEvent } from '../event.ts';
import type { Candidate } from '../journal/entry.ts';
import type { DueDelivery, Journal } from '../journal/journal.ts';
import type { Logger } from '../logger.ts';
import type { LiveHook } from '../reconcile/snapshot.ts';
import { createAlarm } from './alarm.ts';
import type { AttemptEnd } from './attempt.ts';
import type { Breaker, BreakerChange } from './breaker.ts';
import type { Lane } from './lane.ts';
import { Lanes } from './lanes.ts';
import { createPager } from './pager.ts';
import { createParking } from './parking.ts';

/** Attempts that may run at once over all hooks. */
const GLOBAL_CONCURRENCY = 256;
/** Of these so many are left to lanes that have none under way: hooks whose receivers hang must not take all. */
const RESERVED = 64;
/** How long to wait after the journal could not be read, ms. */
const RETRY_MS = 1_000;

/** What a dispatcher works with. */
export interface DispatcherParts {
  readonly journal: Pick<Journal, 'due' | 'waiting' | 'park' | 'parked' | 'abandon'>;
  /** The hook of this id if it is live and may run; null when there is none. */
  readonly findHook: (hookId: string) => LiveHook | null;
  /** Runs one attempt and records it. Never rejects. */
  readonly attempt: (hook: LiveHook, delivery: DueDelivery) => Promise<AttemptEnd>;
  /** Told when the breaker of a hook opens or closes. */
  readonly onBreaker: (hook: LiveHook, change: NonNullable<BreakerChange>, breaker: Breaker) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Runs due deliveries. A delivery is in memory (waiting in its lane or running) or in the journal only; the ids a lane
 * has in memory are left out of every page, so none runs twice at once. What is in the journal comes in when it falls
 * due, when a lane that turned something away has room again, and at start.
 */
export interface Dispatcher {
  /** Takes deliveries that were just committed. Those that do not fit stay in the journal. */
  offer(event: HookEvent, deliveries: readonly Candidate[], size: number): void;
  /** Learns what waits in the journal, parks the lanes of hooks that are not live and takes up those that are again. */
  reload(): Promise<void>;
  /** Says that a hook has deliveries in the journal that are due: asked for again, say. */
  wake(hookId: string): void;
  /** The same, whichever hooks they are. Resolves when it is known which: what they have is read meanwhile. */
  wakeAll(): Promise<void>;
  /** Does what the time asks for. Called by the timer, and by tests. Resolves when the journal was asked for all of it. */
  tick(): Promise<void>;
  /** Every lane that has something to say: waiting, running, parked or not closed. */
  lanes(): readonly Lane[];
  /** Resolves when nothing is in memory and nothing that is due is in the journal. */
  idle(): Promise<void>;
  /** Starts nothing more and waits for what runs, at most `graceMs`. What waits stays in the journal. */
  stop(graceMs: number): Promise<void>;
}

/** Creates a dispatcher; the first `reload` starts it. */
export function createDispatcher(parts: DispatcherParts): Dispatcher {
  const { journal, findHook, attempt, onBreaker, clock, logger } = parts;
  const lanes = new Lanes();
  /** Lanes that may have something to start, in turn. */
  const ready = new Set<Lane>();
  const idleWaiters: (() => void)[] = [];
  let active = 0;
  /** Whether it is known what waits in the journal: nothing starts before. */
  let loaded = false;
  /** Whether the live hooks changed since lanes were last held against them. */
  let stale = false;
  let stopped = false;
  const alarm = createAlarm(clock, () => void tick());
  const pager = createPager({
    journal,
    lanes,
    clock,
    logger,
    wakeAt: alarm.wakeAt,
    onFilled(lane) {
      ready.add(lane);
      pump();
      settle();
    },
  });
  const parking = createParking({ journal, lanes, findHook, clock, logger, wakeAt: alarm.wakeAt });

  function pump(): void {
    while (loaded && !stopped && active < GLOBAL_CONCURRENCY) {
      const lane = nextReady();
      if (lane === undefined) return;
      // Taken out and put back at the end: each lane starts one before any starts another.
      ready.delete(lane);
      if (startNext(lane)) ready.add(lane);
    }
  }

  function nextReady(): Lane | undefined {
    const isCrowded = active >= GLOBAL_CONCURRENCY - RESERVED;
    return ready.values().find((lane) => !isCrowded || lane.active === 0);
  }

  /** Starts the first delivery of a lane if it may go; says whether another may follow. */
  function startNext(lane: Lane): boolean {
    if (lane.parkedAt !== null) return false;
    const hook = findHook(lane.hookId);
    if (hook === null) {
      // It went while this delivery was on its way here.
      if (lane.waiting > 0) void parking.update();
      return false;
    }
    lane.meet(hook);
    const turn = lane.turn(hook, clock.now());
    if (turn.kind === 'at') alarm.wakeAt(turn.at);
    const delivery = turn.kind === 'now' ? lane.take() : null;
    if (delivery === null) return false;
    active += 1;
    lane.active += 1;
    attempt(hook, delivery).then((end) => finish(lane, { hook, delivery, end }));
    return true;
  }

  function finish(lane: Lane, { hook, delivery, end }: Finished): void {
    active -= 1;
    lane.active -= 1;
    lane.ids.delete(delivery.deliveryId);
    if (end.dueAt !== null) {
      lane.noteDueAt(end.dueAt);
      alarm.wakeAt(end.dueAt);
    }
    if (end.released) lane.hasMore = true;
    lane.isFlooded = end.cutOff;
    const change = lane.breaker.hear(end.health, clock.now());
    if (change === 'opened') lane.drop();
    if (change !== null) onBreaker(hook, change, lane.breaker);
    ready.add(lane);
    pager.look(lane);
    pump();
    settle();
  }

  async function refresh(): Promise<void> {
    try {
      if (!loaded) await parking.load();
      loaded = true;
      stale = false;
      await parking.update();
    } catch (error) {
      logger.error({ err: toMessage(error) }, 'cannot learn what waits in the journal, trying again');
      alarm.wakeAt(clock.now() + RETRY_MS);
    }
  }

  function look(): void {
    if (!loaded || stopped) return;
    for (const lane of lanes) {
      pager.look(lane);
      ready.add(lane);
      lanes.forget(lane, clock.now());
    }
    pump();
  }

  async function tick(): Promise<void> {
    if (stale) await refresh();
    look();
    if (loaded && !stopped) await Promise.all([pager.settled(), parking.abandonExpired()]);
  }

  function settle(): void {
    if (!isIdle()) return;
    for (const resolve of idleWaiters.splice(0)) resolve();
  }

  function isIdle(): boolean {
    return pager.isIdle() && lanes.waiting === 0 && active === 0;
  }

  return {
    offer(event, deliveries, size) {
      if (stopped) return;
      for (const { deliveryId, hookId, orderKey } of deliveries) {
        const lane = lanes.of(hookId);
        const since = clock.now();
        // Of an order key only the first may go, and which one that is the journal knows.
        if (orderKey !== null || !lanes.takesOffers(lane)) lane.hasMore = true;
        else lane.add({ deliveryId, hookId, event, attempts: 0, tries: 0, since, size });
        pager.look(lane);
        ready.add(lane);
      }
      pump();
    },
    async reload() {
      stale = true;
      await tick();
    },
    wake(hookId) {
      const lane = lanes.of(hookId);
      lane.hasMore = true;
      pager.look(lane);
    },
    async wakeAll() {
      await parking.learn();
      look();
    },
    tick,
    lanes: () => [...lanes],
    idle() {
      return isIdle() ? Promise.resolve() : new Promise((resolve) => idleWaiters.push(resolve));
    },
    async stop(graceMs) {
      stopped = true;
      alarm.stop();
      pager.stop();
      for (const lane of lanes) lane.drop();
      const { promise: over, resolve } = Promise.withResolvers<void>();
      const grace = clock.setTimer(graceMs, resolve);
      if (active > 0) await Promise.race([new Promise<void>((done) => idleWaiters.push(done)), over]);
      grace.cancel();
    },
  };
}

/** An attempt that ended. */
interface Finished {
  readonly hook: LiveHook;
  readonly delivery: DueDelivery;
  readonly end: AttemptEnd;
}
