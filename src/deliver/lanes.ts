import { LANE_CAPACITY, Lane, type MemoryUse } from './lane.ts';

/** Deliveries held in memory over all hooks. More stay in the journal and are paged in. */
const MAX_WAITING = 10_000;
/** Characters of events held in memory over all hooks, and for one of them. */
const MAX_WAITING_SIZE = 64 * 1024 * 1024;
const MAX_LANE_SIZE = 8 * 1024 * 1024;
/** What a lane may hold however full memory is: lanes that do not move must not starve those that do. */
const FLOOR = 16;
const FLOOR_SIZE = 256 * 1024;

/** The lanes of all hooks, and what they hold together. */
export class Lanes implements Iterable<Lane> {
  readonly #byHook = new Map<string, Lane>();
  readonly #memory: MemoryUse = { count: 0, size: 0 };

  [Symbol.iterator](): Iterator<Lane> {
    return this.#byHook.values();
  }

  /** The lane of a hook, a new one when there is none. */
  of(hookId: string): Lane {
    const known = this.#byHook.get(hookId);
    if (known !== undefined) return known;
    const lane = new Lane(hookId, this.#memory);
    this.#byHook.set(hookId, lane);
    return lane;
  }

  /** Drops a lane that has nothing to remember. */
  forget(lane: Lane, now: number): void {
    if (lane.isSpent(now)) this.#byHook.delete(lane.hookId);
  }

  /** Deliveries that wait in memory. */
  get waiting(): number {
    return this.#memory.count;
  }

  /** Deliveries that may still come in over all lanes. */
  get room(): number {
    const { count, size } = this.#memory;
    return size >= MAX_WAITING_SIZE ? 0 : Math.max(0, MAX_WAITING - count);
  }

  /** Deliveries a lane may take in. One that is open needs its probe and no more: what waits, waits in the journal. */
  roomFor(lane: Lane): number {
    if (lane.parkedAt !== null) return 0;
    const needsOne = lane.waiting === 0 ? 1 : 0;
    if (lane.breaker.isOpen) return needsOne;
    const floor = lane.size < FLOOR_SIZE ? Math.max(needsOne, FLOOR - lane.waiting) : needsOne;
    const shared = lane.size < MAX_LANE_SIZE ? Math.min(this.room, LANE_CAPACITY - lane.waiting) : 0;
    return Math.max(floor, shared);
  }

  /** Whether a delivery that was just committed may wait in memory: only where nothing older waits in the journal. */
  takesOffers(lane: Lane): boolean {
    return !lane.hasMore && !lane.paging && this.roomFor(lane) > 0;
  }
}
