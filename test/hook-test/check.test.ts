import { describe, expect, it } from 'vitest';
import { checkCase } from '../../src/hook-test/check.ts';
import type { Happening, Happenings } from '../../src/hook-test/happening.ts';
import type { Expected } from '../../src/hook-test/hook-test.ts';
import { NOTHING } from '../helpers/happenings.ts';

function request(hook: string, at: number): Happening {
  return { hook, at, id: 'event-1', method: 'POST', url: 'http://a/', body: '', headers: {}, answer: '200' };
}

interface Given {
  readonly exactly?: boolean;
  readonly snapshot?: boolean;
  readonly hooks?: readonly string[];
}

function check(expect: Expected, happened: Partial<Happenings>, given: Given = {}): readonly string[] {
  const { exactly = true, snapshot = false, hooks = ['a', 'b'] } = given;
  const failures = checkCase({ test: { exactly, snapshot, expect }, hooks }, { ...NOTHING, ...happened });
  return failures.map(({ path, message }) => `${path.join('.')} ${message}`);
}

describe('checkCase()', () => {
  const requests = [request('b', 0), request('a', 0), request('a', 5000)];

  it('takes what happened as it was expected, each hook in its own order', () => {
    const expected = [{ hook: 'a', at: 0 }, { hook: 'a', at: 5 }, { hook: 'b' }];
    expect(check({ requests: expected }, { requests })).toEqual([]);
  });

  it('wants no request that is not expected, also when none is', () => {
    const unexpected =
      'expect.requests A request of "b" that is not expected: at 0s: event-1 sent: POST http://a/ → 200';
    expect(check({ requests: [{ hook: 'a' }, { hook: 'a' }] }, { requests })).toEqual([unexpected]);
    expect(check({}, { requests })).toEqual([
      unexpected,
      'expect.requests 2 times a request of "a" that is not expected: first at 0s: event-1 sent: POST http://a/ → 200',
    ]);
    expect(check({}, { requests }, { exactly: false })).toEqual([]);
    expect(check({}, { requests }, { snapshot: true })).toEqual([]);
  });

  it('wants every one that is expected', () => {
    expect(check({ requests: [{ hook: 'a' }, { hook: 'b' }] }, {}, { exactly: false })).toEqual([
      'expect.requests.0 Request 1 of "a" was not sent',
      'expect.requests.1 Request 1 of "b" was not sent',
    ]);
  });

  it('points at the first thing that differs', () => {
    const expected = [
      { hook: 'a', at: 0 },
      { hook: 'a', method: 'POST', at: 6 },
    ];
    expect(check({ requests: expected }, { requests }, { exactly: false })).toEqual([
      'expect.requests.1.at Request 2 of "a" is not as expected',
    ]);
  });

  it('finds what is expected among other things, when they may happen', () => {
    const expected = [{ hook: 'a', at: 5 }];
    expect(check({ requests: expected }, { requests }, { exactly: false })).toEqual([]);
    expect(check({ requests: [{ hook: 'b' }, ...expected] }, { requests })).toHaveLength(1);
  });

  it('takes the only hook for the one that is meant', () => {
    const happened = { requests: [request('a', 0)] };
    expect(check({ requests: [{ at: 0 }] }, happened, { hooks: ['a'] })).toEqual([]);
    expect(check({ requests: [{ at: 1 }] }, happened, { hooks: ['a'] })).toHaveLength(1);
  });

  it('looks at other lists only where they are written', () => {
    const stopped = [{ hook: 'a', at: 0, id: 'event-1', reason: 'filter' }];
    expect(check({}, { stopped })).toEqual([]);
    expect(check({ stopped: [] }, { stopped })).toEqual([
      'expect.stopped A stopped event of "a" that is not expected: at 0s: event-1 stopped: filter',
    ]);
    expect(check({ stopped: [] }, { stopped }, { exactly: false })).toEqual([]);
  });

  it('overlooks no event that was refused', () => {
    const refused = [{ at: 0, id: 'event-1', message: 'no' }];
    expect(check({}, { refused }, { exactly: false })).toHaveLength(1);
    expect(check({ refused: [{ id: 'event-1', message: 'no' }] }, { refused })).toEqual([]);
  });

  it('shows what happened to the hook about then, and to all when nothing did', () => {
    const many = Array.from({ length: 20 }, (_, index) => request('a', index * 1000));
    const near = (expected: Expected, happened: readonly Happening[]): readonly number[] | undefined =>
      checkCase(
        { test: { exactly: false, snapshot: false, expect: expected }, hooks: ['a', 'b'] },
        { ...NOTHING, requests: happened },
      )[0]?.near.map(({ at }) => at / 1000);
    const all = many.map((_, index) => ({ hook: 'a', ...(index === 10 ? { method: 'PUT' } : {}) }));
    expect(near({ requests: all }, many)).toEqual([7, 8, 9, 10, 11, 12]);
    expect(near({ requests: [{ hook: 'b' }] }, many.slice(0, 2))).toEqual([0, 1]);
  });
});
