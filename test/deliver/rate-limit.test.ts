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

describe('a rate limit of which several tokens are wanted', () => {
  const rate = { limit: 10, per: 'second' } as const;

  it('gives all of them or none, and tells when there will be as many', () => {
    const limit = new RateLimit();
    const takeAll = (wanted: number, ms: number): number | null =>
      limit.takeAll(rate, { wanted, now: START + ms });
    expect([takeAll(7, 0), takeAll(4, 0), takeAll(3, 0)]).toEqual([null, START + 100, null]);
    expect([takeAll(5, 499), takeAll(5, 500), limit.take(rate, START + 500)]).toEqual([
      START + 500,
      null,
      START + 600,
    ]);
  });

  it('tells what is there without taking any', () => {
    const limit = new RateLimit();
    const now = START;
    expect([limit.left(rate, now), limit.availableAt(rate, { wanted: 10, now })]).toEqual([10, null]);
    limit.takeAll(rate, { wanted: 9, now });
    expect([limit.left(rate, now), limit.left(rate, now + 99), limit.left(rate, now + 250)]).toEqual([
      1, 1, 3,
    ]);
    expect(limit.availableAt(rate, { wanted: 4, now: now + 250 })).toBe(now + 300);
  });

  it('takes nothing for none that are wanted', () => {
    const limit = new RateLimit();
    limit.takeAll(rate, { wanted: 0, now: START });
    expect(limit.left(rate, START)).toBe(10);
  });
});
