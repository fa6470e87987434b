import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestJson, toCanonicalJson } from '../src/canonical-json.ts';

describe('toCanonicalJson()', () => {
  it.each([
    [{ b: 1, a: 2 }, '{"a":2,"b":1}'],
    [{ b: { d: 1, c: [{ f: 1, e: 2 }] }, a: null }, '{"a":null,"b":{"c":[{"e":2,"f":1}],"d":1}}'],
    [
      { 10: 'a', 9: 'b', A: 'c', a: 'd', ü: 'e', '': 'f' },
      '{"":"f","10":"a","9":"b","A":"c","a":"d","ü":"e"}',
    ],
    [[3, 1, 2], '[3,1,2]'],
    [{ a: [], b: {} }, '{"a":[],"b":{}}'],
    ['a "b"\n', '"a \\"b\\"\\n"'],
    [1.5, '1.5'],
    [-0, '0'],
    [1e21, '1e+21'],
    [true, 'true'],
    [null, 'null'],
  ])('makes of %j %s', (value, expected) => {
    expect(toCanonicalJson(value)).toBe(expected);
  });

  it('takes keys of any name', () => {
    expect(toCanonicalJson(JSON.parse('{"constructor":1,"__proto__":{"b":1,"a":2}}'))).toBe(
      '{"__proto__":{"a":2,"b":1},"constructor":1}',
    );
  });

  it('sorts long lists of keys as it does short ones', () => {
    const keys = Array.from({ length: 1_000 }, (_, index) => `k${(index * 7_919) % 1_000}`);
    const sorted = JSON.stringify(Object.fromEntries(keys.toSorted().map((key) => [key, 1])));
    expect(toCanonicalJson(Object.fromEntries(keys.map((key) => [key, 1])))).toBe(sorted);
  });

  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  it.each([
    ['a function', () => 1],
    ['a function within', { a: { b: () => 1 } }],
    ['undefined', undefined],
    ['undefined within', { a: [undefined] }],
    ['undefined under a key', { a: undefined }],
    ['a symbol', Symbol('a')],
    ['a symbol within', { a: Symbol('a') }],
    ['a big integer', 1n],
    ['a big integer within', [1n]],
    ['what is no number', Number.NaN],
    ['an infinite number within', { a: [Number.POSITIVE_INFINITY] }],
    ['a circle', cycle],
  ])('refuses %s, which JSON cannot hold', (_what, value) => {
    expect(() => toCanonicalJson(value)).toThrow();
    expect(() => digestJson(value)).toThrow();
  });
});

describe('digestJson()', () => {
  it('is the sha256 of the canonical JSON', () => {
    // printf '{"a":"x","b":1}' | sha256sum
    expect(digestJson({ b: 1, a: 'x' })).toBe(
      'cdab067e9f3beb32d1252cfd63e492592fecbf591b0d08cadb24bb17f3864246',
    );
  });

  it('is the same for the same value with its keys in any order', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.infiniteStream(fc.nat()), (value, random) => {
        const plain = JSON.parse(JSON.stringify(value));
        const shuffled = shuffleKeys(plain, random);
        expect(digestJson(shuffled)).toBe(digestJson(plain));
        expect(JSON.parse(toCanonicalJson(shuffled))).toEqual(plain);
      }),
    );
  });

  it('is another for another value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const [first, second] = [JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b))];
        expect(digestJson(first) === digestJson(second)).toBe(isSame(first, second));
      }),
    );
  });
});

/** The same value with the keys of every object in another order. */
function shuffleKeys(value: unknown, random: fc.Stream<number>): unknown {
  if (Array.isArray(value)) return value.map((item) => shuffleKeys(item, random));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => ({ key, item, at: random.next().value }));
  entries.sort((a, b) => a.at - b.at);
  return Object.fromEntries(entries.map(({ key, item }) => [key, shuffleKeys(item, random)]));
}

/** Whether two JSON values are one, the order of keys aside. */
function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [Object.entries(a), new Map(Object.entries(b))];
  return (
    left.length === right.size && left.every(([key, item]) => right.has(key) && isSame(item, right.get(key)))
  );
}
