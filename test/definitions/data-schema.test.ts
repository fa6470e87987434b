import { describe, expect, it } from 'vitest';
import { checkDataSchema, compileDataSchema, explainMisfit } from '../../src/definitions/data-schema.ts';
import type { Json, JsonObject } from '../../src/event.ts';

describe('checkDataSchema()', () => {
  it.each<[string, JsonObject]>([
    ['an empty one', {}],
    [
      'one with an $id and a reference to it',
      { $id: 'https://a/b', $ref: 'https://a/b#/$defs/c', $defs: { c: {} } },
    ],
    ['one that refers to itself', { properties: { child: { $ref: '#' } } }],
    ['one with a format nobody knows', { format: 'shoe-size' }],
    ['one with keywords nobody knows', { 'x-mine': 1 }],
  ])('takes %s', (_what, schema) => {
    expect(checkDataSchema(schema)).toEqual([]);
  });

  it.each<[string, JsonObject, string, string]>([
    ['a type', { type: 'strng' }, '/type', 'must be equal to one of the allowed values'],
    ['a deep type', { properties: { 'a/b': { type: 7 } } }, '/properties/a~1b/type', 'must be equal to one'],
    ['a reference', { $ref: '#/$defs/a' }, '', "can't resolve reference #/$defs/a"],
    [
      'one that is checked later',
      { $async: true, required: ['a'] },
      '/$async',
      'it cannot be checked at once',
    ],
    [
      'one that is checked later, of what is right',
      { $async: true },
      '/$async',
      'it cannot be checked at once',
    ],
    ['one that is nothing but itself', { $ref: '#' }, '', 'Maximum call stack'],
    ['a reference elsewhere', { $ref: 'https://example.com/a.json' }, '', "can't resolve reference"],
    ['a pattern', { pattern: '(' }, '', 'Cannot use pattern "("'],
    ['a pattern that looks ahead', { pattern: '^(?!a)' }, '', 'no lookaround, no references to groups'],
    ['a pattern that refers to a group', { pattern: '(a)\\1' }, '', 'Cannot use pattern'],
    ['a pattern of a key', { patternProperties: { '(?<=a)b': {} } }, '', 'Cannot use pattern'],
    ['a pattern that is too large', { pattern: '(a{1000}){1000}' }, '', 'Cannot use pattern'],
    [
      'another draft',
      { $schema: 'http://json-schema.org/draft-07/schema#' },
      '',
      'no schema with key or ref',
    ],
    ['a draft that is no text', { $schema: 7 }, '', '$schema must be a string'],
  ])('says where %s is wrong', (_what, schema, pointer, message) => {
    expect(checkDataSchema(schema)).toEqual([{ pointer, message: expect.stringContaining(message) }]);
  });

  it('finds each place that is wrong once', () => {
    const schema = { type: ['string', 'foo'], minimum: 'a', properties: { b: { required: 'c' } } };
    const places = checkDataSchema(schema).map(({ pointer }) => pointer);
    expect(places.toSorted()).toEqual(['/minimum', '/properties/b/required', '/type', '/type/1']);
  });
});

describe('explainMisfit()', () => {
  it('names one thing where a schema turns to itself, however deep the data', () => {
    const branch = (op: string): JsonObject => ({
      type: 'object',
      required: ['op', 'of'],
      properties: { op: { const: op }, of: { $ref: '#/$defs/node' } },
    });
    const schema: JsonObject = {
      $defs: { node: { oneOf: [{ type: 'number' }, branch('not'), branch('neg')] } },
      $ref: '#/$defs/node',
    };
    let data: Json = 'no number';
    for (let level = 0; level < 100; level += 1) data = { op: 'not', of: data };
    expect(explainMisfit(schema, data).length).toBeLessThan(1_000);
  });

  it('names all where it does not', () => {
    const schema: JsonObject = { properties: { a: { type: 'string' }, b: { type: 'string' } } };
    expect(explainMisfit(schema, { a: 1, b: 2 }).map(({ instancePath }) => instancePath)).toEqual([
      '/a',
      '/b',
    ]);
  });
});

describe('compileDataSchema()', () => {
  it('keeps apart schemas that give the same $id', () => {
    const text = compileDataSchema({ $id: 'https://a/b', type: 'string' });
    const number = compileDataSchema({ $id: 'https://a/b', type: 'number' });
    expect([text('a'), text(1), number('a'), number(1)]).toEqual([true, false, false, true]);
  });

  it('checks formats', () => {
    const validate = compileDataSchema({ format: 'date' });
    expect([validate('2026-01-31'), validate('yesterday')]).toEqual([true, false]);
  });

  it('matches patterns in linear time that would keep a backtracking engine busy for ever', () => {
    const validate = compileDataSchema({ pattern: '^(a+)+$' });
    expect([validate('aaa'), validate(`${'a'.repeat(50_000)}!`)]).toEqual([true, false]);
  });

  it('takes a text for one that does not fit where a pattern of many steps would take seconds', () => {
    const validate = compileDataSchema({ pattern: '(a?){1000}$' });
    expect([validate('a'.repeat(1_000)), validate('a'.repeat(1_000_000))]).toEqual([true, false]);
    const short = compileDataSchema({ pattern: '^[a-z]+$' });
    expect(short('a'.repeat(1_000_000))).toBe(true);
    expect(checkDataSchema({ pattern: 'a'.repeat(1_001) })).toMatchObject([
      { message: expect.stringContaining('a pattern may have 1000 characters') },
    ]);
  });

  it('compiles a schema once', () => {
    const schema = { type: 'string' };
    expect(checkDataSchema(schema)).toEqual([]);
    expect(compileDataSchema(schema)).toBe(compileDataSchema(schema));
  });

  it.each<[string, JsonObject, (size: number) => Json]>([
    ['numbers that must differ', { uniqueItems: true }, (size) => Array.from({ length: size }, (_, n) => n)],
    [
      'objects that must differ',
      { uniqueItems: true },
      (size) => Array.from({ length: size }, (_, n) => ({ n })),
    ],
    ['a URL', { format: 'url' }, (size) => `http://${'a:'.repeat(size)} `],
    ['a mail address', { format: 'email' }, (size) => `a@${'a-'.repeat(size)} `],
  ])('checks %s in a time that grows with their number only', (_what, schema, toData) => {
    const validate = compileDataSchema(schema);
    const startedAt = performance.now();
    validate(toData(100_000));
    // Compared pairwise it would be minutes.
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it.each<[Json, boolean]>([
    [
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
      false,
    ],
    [[1, '1', true, 'true', null], true],
    [[[], [[]]], true],
    ['aa', true],
  ])('finds in %j that items differ: %s', (data, isValid) => {
    expect(compileDataSchema({ uniqueItems: true })(data)).toBe(isValid);
    expect(compileDataSchema({ uniqueItems: false })(data)).toBe(true);
  });

  it('checks URLs and mail addresses', () => {
    const [url, email] = [compileDataSchema({ format: 'url' }), compileDataSchema({ format: 'email' })];
    expect([url('https://example.com/a'), url('example'), url(7)]).toEqual([true, false, true]);
    expect([email('jane@example.com'), email('jane')]).toEqual([true, false]);
  });

  it.each([
    ['^\\d{3}-\\d{4}$', '555-1234', '5551234'],
    ['^[\\w.-]+\\/\\u00e9$', 'a.b/é', 'a.b/e'],
    ['^(?<name>\\p{L}+)$', 'größe', '1'],
  ])('matches %s as JSON Schema has it', (pattern, match, other) => {
    const validate = compileDataSchema({ pattern });
    expect([validate(match), validate(other)]).toEqual([true, false]);
  });

  it('does not see prototypes', () => {
    const validate = compileDataSchema({
      required: ['constructor'],
      properties: { toString: { type: 'string' } },
    });
    expect(validate({})).toBe(false);
    expect(validate({ constructor: 1 })).toBe(true);
  });
});
