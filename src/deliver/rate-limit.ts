import type { RateDefinition } from '../definitions/definition.ts';

/** Seconds of each unit a rate may be given in. */
const UNIT_MS = { second: 1_000, minute: 60_000, hour: 3_600_000 } as const;

/** Whichever of two rates lets fewer go; null is no rate. */
export function toStricter(one: RateDefinition | null, other: RateDefinition): RateDefinition {
  return one !== null && toMsPerToken(one) > toMsPerToken(other) ? one : other;
}

function toMsPerToken({ limit, per }: RateDefinition): number {
  return UNIT_MS[per] / limit;
}

/**
 * Spreads attempts: by a bucket that holds `limit` tokens and is filled again evenly, `limit` in each `per`. A bucket
 * starts full, so a short burst goes at once.
 */
export class RateLimit {
  #tokens: number | null = null;
  #countedAt = 0;
  #fullAt = 0;

  /** When the bucket is full again, ms since the epoch: from then on it is as good as a new one. */
  get fullAt(): number {
    return this.#fullAt;
  }

  /** Takes a token. Null: it was there; else when there will be one, ms since the epoch. */
  take(rate: RateDefinition, now: number): number | null {
    return this.takeAll(rate, { wanted: 1, now });
  }

  /** Takes several tokens, or none of them. More than the rate's limit are never there. */
  takeAll(rate: RateDefinition, { wanted, now }: { wanted: number; now: number }): number | null {
    const at = this.availableAt(rate, { wanted, now });
    if (at !== null) return at;
    this.#tokens = this.#fill(rate, now) - wanted;
    this.#fullAt = now + (rate.limit - this.#tokens) * toMsPerToken(rate);
    return null;
  }

  /** The same without taking any. */
  availableAt(rate: RateDefinition, { wanted, now }: { wanted: number; now: number }): number | null {
    const missing = wanted - this.#fill(rate, now);
    return missing <= 0 ? null : Math.ceil(now + missing * toMsPerToken(rate));
  }

  /** Whole tokens that are there. */
  left(rate: RateDefinition, now: number): number {
    return Math.floor(this.#fill(rate, now));
  }

  #fill(rate: RateDefinition, now: number): number {
    const { limit } = rate;
    const gained = Math.max(0, now - this.#countedAt) / toMsPerToken(rate);
    this.#tokens = Math.min(limit, this.#tokens === null ? limit : this.#tokens + gained);
    this.#countedAt = now;
    return this.#tokens;
  }
}
