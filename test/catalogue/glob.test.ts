import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { captureOf, parseGlob } from '../../src/catalogue/glob.ts';

describe('parseGlob()', () => {
  it.each([
    ['a.b', 'a.b', true],
    ['a.b', 'aXb', false],
    ['', '', true],
    ['', 'a', false],
    ['*', '', true],
    ['*', 'a/b.c', true],
    ['a*', 'a', true],
    ['a*', 'ba', false],
    ['*a', 'ba', true],
    ['*a', 'ab', false],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['ab*ba', 'aba', false],
    ['a*b*c', 'a1b2c', true],
    ['a*b*c', 'acb', false],
    ['a*bc*c', 'abc', false],
    ['a**c', 'abc', true],
    ['https://*.example.com/*', 'https://eu.example.com/a/b', true],
    ['a?c[d]+', 'a?c[d]+', true],
    ['a?c', 'abc', false],
    ['ünï*', 'ünïcode', true],
  ])('%s and %s: %s', (pattern, text, isMatch) => {
    expect(parseGlob(pattern).matches(text)).toBe(isMatch);
  });

  it('says how much a pattern says', () => {
    expect(parseGlob('a*b*')).toMatchObject({ isOpen: true, literals: 2 });
    expect(parseGlob('ab')).toMatchObject({ isOpen: false, literals: 2 });
  });

  it('agrees with a regular expression on any pattern and text', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 });
    fc.assert(
      fc.property(text, text, (pattern, subject) => {
        const expected = new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(subject);
        expect(parseGlob(pattern).matches(subject)).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  it('does not try again what did not fit', () => {
    const { matches } = parseGlob(`${'*a'.repeat(500)}*b`);
    const startedAt = performance.now();
    expect(matches('a'.repeat(1_000_000))).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});

describe('captureOf()', () => {
  it.each([
    ['com.example.*', 'com.example.paid', 'paid'],
    ['*.v1', 'paid.v1', 'paid'],
    ['com.*.v1', 'com.invoice.paid.v1', 'invoice.paid'],
    ['*', 'paid', 'paid'],
    ['com.*', 'com.', ''],
  ])('finds in %s what * stands for in %s', (pattern, text, captured) => {
    expect(captureOf(parseGlob(pattern), text)).toBe(captured);
  });
});
