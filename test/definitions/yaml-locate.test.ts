import { describe, expect, it } from 'vitest';
import { createLocate, createLocateWithin } from '../../src/definitions/yaml-locate.ts';

const TEXT = `source: crud
config:
  headers: { x-a: "1", x-b: }
  functions:
    - one
    - |
      two
shared: &s { deep: 1 }
used: *s
---
second: true
`;

describe('createLocate()', () => {
  it.each([
    ['a value', ['source'], false, 1, 9],
    ['its key', ['source'], true, 1, 1],
    ['a map', ['config'], false, 3, 3],
    ['a value in a flow map', ['config', 'headers', 'x-a'], false, 3, 19],
    ['a key in a flow map', ['config', 'headers', 'x-a'], true, 3, 14],
    ['a value that was left out', ['config', 'headers', 'x-b'], false, 3, 29],
    ['an item', ['config', 'functions', 0], false, 5, 7],
    ['a block of text', ['config', 'functions', 1], false, 6, 7],
    ['the document', [], false, 1, 1],
    ['the nearest there is around a key that is missing', ['config', 'headers', 'x-c', 'y'], true, 3, 12],
    ['the nearest there is around an item that is missing', ['config', 'functions', 7], false, 5, 5],
    ['a use of an anchor, for what is in it', ['used', 'deep'], false, 9, 7],
  ])('finds %s', (_what, path, atKey, line, column) => {
    expect(createLocate(TEXT, 0)(path, atKey)).toEqual({ line, column });
  });

  it('finds the first of a key that is given twice', () => {
    expect(createLocate('a: 1\na: 2\n', 0)(['a'])).toEqual({ line: 1, column: 4 });
  });

  it('finds places of a later document', () => {
    expect(createLocate(TEXT, 1)(['second'])).toEqual({ line: 11, column: 9 });
  });

  it('tells texts apart that are asked in turns', () => {
    const [first, second] = [createLocate('a: 1', 0), createLocate('\n\nbb: 1', 0)];
    expect([first(['a']), second(['bb']), first(['a'])]).toEqual([
      { line: 1, column: 4 },
      { line: 3, column: 5 },
      { line: 1, column: 4 },
    ]);
  });
});

describe('createLocateWithin()', () => {
  const text = 'a: |\n  one\n    two\nb: &b "one\\ntwo"\nc: *b\nd:\n  - >\n    one\n    two\n';
  const locate = createLocateWithin(text, 0);

  it.each<readonly [string, readonly (string | number)[], string, number, number, number]>([
    ['a line of a block', ['a'], 'one\n  two\n', 6, 3, 5],
    ['a character behind an escape', ['b'], 'one\ntwo', 4, 4, 13],
    ['a line of a folded block in a list', ['d', 0], 'one two\n', 4, 9, 5],
    ['the end', ['b'], 'one\ntwo', 7, 4, 16],
  ])('finds %s', (_what, path, value, offset, line, column) => {
    expect(locate(path, { text: value, offset })).toEqual({ line, column });
  });

  it.each<readonly [string, readonly (string | number)[], string, number]>([
    ['what an alias stands for', ['c'], 'one\ntwo', 4],
    ['a text that is not in the file', ['a'], 'one\n', 1],
    ['a path that is not in the file', ['e'], 'one', 1],
    ['no text', ['d'], 'one', 1],
    ['what is behind the end', ['b'], 'one\ntwo', 8],
  ])('cannot tell the place of %s', (_what, path, value, offset) => {
    expect(locate(path, { text: value, offset })).toBeNull();
  });
});
