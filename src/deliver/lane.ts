import type { RateDefinition } from '../definitions/definition.ts';
import type { DueDelivery } from '../journal/journal.ts';
import type { LiveHook } from '../reconcile/snapshot.ts';
import { Breaker } from './breaker.ts';
import { RateLimit, toStricter } from './rate-limit.ts';

/** Deliveries of one hook that may wait in memory. More stay in the journal until there is room. */
export const LANE_CAPACITY = 512;
/** A lane that has more in the journal is filled again when so few wait. */
export const LANE_LOW = 128;

/**
 * Attempts a second at a receiver whose answers are cut off. Each costs a new connection and what it had sent by then,
 * some ten times what others cost both sides: without a bound such a lane takes a third of the processor (bench isolation).
 */
const FLOODED_RATE: RateDefinition = { limit: 20, per: 'second' };

/** Taken entries are dropped from the front of the array once there are this many. */
const COMPACT_AT = 256;

/** How much waits in memory over all lanes. */
export interface MemoryUse {
  count: number;
  /** Characters of events. */
  size: number;
}

/** Whether a lane may start an attempt: now, from some time on, or not before something else happens. */
export type LaneTurn =
  | { readonly kind: 'now' }
  | { readonly kind: 'at'; readonly at: number }
  | { readonly kind: 'wait' };

/**
 * The queue of one hook's due deliveries, first in, first out, and all that decides when the next one goes. What waits
 * is in memory here, or in the journal: then `hasMore` (due already) or `nextDueAt` (later) says so.
 */
export class Lane {
  readonly hookId: string;
  breaker = new Breaker();
  /** Digest of the definition the breaker knows. */
  #digest: string | null = null;
  /** Ids of all that is in memory: waiting or running. */
  readonly ids = new Set<string>();
  /** Attempts under way. */
  active = 0;
  /** Whether there may be due deliveries in the journal that are not here. */
  hasMore = false;
  /** When the next delivery in the journal falls due, as far as is known; ms since the epoch. */
  nextDueAt: number | null = null;
  /** Since when the hook is not live, ms since the epoch; null while it is. */
  parkedAt: number | null = null;
  /** Whether the journal is being asked for more. */
  paging = false;
  /** Whether the receiver's last answer was longer than what is read of one. */
  isFlooded = false;
  /** Characters of events that wait here. */
  size = 0;
  readonly #memory: MemoryUse;
  readonly #rate = new RateLimit();
  #queue: DueDelivery[] = [];
  #head = 0;

  constructor(hookId: string, memory: MemoryUse) {
    this.hookId = hookId;
    this.#memory = memory;
  }

  /** Deliveries that wait. */
  get waiting(): number {
    return this.#queue.length - this.#head;
  }

  /** Whether there is nothing to remember of it. */
  isSpent(now: number): boolean {
    return (
      now >= this.#rate.fullAt &&
      this.ids.size === 0 &&
      !this.hasMore &&
      !this.paging &&
      this.nextDueAt === null &&
      this.parkedAt === null &&
      this.breaker.failures === 0
    );
  }

  add(delivery: DueDelivery): void {
    this.#queue.push(delivery);
    this.ids.add(delivery.deliveryId);
    this.#memory.count += 1;
    this.#memory.size += delivery.size;
    this.size += delivery.size;
  }

  /** Takes the delivery that waited longest. It stays among `ids` until it has ended. */
  take(): DueDelivery | null {
    const delivery = this.#queue[this.#head] ?? null;
    if (delivery !== null) {
      this.#head += 1;
      this.#memory.count -= 1;
      this.#memory.size -= delivery.size;
      this.size -= delivery.size;
    }
    if (this.#head >= COMPACT_AT) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    return delivery;
  }

  /** Meets the live hook of the lane: what is known of the receiver of one definition is not known of another's. */
  meet({ digest }: LiveHook): void {
    if (this.#digest !== null && this.#digest !== digest) {
      this.breaker = new Breaker();
      this.isFlooded = false;
    }
    this.#digest = digest;
  }

  /** Forgets what waits: it is in the journal. */
  drop(): void {
    for (let delivery = this.take(); delivery !== null; delivery = this.take())
      this.ids.delete(delivery.deliveryId);
    this.hasMore = true;
  }

  /** Notes that a delivery in the journal falls due. */
  noteDueAt(at: number): void {
    this.nextDueAt = this.nextDueAt === null ? at : Math.min(this.nextDueAt, at);
  }

  /** Whether the first that waits may go. Taking a token of the rate is part of the answer `now`. */
  turn({ definition }: LiveHook, now: number): LaneTurn {
    const { concurrency } = definition;
    const rate = this.isFlooded ? toStricter(definition.rate, FLOODED_RATE) : definition.rate;
    if (this.waiting === 0 || this.active >= concurrency) return { kind: 'wait' };
    const { probeAt } = this.breaker;
    if (probeAt !== null && this.active > 0) return { kind: 'wait' };
    if (probeAt !== null && now < probeAt) return { kind: 'at', at: probeAt };
    const tokenAt = rate === null ? null : this.#rate.take(rate, now);
    return tokenAt === null ? { kind: 'now' } : { kind: 'at', at: tokenAt };
  }
}
