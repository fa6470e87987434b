import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../src/event.ts';
import { createRoot, toAlternatives } from '../../src/lint/alternatives.ts';
import { createShape, type Shape } from '../../src/lint/shape.ts';
import { follow } from '../../src/lint/unknown-field.ts';
import { PAID } from '../helpers/billing-source.ts';

function shapeOf(schema: Json): Shape {
  return createShape(toAlternatives(schema, createRoot(schema as JsonObject)));
}

/** What is known at a dotted path; `[]` is any item. Null: nothing is there. */
function at(schema: Json, path: string): Shape | null {
  const keys = path === '' ? [] : path.split('.').map((key) => (key === '[]' ? null : key));
  const followed = follow(shapeOf(schema), keys);
  return followed.kind === 'known' ? followed.shape : null;
}

/** Types in the order of the alphabet; `any`; null: nothing is there. */
function typesAt(schema: Json, path: string): readonly string[] | 'any' | null {
  const shape = at(schema, path);
  return shape === null ? null : shape.types === null ? 'any' : [...shape.types].sort();
}

const [TEXT, NUMBER] = [{ type: 'string' }, { type: 'number' }] as const;
const A = { properties: { a: TEXT } };
const B = { properties: { b: NUMBER } };

/** A condition; a key `then` of a literal would be taken for a promise's. */
function when(then: Json): JsonObject {
  return Object.fromEntries([
    ['if', A],
    ['then', then],
  ]);
}

describe('the shape of a schema', () => {
  it.each([
    ['a type', '', ['object']],
    ['a member', 'invoice.number', ['string']],
    ['an integer, which is a number', 'invoice.lines.0.amount', ['number']],
    ['one of several types', 'invoice.note', ['null', 'string']],
    ['the types of listed values', 'invoice.level', ['null', 'number']],
    ['an item of a list', 'invoice.lines.[].sku', ['string']],
    ['how long a list is', 'invoice.tags.length', ['number']],
    ['a member whose name is not listed', 'invoice.by_sku.x1.sku', ['string']],
    ['any member', 'invoice.by_sku.[].amount', ['number']],
    ['any member of an object that may have others', 'invoice.[].sku', 'any'],
    ['what is below an object of which nothing is said', 'invoice.free.a.b', 'any'],
    ['what is below anything', 'invoice.anything.0.b', 'any'],
  ])('knows %s', (_what, path, types) => {
    expect(typesAt(PAID, path)).toEqual(types);
  });

  it.each([
    'invoices',
    'invoice.amont',
    'invoice.number.x',
    'invoice.lines.0.x',
    'invoice.lines.[].x',
    'invoice.lines.sku',
    'invoice.by_sku.x1.x',
    'invoice.tags.0.x',
    'customer.constructor',
    '__proto__',
    'toString',
  ])('knows that there is no %s', (path) => {
    expect(at(PAID, path)).toBeNull();
  });

  it.each<readonly [string, Json, string, readonly string[] | 'any' | null]>([
    ['allOf has what each has', { allOf: [A, B] }, 'b', ['number']],
    ['allOf has no more', { allOf: [A, B] }, 'c', null],
    ['allOf narrows', { allOf: [{ properties: { a: { type: ['string', 'null'] } } }, A] }, 'a', ['string']],
    ['anyOf has what one has', { anyOf: [A, B] }, 'b', 'any'],
    ['anyOf has no more', { anyOf: [A, B] }, 'c', null],
    [
      'anyOf knows a type where all do',
      { anyOf: [A, { properties: { a: NUMBER } }] },
      'a',
      ['number', 'string'],
    ],
    [
      'anyOf knows a type where the others allow no such member',
      { anyOf: [A, { ...B, additionalProperties: false }] },
      'a',
      ['string'],
    ],
    ['oneOf within a schema that lists members', { ...A, oneOf: [B, { required: ['a'] }] }, 'a', ['string']],
    ['alternatives that do not fit the type', { type: 'object', oneOf: [TEXT, A] }, 'a', ['string']],
    ['a condition', { ...A, ...when(B), else: { properties: { c: TEXT } } }, 'b', 'any'],
    ['the other side of a condition', { ...A, ...when(B), else: { properties: { c: TEXT } } }, 'c', 'any'],
    ['what no side of a condition has', { ...A, ...when(B) }, 'c', null],
    [
      'a type on both sides of a condition',
      { ...when(B), else: { properties: { b: TEXT } } },
      'b',
      ['number', 'string'],
    ],
    ['a condition that says nothing of what holds then', { ...A, if: { $ref: '#/%zz' } }, 'b', 'any'],
    ['a dependency', { ...A, dependentSchemas: { a: B } }, 'b', 'any'],
    ['a dependency of old', { ...A, dependencies: { a: B, c: ['d'] } }, 'b', 'any'],
    ['a name in a dependency of old', { ...A, dependencies: { a: B, c: ['d'] } }, 'd', 'any'],
    ['a name in a dependency', { ...A, dependentRequired: { a: ['b'] } }, 'b', 'any'],
    ['a member that is required and not listed', { ...A, required: ['b'] }, 'b', 'any'],
    ['no other member than is required or listed', { ...A, required: ['b'] }, 'c', null],
    [
      'a member of a type that is required and not listed',
      { required: ['b'], additionalProperties: NUMBER },
      'b',
      ['number'],
    ],
    [
      'a type that may be null as in OpenAPI',
      { properties: { a: { type: 'string', nullable: true } } },
      'a',
      ['null', 'string'],
    ],
    ['members that are said to be free', { ...A, additionalProperties: true }, 'b', 'any'],
    ['members that are said to be of a type', { ...A, additionalProperties: NUMBER }, 'b', ['number']],
    ['members whose names have a pattern', { ...A, patternProperties: { '^x-': TEXT } }, 'b', 'any'],
    ['members that are said to be free afterwards', { ...A, unevaluatedProperties: true }, 'b', 'any'],
    ['a closed schema', { ...A, additionalProperties: false }, 'b', null],
    ['a schema that allows nothing', { additionalProperties: false }, 'b', null],
    ['a member that must not be there', { properties: { a: false, b: TEXT } }, 'a', null],
    ['a schema that lists what is required only', { required: ['a'] }, 'b', 'any'],
    ['a schema that says nothing', {}, 'a.b', 'any'],
    ['no schema but "yes"', true, 'a', 'any'],
    ['no schema but "no"', false, 'a', 'any'],
    [
      'a list whose first items have schemas of their own',
      { prefixItems: [TEXT], items: NUMBER },
      '1',
      'any',
    ],
    [
      'a reference to a list of schemas',
      { allOf: [A], properties: { b: { $ref: '#/allOf/0' } } },
      'b.a',
      ['string'],
    ],
    [
      'a reference with escapes',
      { properties: { b: { $ref: '#/$defs/x~1%79' } }, $defs: { 'x/y': TEXT } },
      'b',
      ['string'],
    ],
    ['a reference to the whole', { properties: { a: TEXT, sub: { $ref: '#' } } }, 'sub.sub.a', ['string']],
    [
      'a reference and more beside it',
      { properties: { a: { $ref: '#/$defs/b', ...A } }, $defs: { b: B } },
      'a.b',
      ['number'],
    ],
    [
      'a reference by name',
      { properties: { a: { $ref: '#b' } }, $defs: { b: { $anchor: 'b', ...B } } },
      'a.x',
      'any',
    ],
    ['a reference to elsewhere', { properties: { a: { $ref: 'https://example.com/b' } } }, 'a.x', 'any'],
    [
      'a reference that depends on who follows it',
      { properties: { a: { $dynamicRef: '#b' } } },
      'a.x',
      'any',
    ],
    ['a schema with an address of its own', { properties: { a: { $id: 'b', ...B } } }, 'a.x', 'any'],
    ['a reference that leads back to itself', { $ref: '#' }, 'a', 'any'],
  ])('%s', (_what, schema, path, types) => {
    expect(typesAt(schema, path)).toEqual(types);
  });

  it('lists values where every way to read it does', () => {
    const values = (schema: Json) => at(schema, '')?.values ?? null;
    expect(values({ enum: ['a', 'b'] })).toEqual(new Set(['a', 'b']));
    expect(values({ const: 1 })).toEqual(new Set([1]));
    expect(values({ anyOf: [{ const: 'a' }, { enum: ['b', 'c'] }] })).toEqual(new Set(['a', 'b', 'c']));
    expect(values({ allOf: [{ enum: ['a', 'b'] }, { enum: ['b', 'c'] }] })).toEqual(new Set(['b']));
    expect(values({ enum: ['a', 'b'], ...when({ const: 'a' }) })).toEqual(new Set(['a', 'b']));
    for (const open of [TEXT, { anyOf: [{ const: 'a' }, TEXT] }, { enum: ['a', { b: 1 }] }, {}])
      expect(values(open)).toBeNull();
  });

  it('lists members, unless there may be any', () => {
    expect(at(PAID, 'customer')?.members).toEqual(new Set(['id']));
    expect(at({ anyOf: [A, B] }, '')?.members).toEqual(new Set(['a', 'b']));
    expect(at(PAID, 'invoice.number')?.members).toEqual(new Set());
    expect(at({ properties: { a: TEXT, b: false }, required: ['c'] }, '')?.members).toEqual(
      new Set(['a', 'c']),
    );
    for (const path of ['invoice.free', 'invoice.by_sku', 'invoice.anything'])
      expect(at(PAID, path)?.members).toBeNull();
  });

  it.each<readonly [string, () => JsonObject]>([
    ['doubles with each reference', () => toChain((next) => ({ allOf: [next, next] }))],
    [
      'has twice as many alternatives with each reference',
      () => toChain((next) => ({ anyOf: [next, next] })),
    ],
    ['has a thousand conditions', () => ({ allOf: many(() => when(B)) })],
    ['has a thousand alternatives', () => ({ anyOf: many((n) => ({ properties: { [`a${n}`]: TEXT } })) })],
    ['refers to itself in alternatives', () => ({ anyOf: [A, { $ref: '#' }, { not: { $ref: '#' } }] })],
  ])('gives up a schema that %s: then anything can be there', (_what, create) => {
    expect(typesAt(create(), 'x')).toBe('any');
  });

  it('knows as much however often it is asked', () => {
    const shape = shapeOf({ properties: { a: true, b: A } });
    for (let n = 0; n < 100_000; n += 1) shape.member('a');
    expect(shape.member('b')?.member('x')).toBeNull();
  });

  it('counts listed values once, not with each key and each part of a schema', () => {
    let looks = 0;
    const values = new Proxy(
      many((n) => ({ a: n })),
      {
        get: (target, key, receiver) => {
          if (key === 'map') looks += 1;
          return Reflect.get(target, key, receiver);
        },
      },
    );
    const shape = shapeOf({ enum: values, allOf: [A, B, { anyOf: [A, B] }] });
    for (const key of ['a', 'b', 'c', 'd']) shape.member(key);
    expect(looks).toBe(1);
  });

  it('takes as long for the members of a large schema as there are', () => {
    const properties = Object.fromEntries(many((n) => [`a${n}`, { $ref: '#' }]));
    const shape = shapeOf({ properties });
    expect(shape.member('a7')?.member('a8')?.member('b')).toBeNull();
    expect(shape.item().types).toBeNull();
  });
});

function many<Item>(create: (n: number) => Item): Item[] {
  return Array.from({ length: 1_000 }, (_, n) => create(n));
}

/** A schema of thirty, each of which is made of references to the next. */
function toChain(create: (next: JsonObject) => JsonObject): JsonObject {
  const names = Array.from({ length: 30 }, (_, n) => `d${n}`);
  const $defs = names.map((name, n) => [name, n === 29 ? A : create({ $ref: `#/$defs/d${n + 1}` })] as const);
  return { $ref: '#/$defs/d0', $defs: Object.fromEntries($defs) };
}
