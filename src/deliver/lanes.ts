import { LANE_CAPACITY, Lane, type MemoryUse } from './lane.ts';

/** Deliveries held in memory over all hooks. More stay in the journal and are paged in. */
const MAX_WAITING = 10_000;
/** Characters of event data held in memory over all hooks. */
const MAX_WAITING_SIZE = 64 * 1024 * 1024;

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

  /** Deliveries that may still come in; 0 when memory is full of large ones. */
  get room(): number {
    const { count, size } = this.#memory;
    return size >= MAX_WAITING_SIZE ? 0 : Math.max(0, MAX_WAITING - count);
  }

  /** Whether a delivery that was just committed may wait in memory: only where nothing older waits in the journal. */
  hasRoom(lane: Lane): boolean {
    const isAlone = !lane.hasMore && !lane.paging && lane.parkedAt === null;
    return isAlone && lane.waiting < LANE_CAPACITY && this.room > 0;
  }
}
