import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countLines, splitLines } from '../../src/http/split-lines.ts';

function split(text: string | Buffer): readonly (readonly [number, string])[] {
  return [...splitLines(Buffer.from(text))].map(({ number, bytes }) => [number, bytes.toString('latin1')]);
}

describe('splitLines()', () => {
  it.each([
    ['', []],
    ['\n\n', []],
    ['a', [[1, 'a']]],
    ['a\n', [[1, 'a']]],
    [
      'a\r\nb',
      [
        [1, 'a\r'],
        [2, 'b'],
      ],
    ],
    ['\n \t\r\n\na\n', [[4, 'a']]],
    [' a ', [[1, ' a ']]],
  ])('splits %j', (text, lines) => {
    expect(split(text)).toEqual(lines);
  });

  it('takes only what JSON calls whitespace for blank', () => {
    for (const char of ['\u00a0', '\v', '\f', '\0'])
      expect(split(Buffer.from(char, 'latin1'))).toEqual([[1, char]]);
  });

  it('gives back every byte of every line that is not blank', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.uint8Array({ minLength: 1 }).map((bytes) => bytes.map((byte) => (byte === 0x0a ? 0x61 : byte))),
        ),
        (lines) => {
          const body = Buffer.concat(lines.flatMap((line) => [Buffer.from(line), Buffer.from('\n')]));
          const spoken = lines
            .map((line, index) => [index + 1, Buffer.from(line).toString('latin1')] as const)
            .filter(([, text]) => !/^[ \t\r]*$/.test(text));
          expect(split(body)).toEqual(spoken);
        },
      ),
    );
  });
});

describe('countLines()', () => {
  it.each([
    ['', 1],
    ['a', 1],
    ['a\n', 2],
    ['\n\n', 3],
    ['a\r\nb\nc', 3],
  ])('counts in %j %i', (text, count) => {
    expect(countLines(Buffer.from(text))).toBe(count);
  });
});
