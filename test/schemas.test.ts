import { globSync, readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { isDefinitionFile } from '../src/definitions/file-text.ts';
import { isJsonObject, type Json, type JsonObject } from '../src/event.ts';
import { arbitraryHook, arbitraryPresetHook } from './helpers/arbitrary-hook.ts';
import { loadText } from './helpers/load-text.ts';

const FILES = globSync('schemas/*.schema.json').toSorted();

function read(file: string): JsonObject {
  return JSON.parse(readFileSync(file, 'utf8')) as JsonObject;
}

/** An ajv as an editor has it: it knows the schemas, and takes every text for a URL, an id, an address or a rule. */
function createEditor(): Ajv2020 {
  const ajv = new Ajv2020({
    allErrors: true,
    allowUnionTypes: true,
    strictRequired: false,
    strictTypes: false,
  });
  for (const format of ['uuid', 'receiver-url', 'address', 'egress']) ajv.addFormat(format, true);
  for (const file of FILES) ajv.addSchema(read(file));
  return ajv;
}

function validatorOf(name: string): ValidateFunction {
  const validate = createEditor().getSchema(`https://hookline.dev/schemas/${name}`);
  if (validate === undefined) throw new Error(`Cannot find schema "${name}"`);
  return validate;
}

/** A part of a schema that an editor may show, with where it stands. */
interface Part {
  readonly path: string;
  readonly schema: JsonObject;
}

/** Every property of a schema at every depth, with items, values of open maps and definitions. */
function* partsOf(root: JsonObject, schema: JsonObject = root, path = ''): Generator<Part> {
  yield { path: path || '/', schema: resolve(root, schema) };
  for (const keyword of ['properties', '$defs']) {
    const named = schema[keyword];
    if (!isJsonObject(named)) continue;
    for (const [name, part] of Object.entries(named))
      if (isJsonObject(part)) yield* partsOf(root, part, `${path}/${name}`);
  }
  for (const keyword of ['items', 'additionalProperties']) {
    const part = schema[keyword];
    if (isJsonObject(part)) yield* partsOf(root, part, `${path}/${keyword}`);
  }
}

/** A schema with what it refers to. */
function resolve(root: JsonObject, schema: JsonObject): JsonObject {
  const { $ref } = schema;
  if (typeof $ref !== 'string' || !$ref.startsWith('#/$defs/')) return schema;
  const shared = (root.$defs as JsonObject)[$ref.slice('#/$defs/'.length)];
  return { ...(shared as JsonObject), ...schema };
}

describe.each(FILES)('%s', (file) => {
  const schema = read(file);
  const parts = [...partsOf(schema)];

  it('is a JSON Schema of 2020-12 that compiles', () => {
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(schema.$id).toBe(`https://hookline.dev/${file}`);
    expect(createEditor().getSchema(String(schema.$id))).toBeTypeOf('function');
  });

  it('has a title and a description for everything an editor may show', () => {
    const bare = parts.filter(({ schema: { title, description } }) => !isText(title) || !isText(description));
    expect(bare.map(({ path }) => path)).toEqual([]);
  });

  it('describes in sentences', () => {
    const odd = parts.filter(
      ({ schema: { description } }) => !/^["{A-Za-z0-9].*[.…]$|schema=/s.test(`${description}`),
    );
    expect(odd.map(({ path }) => path)).toEqual([]);
  });
});

describe('the defaults and examples in schemas', () => {
  const given = FILES.map(read).flatMap((root) =>
    [...partsOf(root)].flatMap(({ path, schema }) => {
      const values = [
        ...('default' in schema ? [schema.default] : []),
        ...((schema.examples as Json[]) ?? []),
      ];
      return values.map(
        (value) => [`${root.title} ${path}`, value, { ...schema, $defs: root.$defs ?? {} }] as const,
      );
    }),
  );

  it.each(given)('fit: %s %j', (_path, value, schema) => {
    expect(createEditor().validate(schema, value)).toBe(true);
  });
});

function isText(value: Json | undefined): boolean {
  return typeof value === 'string' && value !== '';
}

describe('hook-test.schema.json', () => {
  const validate = validatorOf('hook-test.schema.json');

  it.each(globSync('hooks.d/**/*.test.yaml').toSorted())('takes %s', (file) => {
    for (const document of parseAllDocuments(readFileSync(file, 'utf8'))) {
      expect([validate(document.toJS()), validate.errors]).toEqual([true, null]);
    }
  });

  it.each<[string, JsonObject]>([
    ['a test without a name', { kind: 'HookTest', tests: [{}] }],
    ['an answer that is none', { kind: 'HookTest', tests: [{ name: 'a', answers: { a: ['timeot'] } }] }],
    ['a status that is none', { kind: 'HookTest', tests: [{ name: 'a', answers: { a: 99 } }] }],
    ['a time that is none', { kind: 'HookTest', tests: [{ name: 'a', until: '5 minutes' }] }],
    [
      'a hook within that is none',
      { kind: 'HookTest', definitions: [{ handler: 'log' }], tests: [{ name: 'a' }] },
    ],
  ])('refuses %s', (_what, test) => {
    expect(validate(test)).toBe(false);
  });
});

describe('definition.schema.json', () => {
  const validate = validatorOf('definition.schema.json');

  const files = globSync(['hooks.d/**/*.yaml', 'demo/hooks/*.yaml', 'test/fixtures/reference/*.yaml']);

  it.each(files.filter(isDefinitionFile).toSorted())('takes %s', (file) => {
    for (const document of parseAllDocuments(readFileSync(file, 'utf8'))) {
      expect([validate(document.toJS()), validate.errors]).toEqual([true, null]);
    }
  });

  it.each<[string, JsonObject]>([
    ['a hook without a handler', { source: 'crud' }],
    ['a handler that is none', { source: 'crud', handler: 'webhok' }],
    ['a webhook without a config', { source: 'crud', handler: 'webhook' }],
    ['a config of another handler', { source: 'crud', handler: 'log', config: { url: 'http://a/' } }],
    ['a key that is none', { source: 'crud', handler: 'log', snoze: 1 }],
    ['a source without a name', { kind: 'EventSource', events: { paid: {} } }],
    ['a hook that says it is a source', { kind: 'EventSource', source: 'crud', handler: 'log' }],
    ['a kind that is none', { kind: 'Other', source: 'crud', handler: 'log' }],
  ])('refuses %s', (_what, definition) => {
    expect(validate(definition)).toBe(false);
  });

  it('takes a hook exactly when the loader does', () => {
    const json = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom('', 0, -1, 'log', 'webhook', 1.5));
    const key = fc.constantFrom(
      'source',
      'event',
      'handler',
      'config',
      'snooze',
      'labels',
      'timeout',
      'other',
    );
    fc.assert(
      fc.property(
        fc.oneof(arbitraryHook, arbitraryPresetHook),
        fc.dictionary(key, json, { maxKeys: 2, noNullPrototype: true }),
        (hook, changes) => {
          const changed = { ...hook, ...changes } as JsonObject;
          const text = JSON.stringify(changed);
          // What JSON itself cannot hold is no matter of the schema, nor are addresses.
          fc.pre(!/"url":|\\ud[89a-f]|\d{17}/.test(JSON.stringify(changes)));
          expect(validate(JSON.parse(text))).toBe(loadText(text).problems.length === 0);
        },
      ),
      { numRuns: 300 },
    );
  });
});
