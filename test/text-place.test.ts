import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toTextOffset, toTextPlace } from '../src/text-place.ts';

describe('places of a text', () => {
  it.each([
    ['', 0, 1, 1],
    ['ab', 1, 1, 2],
    ['a\nb', 2, 2, 1],
    ['a\r\n\rb', 4, 3, 1],
    ['a\n\n', 3, 3, 1],
  ])('are lines and columns from 1: %j at %d', (text, offset, line, column) => {
    expect(toTextPlace(text, offset)).toEqual({ line, column });
    expect(toTextOffset(text, { line, column })).toBe(offset);
  });

  it('end with the text', () => {
    expect(toTextOffset('a\nb', { line: 9, column: 1 })).toBe(3);
    expect(toTextOffset('a\nb', { line: 2, column: 9 })).toBe(3);
  });

  it('lead back to where they came from', () => {
    const texts = fc.array(fc.constantFrom('a', '\n', '\r\n', '😀'), { maxLength: 20 });
    fc.assert(
      fc.property(texts, fc.nat(), (parts, seed) => {
        const starts = parts.map((_part, index) => parts.slice(0, index).join('').length);
        const offset = starts[seed % Math.max(1, starts.length)] ?? 0;
        const text = parts.join('');
        expect(toTextOffset(text, toTextPlace(text, offset))).toBe(offset);
      }),
    );
  });
});
