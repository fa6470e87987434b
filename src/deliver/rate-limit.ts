import type { RateDefinition } from '../definitions/definition.ts';

/** Seconds of each unit a rate may be given in. */
const UNIT_MS = { second: 1_000, minute: 60_000, hour: 3_600_000 } as const;

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
  take({ limit, per }: RateDefinition, now: number): number | null {
    const msPerToken = UNIT_MS[per] / limit;
    const gained = Math.max(0, now - this.#countedAt) / msPerToken;
    this.#tokens = Math.min(limit, this.#tokens === null ? limit : this.#tokens + gained);
    this.#countedAt = now;
    if (this.#tokens < 1) return Math.ceil(now + (1 - this.#tokens) * msPerToken);
    this.#tokens -= 1;
    this.#fullAt = now + (limit - this.#tokens) * msPerToken;
    return null;
  }
}
