import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sampleOf } from '../../src/catalogue/schema-sample.ts';
import { compileDataSchema } from '../../src/definitions/data-schema.ts';
import { isJsonObject, type Json, type JsonObject } from '../../src/event.ts';
import { createRoot, toAlternatives } from '../../src/lint/alternatives.ts';
import { createShape, type Shape } from '../../src/lint/shape.ts';

const NAMES = ['a', 'b', 'c'];
const DEFS = ['d', 'e'];

/** Schemas as people write them, and as nobody does. */
const schemas = fc.letrec<{ schema: JsonObject }>((tie) => {
  const members = fc.dictionary(fc.constantFrom(...NAMES), tie('schema'), { maxKeys: 3 });
  const parts = fc.array(tie('schema'), { minLength: 1, maxLength: 3 });
  const object = members.chain((properties) =>
    fc.record(
      {
        type: fc.constantFrom<Json>('object', ['object', 'null']),
        properties: fc.constant<JsonObject>(properties),
        required: fc.subarray(Object.keys(properties)),
        additionalProperties: fc.oneof<[fc.Arbitrary<Json>, fc.Arbitrary<Json>]>(fc.boolean(), tie('schema')),
        patternProperties: fc.constant({ '^x': {} }),
      },
      { requiredKeys: ['properties'] },
    ),
  );
  return {
    schema: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom<JsonObject>(
        {},
        { type: 'string' },
        { type: ['integer', 'null'] },
        { type: 'string', nullable: true },
        { type: 'boolean' },
        { enum: ['x', 1] },
        { const: null },
      ),
      object as fc.Arbitrary<JsonObject>,
      fc.record({ type: fc.constant('array'), items: tie('schema'), minItems: fc.nat(2) }),
      fc.record({ prefixItems: parts, items: tie('schema') }),
      fc.record({ allOf: parts }),
      fc.record({ anyOf: parts, properties: members }, { requiredKeys: ['anyOf'] }),
      fc.record({ oneOf: parts }),
      fc.record(
        { $ref: fc.constantFrom('#', ...DEFS.map((name) => `#/$defs/${name}`)), properties: members },
        { requiredKeys: ['$ref'] },
      ),
      fc.record({ if: tie('schema'), else: tie('schema'), properties: members }),
    ),
  };
}).schema;

const roots = fc.tuple(schemas, fc.tuple(...DEFS.map(() => schemas))).map(
  ([schema, defs]): JsonObject => ({
    ...schema,
    $defs: Object.fromEntries(DEFS.map((name, n) => [name, defs[n] ?? {}])),
  }),
);

/** Everything in a value has to be known to the shape: where it is, of what type, and which of the listed values. */
function expectKnown(shape: Shape | null, value: Json): void {
  if (shape === null) throw new Error(`Cannot find ${JSON.stringify(value)}`);
  const type = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
  expect([...(shape.types ?? [type])]).toContain(type);
  if (typeof value !== 'object' || value === null) {
    expect([...(shape.values ?? [value])]).toContain(value);
    return;
  }
  for (const [key, item] of Object.entries(value)) {
    expectKnown(shape.member(key), item);
    expectKnown(shape.item(), item);
  }
}

it('what is in a sample that fits a schema is known to be there', () => {
  let fitting = 0;
  fc.assert(
    fc.property(roots, fc.boolean(), (schema, sparse) => {
      const sample = sampleOf(schema, { sparse });
      if (!fits(toClosed(schema) as JsonObject, sample)) return;
      fitting += 1;
      expectKnown(createShape(toAlternatives(schema, createRoot(schema))), sample);
    }),
    { numRuns: 300 },
  );
  expect(fitting).toBeGreaterThan(30);
});

/**
 * The schema with none but the members it lists: those of a branch that nothing can fit would come in by another, which
 * says nothing of them, and are not known.
 */
function toClosed(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map((item: Json) => toClosed(item));
  if (!isJsonObject(schema)) return schema;
  const closed = Object.fromEntries(Object.entries(schema).map(([key, item]) => [key, toClosed(item)]));
  const isListing = isJsonObject(schema.properties) && !('patternProperties' in schema);
  return isListing ? { additionalProperties: false, ...closed } : closed;
}

/** A schema that is nothing but itself cannot be compiled. */
function fits(schema: JsonObject, sample: Json): boolean {
  try {
    return compileDataSchema(schema)(sample);
  } catch {
    return false;
  }
}
