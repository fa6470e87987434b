import { describe, expect, it } from 'vitest';
import { BUILT_IN } from '../../src/catalogue/built-in.ts';
import { validateData } from '../../src/catalogue/checks.ts';
import { sampleData } from '../../src/catalogue/sample-event.ts';
import type { JsonObject } from '../../src/event.ts';

describe('sampleData()', () => {
  it('has the fields of every built-in event', () => {
    for (const events of BUILT_IN.values()) {
      for (const [name, entry] of events) {
        const fields = (entry.fields ?? []).filter((field) => field !== 'old_entity');
        expect(Object.keys(sampleData(name, entry) ?? {})).toEqual(expect.arrayContaining(fields));
      }
    }
  });

  it.each([
    ['consumers', { operation: 'create', schema: 'consumers' }, false],
    ['consumers:update', { operation: 'update', schema: 'consumers' }, true],
    ['routes:delete', { operation: 'delete', schema: 'routes' }, false],
  ])('tells of %s what Kong would', (name, expected, hasOld) => {
    const data = sampleData(name, BUILT_IN.get('crud')?.get(name) ?? {});
    expect(data).toMatchObject(expected);
    expect(Object.hasOwn(data ?? {}, 'old_entity')).toBe(hasOld);
  });

  it.each<[string, JsonObject, JsonObject | null]>([
    [
      'members and types',
      { required: ['id'], properties: { id: { type: 'integer' }, ok: { type: 'boolean' } } },
      { id: 1, ok: true },
    ],
    [
      'examples before all else',
      { properties: { id: { type: 'string', examples: ['in-1'], enum: ['a', 'in-1'] } } },
      { id: 'in-1' },
    ],
    [
      'constants, defaults and enumerations',
      { properties: { a: { const: 7 }, b: { default: 'x' }, c: { enum: ['y', 'z'] } } },
      { a: 7, b: 'x', c: 'y' },
    ],
    [
      'bounds',
      {
        properties: {
          n: { type: 'number', exclusiveMinimum: 4, multipleOf: 2 },
          s: { type: 'string', minLength: 9 },
        },
      },
      { n: 6, s: 'examplexx' },
    ],
    [
      'formats',
      {
        properties: {
          at: { type: 'string', format: 'date-time' },
          id: { type: ['null', 'string'], format: 'uuid' },
        },
      },
      { at: '2026-01-31T12:00:00Z', id: '018f4e3c-5b1a-7c3d-8e2f-1a2b3c4d5e6f' },
    ],
    [
      'lists',
      { properties: { tags: { type: 'array', minItems: 2, items: { type: 'string' } } } },
      { tags: ['example', 'example'] },
    ],
    [
      'references',
      {
        $defs: { money: { type: 'object', required: ['cents'], properties: { cents: { type: 'integer' } } } },
        properties: { paid: { $ref: '#/$defs/money' } },
      },
      { paid: { cents: 1 } },
    ],
    [
      'all and the first of several',
      {
        allOf: [
          { required: ['a'] },
          { properties: { a: { oneOf: [{ type: 'integer' }, { type: 'string' }] } } },
        ],
      },
      { a: 1 },
    ],
    [
      'only what is needed where the rest does not fit',
      {
        required: ['a'],
        properties: { a: { type: 'integer' }, b: { type: 'string', pattern: '^[0-9]{4}$' } },
      },
      { a: 1 },
    ],
    [
      'nothing where it cannot be told',
      { required: ['b'], properties: { b: { type: 'string', pattern: '^[0-9]{4}$' } } },
      null,
    ],
    ['nothing of what is no object', { type: 'string' }, null],
  ])('follows a schema: %s', (_what, schema, expected) => {
    const data = sampleData('paid', { schema });
    expect(data).toEqual(expected);
    if (data !== null) expect(validateData({ schema }, data)).toEqual([]);
  });

  it('ends for a schema that holds itself, or asks for more than anybody reads', () => {
    const endless = { type: 'object', required: ['next'], properties: { next: { $ref: '#' } } };
    expect(sampleData('paid', { schema: endless })).toBeNull();
    const both = {
      allOf: [{ $ref: '#/$defs/x' }],
      $defs: { x: { allOf: [{ $ref: '#/$defs/x' }, { $ref: '#/$defs/x' }] } },
    };
    expect(sampleData('paid', { schema: both })).toBeNull();
    expect(
      sampleData('paid', {
        schema: { required: ['a'], properties: { a: { type: 'array', minItems: 1e9 } } },
      }),
    ).toBeNull();
  });
});
