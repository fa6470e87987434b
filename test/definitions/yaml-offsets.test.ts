import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Document, isScalar, parseDocument, type Scalar } from 'yaml';
import { toOffsets } from '../../src/definitions/yaml-offsets.ts';

/** The scalar at a path of a text. */
function scalarAt(text: string, path: readonly (string | number)[]): Scalar {
  const node = parseDocument(text).getIn(path, true);
  if (!isScalar(node)) throw new Error(`Cannot find a scalar in ${text}`);
  return node;
}

/** What is written from where each character of the mark is on, up to the end of its line. */
function writtenAt(
  text: string,
  mark: string,
  path: readonly (string | number)[] = ['a'],
): string | undefined {
  const scalar = scalarAt(text, path);
  const offset = toOffsets(text, scalar)?.[String(scalar.value).indexOf(mark)];
  return offset === undefined ? undefined : text.slice(offset).split('\n')[0];
}

const STYLES = ['PLAIN', 'QUOTE_SINGLE', 'QUOTE_DOUBLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED'] as const;

describe('toOffsets()', () => {
  it.each([
    ['a plain scalar', 'a: one X two', 'X two'],
    ['a plain scalar of several lines', 'a: one\n  two\n\n  X y', 'X y'],
    ['a plain scalar in a flow map', '{ a: one\n X y, b: 1 }', 'X y, b: 1 }'],
    ['single quotes', "a: 'it''s X'", "X'"],
    ['single quotes within themselves', "a: '''X'''", "X'''"],
    ['single quotes over lines', "a: 'one\n\n   it''s X'", "X'"],
    ['double quotes', 'a: "one X"', 'X"'],
    [
      'double quotes behind every kind of escape',
      'a: "\\n\\t\\"\\\\ \\x41\\u0042\\U0001F600\\/\\ \\e X"',
      'X"',
    ],
    ['double quotes over lines', 'a: "one\n   two  \n\n  X y"', 'X y"'],
    ['double quotes whose line end is escaped', 'a: "one\\\n    tw\\\n  o X"', 'X"'],
    ['double quotes with escaped and folded line ends side by side', 'a: "one\\n\n\n  \\nX"', 'X"'],
    ['JSON', '{"a": "line\\none X \\u00e9"}', 'X \\u00e9"}'],
    ['a literal block', 'a: |\n  one\n    two X\n', 'X'],
    ['a literal block that says its indentation', 'a: |2-\n    one\n   X y\n', 'X y'],
    ['a literal block that begins with empty lines', 'a: |+\n\n   \n  X y\n\n', 'X y'],
    ['a literal block with a comment behind its mark', 'a: | # X: not this\n  X y\n', 'X y'],
    ['a literal block with Windows line ends', 'a: |\r\n  one\r\n  X y\r\n', 'X y\r'],
    ['a folded block', 'a: >\n  one\n  two\n\n\n  X y\n', 'X y'],
    ['a folded block with lines further in', 'a: >-\n  one\n    two\n    X y\n  three\n', 'X y'],
    ['a block with an anchor and a tag before it', 'a: !!str &b |\n  X y\n', 'X y'],
  ])('finds what is written in %s', (_what, text, expected) => {
    expect(writtenAt(text, 'X')).toBe(expected);
  });

  it('takes any number of line ends that are escaped', () => {
    expect(writtenAt(`a: "${'\\\n '.repeat(20_000)}X"`, 'X')).toBe('X"');
  });

  it('knows where the value ends', () => {
    const text = 'a: "one\\n"\n';
    const offsets = toOffsets(text, scalarAt(text, ['a']));
    expect(offsets).toHaveLength('one\n'.length + 1);
    expect(offsets?.at(-1)).toBe(text.indexOf('"\n'));
  });

  it.each(['a: 12', 'a: true', 'a:'])('has nothing to say of %s, which is no text', (text) => {
    const node = parseDocument(text).get('a', true);
    expect(isScalar(node) ? toOffsets(text, node) : null).toBeNull();
  });

  it('finds every character of any text in any style', () => {
    const words = fc.array(
      fc.oneof(
        fc.constantFrom(
          ' ',
          '\n',
          '\n\n',
          '  ',
          '\t',
          "'",
          '"',
          '\\',
          '\\n',
          '#',
          ': ',
          '- ',
          '{{a}}',
          '😀',
          'é',
          '%',
          '|',
          '>',
        ),
        fc.string({ unit: 'grapheme', maxLength: 8 }),
      ),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(words, fc.constantFrom(...STYLES), fc.constantFrom(20, 80), (parts, style, lineWidth) => {
        const value = parts.join('');
        const document = new Document({ list: [{ a: value, b: 1 }] });
        const node = document.getIn(['list', 0, 'a'], true);
        if (isScalar(node)) node.type = style;
        const text = document.toString({ lineWidth, indent: 3 });
        const scalar = scalarAt(text, ['list', 0, 'a']);
        // Some characters are changed by a style that cannot hold them.
        const held = String(scalar.value);
        const offsets = toOffsets(text, scalar) ?? [];
        expect(offsets).toHaveLength(held.length + 1);
        expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
        for (const [index, char] of [...held.split('')].entries()) {
          const written = text[offsets[index] ?? -1];
          if (!/[ \t\r\n]/.test(char))
            expect(written === char || written === '\\' || isHalf(char)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});

function isHalf(char: string): boolean {
  return /[\ud800-\udfff]/.test(char);
}
