import { describe, expect, it } from 'vitest';
import { createLocate } from '../../src/definitions/yaml-locate.ts';

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
