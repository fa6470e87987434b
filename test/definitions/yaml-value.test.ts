import { describe, expect, it } from 'vitest';
import { parseTree } from '../../src/definitions/yaml-tree.ts';
import { type DocumentValue, toValue } from '../../src/definitions/yaml-value.ts';

function evaluate(text: string): DocumentValue {
  const [document] = parseTree(text).documents;
  if (document === undefined) throw new Error(`Cannot find a document in ${text}`);
  return toValue(document);
}

/** Each fault as `offset code path`. */
function faultsOf(text: string): readonly string[] {
  return evaluate(text).faults.map(({ code, node, path }) => `${node.range?.[0]} ${code} ${path.join('.')}`);
}

/** Anchors that each stand for nine times the one before. */
function toBomb(levels: number): string {
  const nine = (item: string): string => `[${Array.from({ length: 9 }, () => item).join(',')}]`;
  const lines = Array.from(
    { length: levels },
    (_, level) => `a${level}: &a${level} ${nine(`*a${level - 1}`)}`,
  );
  return ['a: &a-1 "lol"', ...lines].join('\n');
}

describe('toValue()', () => {
  it('makes plain data of every kind of value', () => {
    const text = 'a: text\nb: 1.5\nc: true\nd: null\ne:\nf: [1, { g: "" }]\nh: |\n  two\n  lines\n';
    expect(evaluate(text)).toEqual({
      value: { a: 'text', b: 1.5, c: true, d: null, e: null, f: [1, { g: '' }], h: 'two\nlines\n' },
      faults: [],
      commented: [],
    });
  });

  it('takes __proto__ and constructor as keys like any others', () => {
    const { value } = evaluate('__proto__: { admin: true }\nconstructor: 1\nlist: [{ __proto__: 2 }]\n');
    expect(JSON.stringify(value)).toBe(
      '{"__proto__":{"admin":true},"constructor":1,"list":[{"__proto__":2}]}',
    );
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect({}).not.toHaveProperty('admin');
  });

  it('keeps the order of keys', () => {
    expect(Object.keys(evaluate('z: 1\na: 2\nm: 3\n').value as object)).toEqual(['z', 'a', 'm']);
  });

  it('fills in anchors, the last of a name that was set before', () => {
    expect(evaluate('a: &x [1]\nb: *x\nc: &x 2\nd: *x\n').value).toEqual({ a: [1], b: [1], c: 2, d: 2 });
  });

  it('finds keys that are given twice, at any depth, and keeps the first', () => {
    const text = 'a: 1\nb: { c: 1, c: 2 }\na: 2\na: 3\n';
    expect(evaluate(text).value).toEqual({ a: 1, b: { c: 1 } });
    expect(faultsOf(text)).toEqual([
      '16 yaml_duplicate_key b.c',
      '23 yaml_duplicate_key a',
      '28 yaml_duplicate_key a',
    ]);
  });

  it.each(['__proto__', 'constructor', '1'])('finds that %j is given twice', (key) => {
    expect(faultsOf(`${key}: a\n"${key}": b\n`)).toEqual([`${key.length + 4} yaml_duplicate_key ${key}`]);
  });

  it('refuses merge keys, and takes << in quotes as a key like any other', () => {
    expect(faultsOf('a: &a { x: 1 }\nb: { <<: *a }\n')).toEqual(['20 yaml_syntax b.<<']);
    expect(evaluate('"<<": 1\n')).toEqual({ value: { '<<': 1 }, faults: [], commented: [] });
  });

  it.each([
    ['that is not set', 'a: *x', '3 yaml_syntax a', 'Anchor "x" is not set before it is used'],
    ['that is set later', 'a: *x\nb: &x 1', '3 yaml_syntax a', 'Anchor "x" is not set before it is used'],
    ['within itself', 'a: &x [1, *x]', '10 yaml_syntax a.1', 'Anchor "x" is used within itself'],
    [
      'within itself, deeper',
      'a: &x { b: [*x] }',
      '12 yaml_syntax a.b.0',
      'Anchor "x" is used within itself',
    ],
  ])('refuses an anchor used %s', (_how, text, fault, message) => {
    expect(faultsOf(text)).toEqual([fault]);
    expect(evaluate(text).faults).toMatchObject([{ message }]);
  });

  it('takes anchors used often as long as they add little', () => {
    const uses = Array.from({ length: 5_000 }, () => '*x').join(', ');
    expect(evaluate(`a: &x { fields: [b, c] }\nd: [${uses}]\n`).faults).toEqual([]);
  });

  it('refuses a bomb of anchors once, at the use that goes too far', () => {
    const text = toBomb(30);
    const { faults } = evaluate(text);
    expect(faults).toMatchObject([
      { code: 'yaml_alias_limit', message: 'Anchors add more than 1048576 characters to the document' },
    ]);
    expect(text.slice(faults[0]?.node.range?.[0])).toMatch(/^\*a/);
  });

  it('refuses a large text used many times', () => {
    expect(faultsOf(`a: &x ${'x'.repeat(500_000)}\nb: [*x, *x, *x, *x]\n`)).toEqual([
      '500019 yaml_alias_limit b.2',
    ]);
  });

  it('takes 100 levels and no more, through anchors too', () => {
    const nest = (levels: number, inner: string): string =>
      `${'['.repeat(levels)}${inner}${']'.repeat(levels)}`;
    expect(faultsOf(nest(100, ''))).toEqual([]);
    expect(faultsOf(nest(101, ''))).toEqual([`100 yaml_too_deep ${Array(100).fill(0).join('.')}`]);
    expect(faultsOf(`a: &x ${nest(60, '')}\nb: ${nest(39, '*x')}\n`)).toEqual([]);
    expect(evaluate(`a: &x ${nest(60, '')}\nb: ${nest(40, '*x')}\n`).faults).toMatchObject([
      { code: 'yaml_too_deep', message: 'Nests deeper than 100 levels' },
    ]);
  });

  it.each([
    ['.inf', 'JSON has no such number'],
    ['-.INF', 'JSON has no such number'],
    ['.nan', 'JSON has no such number'],
    ['1e400', 'JSON has no such number'],
    ['12345678901234567890', 'A number of JSON cannot keep every digit of this one'],
    ['0x20000000000001', 'A number of JSON cannot keep every digit of this one'],
    ['"\\ud800"', 'Half a character: one of a pair of surrogates stands alone'],
  ])('refuses %s, which JSON cannot hold', (written, message) => {
    expect(evaluate(`a: [1, ${written}]`).faults).toMatchObject([
      { code: 'bad_value', path: ['a', 1], message },
    ]);
  });

  it('refuses half a character in a key', () => {
    expect(faultsOf('a: { "\\udc00": 1 }')).toEqual(['5 bad_value a.\udc00']);
  });

  it.each([
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', 9007199254740992],
    ['123456789012345680000', 123456789012345680000],
    ['0x20000000000000', 2 ** 53],
    ['-0777', -777],
    ['1e21', 1e21],
    ['0.1234567890123456789', 0.12345678901234568],
    ['"\\ud83c\\udf89"', '🎉'],
    ['"12345678901234567890"', '12345678901234567890'],
  ])('takes %s', (written, value) => {
    expect(evaluate(written)).toEqual({ value, faults: [], commented: [] });
  });
});
