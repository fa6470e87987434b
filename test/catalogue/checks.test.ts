import { describe, expect, it } from 'vitest';
import { buildCatalogue } from '../../src/catalogue/build.ts';
import { checkEvent, validateData } from '../../src/catalogue/checks.ts';
import type { CatalogueEvent } from '../../src/definitions/event-source.ts';
import type { JsonObject } from '../../src/event.ts';
import { loadSource } from '../helpers/load-text.ts';

const { catalogue } = buildCatalogue([]);

describe('checkEvent()', () => {
  it('answers what is known of an event', () => {
    expect(checkEvent(catalogue, 'balancer', 'health')).toEqual({
      kind: 'known',
      entry: { fields: ['upstream_id', 'ip', 'port', 'hostname', 'health'] },
    });
  });

  it.each([
    ['dog', 'cat', "source 'dog' is not registered", 'Known: '],
    ['crut', 'consumers', "source 'crut' is not registered", 'Did you mean "crud"?'],
    ['crud', 'cat', "source 'crud' has no 'cat' event", null],
    ['crud', 'consumer', "source 'crud' has no 'consumer' event", 'Did you mean "consumers"?'],
    [
      'crud',
      'routes:created',
      "source 'crud' has no 'routes:created' event",
      'Did you mean "routes:create"?',
    ],
    ['crud', 'what is this even', "source 'crud' has no 'what is this even' event", null],
    ['balancer', 'x', "source 'balancer' has no 'x' event", 'Known: health'],
    ['constructor', 'name', "source 'constructor' is not registered", 'Known: '],
    ['crud', '__proto__', "source 'crud' has no '__proto__' event", null],
    ['', '', "source '' is not registered", 'Known: '],
  ])('does not know %j %j, in the words of the reference', (source, event, message, hint) => {
    expect(checkEvent(catalogue, source, event)).toEqual({
      kind: 'unknown',
      message,
      hint: hint === null ? null : expect.stringContaining(hint),
    });
  });
});

function withSchema(schema: JsonObject): CatalogueEvent {
  const text = JSON.stringify({ kind: 'EventSource', name: 'billing', events: { paid: { schema } } });
  return loadSource(text).events.paid ?? {};
}

describe('validateData()', () => {
  it('takes any data when nothing is said of it', () => {
    expect(validateData({}, { anything: [1] })).toEqual([]);
  });

  it('says each thing that does not fit and where', () => {
    const entry = withSchema({
      type: 'object',
      required: ['invoice', 'customer'],
      additionalProperties: false,
      properties: {
        invoice: { properties: { total: { minimum: 1 } } },
        lines: { items: { type: 'string' } },
      },
    });
    expect(validateData(entry, { invoice: { total: 1 }, customer: 1 })).toEqual([
      '/ must NOT have additional properties: "customer"',
    ]);
    expect(validateData(entry, { invoice: { total: 0 }, lines: ['a', 2] }).toSorted()).toEqual([
      "/ must have required property 'customer'",
      '/invoice/total must be >= 1',
      '/lines/1 must be string',
    ]);
    expect(validateData(withSchema({ required: ['invoice'] }), { invoice: null })).toEqual([]);
  });

  it('names ten mistakes and counts the others', () => {
    const entry = withSchema({ properties: { lines: { items: { type: 'string' } } } });
    const mistakes = validateData(entry, { lines: Array.from({ length: 1_000 }, (_, index) => index) });
    expect(mistakes).toHaveLength(11);
    expect(mistakes.slice(9)).toEqual(['/lines/9 must be string', 'and 990 more']);
  });

  it('names one mistake of data that has very many', () => {
    const entry = withSchema({ properties: { lines: { items: { type: 'string' } } } });
    const lines = Array.from({ length: 500_000 }, (_, index) => index);
    expect(validateData(entry, { lines })).toEqual(['/lines/0 must be string']);
    expect(validateData(entry, { a: [[lines]], lines })).toEqual(['/lines/0 must be string']);
  });

  it('keeps apart two sources whose schemas have the same $id', () => {
    const text = withSchema({ $id: 'https://example.com/a', properties: { a: { type: 'string' } } });
    const number = withSchema({ $id: 'https://example.com/a', properties: { a: { type: 'number' } } });
    expect([validateData(text, { a: 'x' }), validateData(number, { a: 1 })]).toEqual([[], []]);
    expect(validateData(text, { a: 1 })).toEqual(['/a must be string']);
    expect(validateData(number, { a: 'x' })).toEqual(['/a must be number']);
  });

  it('follows a schema that refers to itself by its $id', () => {
    const entry = withSchema({
      $id: 'https://example.com/tree',
      properties: { child: { $ref: 'https://example.com/tree' }, name: { type: 'string' } },
    });
    expect(validateData(entry, { child: { child: { name: 7 } } })).toEqual([
      '/child/child/name must be string',
    ]);
  });

  it('does not see prototypes', () => {
    const entry = withSchema({ required: ['constructor'] });
    expect(validateData(entry, {})).toEqual(["/ must have required property 'constructor'"]);
  });

  it('leaves the data as it is', () => {
    const data = { a: 1 };
    validateData(withSchema({ properties: { a: { type: 'string' }, b: { default: 1 } } }), data);
    expect(data).toEqual({ a: 1 });
  });
});
