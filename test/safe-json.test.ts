import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toSafeJson } from '../src/safe-json.ts';

describe('toSafeJson()', () => {
  it('is the same JSON, and holds nothing a terminal acts on', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (value, indent) => {
        const safe = toSafeJson(JSON.stringify(value, null, indent));
        expect(JSON.parse(safe)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(safe).not.toMatch(/[^\P{Cc}\n]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
      }),
    );
  });

  it('escapes what JSON leaves as it is', () => {
    const text = 'a\u007f\u0085\u009b31m\u2028\u2029\u202e\u2066é😀';
    expect(toSafeJson(JSON.stringify({ [text]: text }))).toBe(
      `{"TEXT":"TEXT"}`.replaceAll('TEXT', 'a\\u007f\\u0085\\u009b31m\\u2028\\u2029\\u202e\\u2066é😀'),
    );
  });
});
