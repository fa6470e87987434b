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
    const { limit } = rate;
    const msPerToken = toMsPerToken(rate);
    const gained = Math.max(0, now - this.#countedAt) / msPerToken;
    this.#tokens = Math.min(limit, this.#tokens === null ? limit : this.#tokens + gained);
    this.#countedAt = now;
    if (this.#tokens < 1) return Math.ceil(now + (1 - this.#tokens) * msPerToken);
    this.#tokens -= 1;
    this.#fullAt = now + (limit - this.#tokens) * msPerToken;
    return null;
  }
}
