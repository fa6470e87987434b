import { describe, expect, it } from 'vitest';
import { RateLimit, toStricter } from '../../src/deliver/rate-limit.ts';
import { START } from '../helpers/held-clock.ts';

describe('the stricter of two rates', () => {
  it.each([
    [null, { limit: 50, per: 'second' }],
    [
      { limit: 51, per: 'second' },
      { limit: 50, per: 'second' },
    ],
    [
      { limit: 3_001, per: 'minute' },
      { limit: 50, per: 'second' },
    ],
    [
      { limit: 2_999, per: 'minute' },
      { limit: 2_999, per: 'minute' },
    ],
  ] as const)('of %j and 50 a second is %j', (one, stricter) => {
    expect(toStricter(one, { limit: 50, per: 'second' })).toEqual(stricter);
  });
});

describe('a rate limit', () => {
  it('lets a burst of its limit go at once, then one at a time as it fills again', () => {
    const limit = new RateLimit();
    const rate = { limit: 3, per: 'second' } as const;
    const take = (ms: number): number | null => limit.take(rate, START + ms);
    expect([take(0), take(0), take(0)]).toEqual([null, null, null]);
    expect(take(0)).toBe(START + 334);
    expect(take(333)).toBe(START + 334);
    expect(take(334)).toBeNull();
    expect(take(334)).toBe(START + 667);
  });

  it('never lets more than its limit go in one time, however long it rested', () => {
    const limit = new RateLimit();
    const rate = { limit: 2, per: 'minute' } as const;
    const day = 24 * 3_600_000;
    expect([0, 0, 0].map(() => limit.take(rate, START + day) === null)).toEqual([true, true, false]);
  });

  it.each([
    ['second', 1_000],
    ['minute', 60_000],
    ['hour', 3_600_000],
  ] as const)('counts per %s', (per, ms) => {
    const limit = new RateLimit();
    expect(limit.take({ limit: 1, per }, START)).toBeNull();
    expect(limit.take({ limit: 1, per }, START)).toBe(START + ms);
  });

  it('goes on when the clock is set back', () => {
    const limit = new RateLimit();
    const rate = { limit: 1, per: 'second' } as const;
    limit.take(rate, START);
    expect(limit.take(rate, START - 3_600_000)).toBe(START - 3_600_000 + 1_000);
  });
});
