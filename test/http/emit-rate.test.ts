import { describe, expect, it } from 'vitest';
import type { RateDefinition } from '../../src/definitions/definition.ts';
import { createEmitRate, type EmitRate } from '../../src/http/emit-rate.ts';
import { createHeldClock, type HeldClock } from '../helpers/held-clock.ts';

/** A rate on a clock that stands still, and how often it refused something. */
function setUp(rate: RateDefinition | null): { rate: EmitRate; clock: HeldClock; limited: () => number } {
  const clock = createHeldClock();
  let limited = 0;
  const onLimited = (): void => {
    limited += 1;
  };
  return { rate: createEmitRate({ name: 'ci', rate }, { clock, onLimited }), clock, limited: () => limited };
}

/** What is thrown, as an answer would have it; null when nothing is. */
function refusalOf(
  run: () => void,
): readonly [code: string, message: string, retryAfter: string | undefined] | null {
  try {
    run();
    return null;
  } catch (error) {
    const { code, message, headers } = error as {
      code: string;
      message: string;
      headers: Record<string, string>;
    };
    return [code, message, headers['retry-after']];
  }
}

describe('the rate of a token', () => {
  it('lets its limit go at once, and then says when there is room for what is asked', () => {
    const { rate, clock, limited } = setUp({ limit: 60, per: 'minute' });
    expect([refusalOf(() => rate.spend(40)), refusalOf(() => rate.spend(20))]).toEqual([null, null]);
    const wait = (seconds: number): string =>
      `Token "ci" may send 60 events a minute: send it again in ${seconds} s`;
    expect(refusalOf(() => rate.spend(30))).toEqual(['too_many_requests', wait(30), '30']);
    expect(refusalOf(() => rate.check())).toEqual(['too_many_requests', wait(1), '1']);
    clock.advance(29_999);
    expect(refusalOf(() => rate.spend(30))).toEqual(['too_many_requests', wait(1), '1']);
    clock.advance(1);
    expect(refusalOf(() => rate.spend(30))).toBeNull();
    expect(limited()).toBe(3);
  });

  it('takes nothing for what it refuses, nor for being looked at', () => {
    const { rate } = setUp({ limit: 2, per: 'hour' });
    for (let times = 0; times < 5; times += 1) rate.check();
    rate.spend(1);
    for (let times = 0; times < 5; times += 1)
      expect(refusalOf(() => rate.spend(2))?.[0]).toBe('too_many_requests');
    expect(refusalOf(() => rate.spend(1))).toBeNull();
  });

  it('says that more than its limit can never come at once', () => {
    const { rate, limited } = setUp({ limit: 2, per: 'second' });
    expect(refusalOf(() => rate.spend(3))).toEqual([
      'payload_too_large',
      'Token "ci" may send 2 events a second: send no more than that at once',
      undefined,
    ]);
    expect([refusalOf(() => rate.spend(2)), limited()]).toEqual([null, 1]);
  });

  it('takes of events that come one by one as many as there is room for', () => {
    const { rate, clock, limited } = setUp({ limit: 1, per: 'hour' });
    expect(rate.spendUpTo(0)).toEqual({ granted: 0, message: '' });
    const message = 'Token "ci" may send one event an hour: send it again in 3600 s';
    expect(rate.spendUpTo(3)).toEqual({ granted: 1, message });
    clock.advance(1_800_000);
    expect(rate.spendUpTo(2)).toEqual({ granted: 0, message: message.replace('3600', '1800') });
    clock.advance(1_800_000);
    expect([rate.spendUpTo(1), limited()]).toEqual([{ granted: 1, message: '' }, 2]);
  });

  it('is none where none is set', () => {
    const { rate, limited } = setUp(null);
    rate.check();
    rate.spend(1_000_000_000);
    expect([rate.spendUpTo(1_000_000_000).granted, limited()]).toEqual([1_000_000_000, 0]);
  });
});
