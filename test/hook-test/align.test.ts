import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { align } from '../../src/hook-test/align.ts';

const isSame = (a: string, b: string): boolean => a === b;

function alignLetters(expected: string, actual: string): string {
  return align([...expected], [...actual], isSame)
    .map(([e = '-', a = '-']) => e + a)
    .join(' ');
}

describe('align()', () => {
  it.each([
    ['abc', 'abc', 'aa bb cc'],
    ['abc', 'ac', 'aa b- cc'],
    ['ac', 'abc', 'aa -b cc'],
    ['abc', 'axc', 'aa bx cc'],
    ['', 'ab', '-a -b'],
    ['ab', '', 'a- b-'],
    ['abcd', 'xbcdy', 'ax bb cc dd -y'],
  ])('pairs %s with %s', (expected, actual, pairs) => {
    expect(alignLetters(expected, actual)).toBe(pairs);
  });

  it('keeps every one of both lists, in order, once', () => {
    const letters = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 });
    fc.assert(
      fc.property(letters, letters, (expected, actual) => {
        const pairs = align(expected, actual, isSame);
        expect(pairs.flatMap(([e]) => e ?? [])).toEqual(expected);
        expect(pairs.flatMap(([, a]) => a ?? [])).toEqual(actual);
      }),
    );
  });

  it('pairs long lists one by one, in little time and memory', () => {
    const many = Array.from({ length: 50_000 }, (_, index) => String(index));
    expect(align(many, many.slice(1), isSame)).toHaveLength(50_000);
  });
});
