import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/event.ts';
import { toDigest } from '../../src/gate/digest.ts';

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
