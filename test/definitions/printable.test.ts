import { describe, expect, it } from 'vitest';
import { toPrintable, toSpaces } from '../../src/definitions/printable.ts';

describe('toPrintable()', () => {
  it.each([
    ['colours of a terminal', 'a\u001b[31mb', 'a·[31mb'],
    ['a bell and a backspace', 'a\u0007\u0008b', 'a··b'],
    ['an end of line', 'a\r\nb', 'a··b'],
    ['C1 controls', 'a\u009b31mb', 'a·31mb'],
    ['separators of lines', 'a\u2028\u2029b', 'a··b'],
    ['turns of the direction of writing', 'a\u202eb\u2066c', 'a·b·c'],
    ['what is not seen', 'a\u200bb\ufeffc', 'a·b·c'],
    ['tags, which take two units', 'a\u{e0041}b', 'a··b'],
    ['a tab', 'a\tb', 'a b'],
    ['half a character', 'a\ud800b', 'a\ufffdb'],
  ])('neutralises %s, a column for each unit', (_what, line, shown) => {
    expect(toPrintable(line)).toBe(shown);
    expect(shown).toHaveLength(line.length);
  });

  it('leaves what people write as it is', () => {
    const line = 'größe: "日本 🎉" # ~\\';
    expect(toPrintable(line)).toBe(line);
  });
});

describe('toSpaces()', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['größe', 5],
    ['日本', 4],
    ['a한b', 4],
    ['🎉', 2],
    ['e\u0301', 1],
    ['𝒜', 1],
  ])('is as wide as %j', (text, columns) => {
    expect(toSpaces(text)).toBe(' '.repeat(columns));
  });
});
