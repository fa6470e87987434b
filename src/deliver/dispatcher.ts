import type { Clock, Timer } from '../clock.ts';
import { toMessage } from '../errors.ts';
import type { HookEvent } from '../event.ts';
import type { Candidate, DueDelivery, Journal } from '../journal/journal.ts';
import type { Logger } from '../logger.ts';
import type { LiveHook } from '../reconcile/snapshot.ts';
import { LANE_CAPACITY, Lane } from './lane.ts';

/** Attempts that may run at once over all hooks. */
const GLOBAL_CONCURRENCY = 256;
/** Deliveries held in memory over all hooks. More stay in the journal and are paged in. */
const WINDOW = 10_000;
/** Deliveries read from the journal at a time. */
const PAGE_SIZE = 1_000;
/** How long a delivery waits whose hook is not live, or is switched off, before it is looked at again. */
const PARKED_MS = 60_000;
/** How long to wait after the journal could not be read. */
const JOURNAL_RETRY_MS = 1_000;
/** How long to wait when a whole page had no room in memory. */
const FULL_RETRY_MS = 1_000;

/** What a dispatcher works with. */
export interface DispatcherParts {
  readonly journal: Pick<Journal, 'due' | 'nextDue' | 'postpone'>;
  /** The live hook of a delivery, by id; null when there is none. */
  readonly findHook: (hookId: string) => LiveHook | null;
  /** Runs one attempt and records it. Answers when the delivery is due again; null when it is finished. Never rejects. */
  readonly attempt: (hook: LiveHook, delivery: DueDelivery) => Promise<number | null>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Runs due deliveries. A delivery is in memory (waiting in its lane or running) or in the journal only; the ids in
 * memory are left out of every page, so none runs twice at once. What is in the journal comes in when it falls due,
 * when a lane that turned something away has room again, and at start.
 */
export interface Dispatcher {
  /** Takes deliveries that were just committed. Those that do not fit stay in the journal. */
  offer(event: HookEvent, deliveries: readonly Candidate[]): void;
  /** Reads what is due from the journal and starts what may run. Called at start, by the timer, and by tests. */
  tick(): Promise<void>;
  /** Deliveries in memory: waiting or running. */
  size(): number;
  /** Resolves when nothing is in memory. */
  idle(): Promise<void>;
  /** Starts nothing more and waits for what runs, at most `graceMs`. What waits stays in the journal. */
  stop(graceMs: number): Promise<void>;
}

/** Creates a dispatcher; `tick` starts it. */
export function createDispatcher({ journal, findHook, attempt, clock, logger }: DispatcherParts): Dispatcher {
  const lanes = new Map<string, Lane>();
  /** Lanes with something waiting and room to run it, in turn. */
  const ready = new Set<Lane>();
  const inMemory = new Set<string>();
  const idleWaiters: (() => void)[] = [];
  let active = 0;
  let stopped = false;
  /** Whether something was turned away because the window was full. */
  let spilled = false;
  let paging: Promise<void> | null = null;
  let wake: { readonly at: number; readonly timer: Timer } | null = null;

  function enqueue(delivery: DueDelivery): void {
    // A page may bring what was committed a moment ago before the pipeline has offered it.
    if (inMemory.has(delivery.deliveryId)) return;
    if (inMemory.size >= WINDOW) {
      spilled = true;
      return;
    }
    const lane = laneOf(delivery.hookId);
    if (!lane.add(delivery)) return;
    inMemory.add(delivery.deliveryId);
    refresh(lane);
  }

  function laneOf(hookId: string): Lane {
    const known = lanes.get(hookId);
    if (known !== undefined) return known;
    const lane = new Lane(hookId);
    lanes.set(hookId, lane);
    return lane;
  }

  /** Puts a lane among the ready ones, or takes it out, or forgets it. */
  function refresh(lane: Lane): void {
    const concurrency = findHook(lane.hookId)?.definition.concurrency ?? 1;
    if (lane.waiting > 0 && lane.active < concurrency) ready.add(lane);
    else ready.delete(lane);
    if (lane.waiting === 0 && lane.active === 0 && !lane.spilled) lanes.delete(lane.hookId);
  }

  function pump(): void {
    while (!stopped && active < GLOBAL_CONCURRENCY) {
      const { value: lane } = ready.values().next();
      if (lane === undefined) return;
      // Taken out and put back at the end: each ready lane starts one before any starts another.
      ready.delete(lane);
      const delivery = lane.take();
      if (delivery !== null) start(lane, delivery);
      refresh(lane);
    }
  }

  function start(lane: Lane, delivery: DueDelivery): void {
    active += 1;
    lane.active += 1;
    const hook = findHook(delivery.hookId);
    const run = hook?.definition.enabled ? attempt(hook, delivery) : park(delivery);
    run.then((dueAt) => finish(lane, delivery, dueAt));
  }

  /** The definition may come back, so the delivery waits for it in the journal. */
  async function park({ deliveryId }: DueDelivery): Promise<number | null> {
    const dueAt = clock.now() + PARKED_MS;
    await journal.postpone([deliveryId], dueAt).catch(logJournal);
    return dueAt;
  }

  function finish(lane: Lane, { deliveryId }: DueDelivery, dueAt: number | null): void {
    active -= 1;
    lane.active -= 1;
    inMemory.delete(deliveryId);
    refresh(lane);
    if (dueAt !== null) wakeAt(dueAt);
    if (hasRoomAgain(lane)) void tick();
    pump();
    if (inMemory.size === 0) for (const resolve of idleWaiters.splice(0)) resolve();
  }

  function hasRoomAgain(lane: Lane): boolean {
    return (lane.spilled && lane.waiting <= LANE_CAPACITY / 2) || (spilled && inMemory.size <= WINDOW / 2);
  }

  function tick(): Promise<void> {
    paging ??= page().finally(() => {
      paging = null;
    });
    return paging;
  }

  /** Reads pages until what is due is in memory or has no room there. */
  async function page(): Promise<void> {
    try {
      while (!stopped) {
        clearSpills();
        const due = await journal.due({ until: clock.now(), limit: PAGE_SIZE, except: inMemory });
        const before = inMemory.size;
        for (const delivery of due) enqueue(delivery);
        pump();
        if (due.length < PAGE_SIZE) break;
        if (inMemory.size === before) {
          wakeAt(clock.now() + FULL_RETRY_MS);
          break;
        }
      }
      const next = stopped ? null : await journal.nextDue(clock.now());
      if (next !== null) wakeAt(next);
    } catch (error) {
      logJournal(error);
      wakeAt(clock.now() + JOURNAL_RETRY_MS);
    }
  }

  function clearSpills(): void {
    spilled = false;
    for (const lane of lanes.values()) {
      lane.spilled = false;
      refresh(lane);
    }
  }

  function logJournal(error: unknown): void {
    logger.error({ err: toMessage(error) }, 'cannot use the journal, trying again');
  }

  function wakeAt(at: number): void {
    if (stopped || (wake !== null && wake.at <= at)) return;
    wake?.timer.cancel();
    const timer = clock.setTimer(Math.max(0, at - clock.now()), () => {
      wake = null;
      void tick();
    });
    wake = { at, timer };
  }

  function idle(): Promise<void> {
    if (inMemory.size === 0) return Promise.resolve();
    return new Promise((resolve) => idleWaiters.push(resolve));
  }

  return {
    offer(event, deliveries) {
      if (stopped) return;
      const dueAt = clock.now();
      for (const { deliveryId, hookId } of deliveries)
        enqueue({ deliveryId, hookId, event, attempts: 0, dueAt });
      pump();
    },
    tick,
    size: () => inMemory.size,
    idle,
    async stop(graceMs) {
      stopped = true;
      wake?.timer.cancel();
      for (const lane of lanes.values()) dropWaiting(lane, inMemory);
      const grace = Promise.withResolvers<void>();
      const timer = clock.setTimer(graceMs, grace.resolve);
      await Promise.race([idle(), grace.promise]);
      timer.cancel();
    },
  };
}

function dropWaiting(lane: Lane, inMemory: Set<string>): void {
  for (let delivery = lane.take(); delivery !== null; delivery = lane.take())
    inMemory.delete(delivery.deliveryId);
}
