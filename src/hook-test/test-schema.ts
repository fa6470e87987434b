import { Ajv2020 } from 'ajv/dist/2020.js';
import testSchema from '../../schemas/hook-test.schema.json' with { type: 'json' };
import { type SchemaMistake, toMistakes } from '../definitions/schema-messages.ts';
import { toShown } from '../definitions/shown.ts';
import { toHint } from '../definitions/suggest.ts';
import { isJsonObject, type JsonObject } from '../event.ts';
import { isTimestamp } from '../intake/timestamp.ts';
import { toMs } from './duration.ts';
import type { HookTest } from './hook-test.ts';

/** A list, so that what is said of a value is not also said of alternatives. Definitions within have a validator of their own. */
const { definitions, ...properties } = testSchema.properties;
const { if: _if, then: _then, ...item } = definitions.items;
const ajv = new Ajv2020({
  allErrors: true,
  useDefaults: true,
  verbose: true,
  ownProperties: true,
  allowUnionTypes: true,
  strictTypes: false,
});
const validateFields = ajv.compile({
  ...testSchema,
  properties: { ...properties, definitions: { ...definitions, items: item } },
});

const KINDS = ['HookTest'];

/**
 * Validates a document of a file of tests and fills in its defaults, in place. `names` are those of the tests of documents
 * before it; its own are added.
 */
export function validateTest(value: unknown, names: Set<string>): readonly SchemaMistake[] {
  if (!isJsonObject(value))
    return [mistake('document_not_object', [], 'A test must be a map of keys and values')];
  if (value.kind !== 'HookTest') return [unknownKind(value)];
  const fits = validateFields(value);
  return [
    ...(fits ? [] : toMistakes(validateFields.errors ?? [], { value, root: [] })),
    ...checkStart(value),
    ...checkNames(value, names),
    ...checkEvents(value),
    ...(fits ? checkTimes(value as unknown as HookTest) : []),
  ];
}

function mistake(
  code: SchemaMistake['code'],
  path: SchemaMistake['path'],
  message: string,
  hint: string | null = null,
): SchemaMistake {
  return { code, path, atKey: false, message, hint };
}

function unknownKind({ kind }: JsonObject): SchemaMistake {
  const message = `"kind" must be HookTest in a file of tests: got ${toShown(kind)}`;
  const hint =
    typeof kind === 'string'
      ? (toHint(kind, KINDS) ?? 'Definitions go into files not named *.test.yaml')
      : 'Say kind: HookTest; definitions go into files not named *.test.yaml';
  return mistake('unknown_kind', kind === undefined ? [] : ['kind'], message, hint);
}

/** What is no time at all was said by the schema. */
function checkStart({ start }: JsonObject): readonly SchemaMistake[] {
  if (typeof start !== 'string' || !new RegExp(testSchema.properties.start.pattern).test(start)) return [];
  if (isTimestamp(start)) return [];
  return [mistake('bad_value', ['start'], `"start" must be a time there is: got ${toShown(start)}`)];
}

function checkNames(value: JsonObject, names: Set<string>): readonly SchemaMistake[] {
  return testsOf(value).flatMap(([{ name }, path]) => {
    if (typeof name !== 'string') return [];
    if (!names.has(name)) {
      names.add(name);
      return [];
    }
    const message = `Another test of the file is named ${toShown(name)}`;
    return [mistake('name_duplicate', [...path, 'name'], message, 'Give each test a name of its own')];
  });
}

function checkEvents(value: JsonObject): readonly SchemaMistake[] {
  return testsOf(value).flatMap(([{ events }, path]) =>
    (Array.isArray(events) ? events : []).flatMap((event, index) => {
      if (!isJsonObject(event) || event.data == null || event.data_file == null) return [];
      const message = 'The data of an event is written here or in a file: got both';
      return [mistake('bad_value', [...path, 'events', index, 'data_file'], message, 'Keep one')];
    }),
  );
}

/** What comes after the end would never come, and nothing would say so. */
function checkTimes({ tests }: Pick<HookTest, 'tests'>): readonly SchemaMistake[] {
  return tests.flatMap(({ events, until }, index) => {
    if (until === undefined) return [];
    return events.flatMap(({ at }, number) => {
      if (toMs(at) <= toMs(until)) return [];
      const path = ['tests', index, 'events', number, 'at'];
      const message = `The event comes after the test ends: "until" is ${toShown(until)}`;
      return [mistake('bad_value', path, message, 'Let the test end later, or leave "until" out')];
    });
  });
}

function testsOf({ tests }: JsonObject): readonly (readonly [JsonObject, SchemaMistake['path']])[] {
  if (!Array.isArray(tests)) return [];
  return tests.flatMap((test, index) => (isJsonObject(test) ? [[test, ['tests', index]] as const] : []));
}
