import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/event.ts';
import { createDigest, toDigest } from '../../src/gate/digest.ts';

const DATA: JsonObject = { some: 'data', with_more: 'data' };

describe('toDigest()', () => {
  it('is the same for the same data in another order', () => {
    expect(toDigest({ with_more: 'data', some: 'data' }, null)).toBe(toDigest(DATA, null));
  });

  it('ignores fields outside the unique ones', () => {
    const unique = ['some', 'with_more'];
    expect(toDigest({ ...DATA, and_more: 1 }, unique)).toBe(toDigest(DATA, unique));
  });

  it.each([{ some: 'other' }, { with_more: 1 }, { with_more: true }, { with_more: null }])(
    'changes with a listed field: %j',
    (change) => {
      const unique = ['some', 'with_more'];
      expect(toDigest({ ...DATA, ...change }, unique)).not.toBe(toDigest(DATA, unique));
    },
  );

  it('restricts to top-level keys only', () => {
    expect(toDigest({ a: { some: 1 } }, ['some'])).toBe(toDigest({ a: { some: 2 } }, ['some']));
  });

  it('tells a missing field from one that is null, and a string from what it looks like', () => {
    expect(toDigest({}, ['a'])).not.toBe(toDigest({ a: null }, ['a']));
    expect(toDigest({ a: '1' }, null)).not.toBe(toDigest({ a: 1 }, null));
    expect(toDigest({ a: 'b:c' }, null)).not.toBe(toDigest({ a: { b: 'c' } }, null));
  });

  it('takes any JSON object, whatever its keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (data) => {
        const copy = JSON.parse(JSON.stringify(data)) as JsonObject;
        expect(toDigest(copy, null)).toBe(toDigest(JSON.parse(JSON.stringify(data)) as JsonObject, null));
      }),
    );
  });
});

describe('createDigest()', () => {
  it('reads the data once, however many hooks ask, and not before one does', () => {
    let reads = 0;
    const data: JsonObject = {
      get a() {
        reads += 1;
        return 1;
      },
    };
    const digest = createDigest(data, ['a']);
    expect(reads).toBe(0);
    expect([digest(), digest()]).toEqual([toDigest({ a: 1 }, ['a']), toDigest({ a: 1 }, ['a'])]);
    expect(reads).toBe(1);
  });
});
