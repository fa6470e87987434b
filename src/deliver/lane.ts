import type { DueDelivery } from '../journal/journal.ts';

/** Deliveries of one hook that may wait in memory. More stay in the journal until there is room. */
export const LANE_CAPACITY = 2_000;

/** Taken entries are dropped from the front of the array once there are this many. */
const COMPACT_AT = 512;

/** The queue of one hook's due deliveries, first in, first out, and how many of them run. */
export class Lane {
  readonly hookId: string;
  /** Attempts under way. */
  active = 0;
  /** Whether a delivery was turned away because the lane was full, and so waits in the journal. */
  spilled = false;
  #queue: DueDelivery[] = [];
  #head = 0;

  constructor(hookId: string) {
    this.hookId = hookId;
  }

  /** Deliveries that wait. */
  get waiting(): number {
    return this.#queue.length - this.#head;
  }

  /** Adds a delivery; false when the lane is full. */
  add(delivery: DueDelivery): boolean {
    if (this.waiting >= LANE_CAPACITY) {
      this.spilled = true;
      return false;
    }
    this.#queue.push(delivery);
    return true;
  }

  /** Takes the delivery that waited longest. */
  take(): DueDelivery | null {
    const delivery = this.#queue[this.#head] ?? null;
    if (delivery !== null) this.#head += 1;
    if (this.#head >= COMPACT_AT) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    return delivery;
  }
}
