import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { RE2JS } from 're2js';
import { toCanonicalJson } from '../canonical-json.ts';
import { HooklineError, toMessage } from '../errors.ts';
import type { Json, JsonObject } from '../event.ts';
import { compileLinearPattern, type LinearPattern } from '../linear-pattern.ts';

/** What is wrong with one place of a schema. */
export interface DataSchemaMistake {
  /** JSON pointer into the schema. */
  readonly pointer: string;
  readonly message: string;
}

const OPTIONS = { strict: false, ownProperties: true, logger: false } as const;
/** Knows what a schema may say; it compiles none of them. */
const meta = new Ajv2020({ ...OPTIONS, allErrors: true });

/** Values data may have for everything that is wrong with it to be named: naming a mistake takes far longer than a check. */
const MAX_EXPLAINED = 10_000;
/** Characters a text may have to be of a format, where the check takes longer than in proportion to them. */
const MAX_FORMATTED_LENGTH: Readonly<Record<string, number>> = { email: 320, url: 2_048 };

/** Characters of a text times size of a pattern: where nothing can be skipped each takes about 15 ns. A text that takes longer does not fit. */
const MAX_PATTERN_WORK = 75_000_000;

/**
 * Patterns meet data from outside, so they run in linear time (RE2). What only a backtracking engine knows, lookaround
 * and references to groups, is refused: with it there are texts that keep the engine busy for ever.
 */
const regExp = Object.assign(
  (pattern: string): Pick<RegExp, 'test'> => {
    const { size, isIn } = compilePattern(pattern);
    return { test: (text) => text.length * size <= MAX_PATTERN_WORK && isIn(text) };
  },
  { code: 'new RegExp' },
);

function compilePattern(pattern: string): LinearPattern {
  try {
    return compileLinearPattern(RE2JS.translateRegExp(pattern));
  } catch (cause) {
    throw new HooklineError(
      'usage',
      `Cannot use pattern "${pattern}": ${toMessage(cause)} (patterns are those of RE2: no lookaround, no references to groups)`,
      { cause },
    );
  }
}

/** Finds everything that keeps a value from being a JSON Schema (2020-12). */
export function checkDataSchema(schema: JsonObject): readonly DataSchemaMistake[] {
  try {
    if (!meta.validateSchema(schema)) return toMistakes(meta.errors ?? []);
    const validate = compileDataSchema(schema);
    // A promise would be taken for a yes, and what it rejects with by nobody.
    if ('$async' in validate) return [{ pointer: '/$async', message: 'it cannot be checked at once' }];
    // One that is nothing but itself fails when it is used.
    validate({});
    return [];
  } catch (error) {
    return [{ pointer: '', message: toMessage(error) }];
  }
}

/** One for each place: what follows says why no other way to read it fits either. */
function toMistakes(errors: readonly ErrorObject[]): readonly DataSchemaMistake[] {
  const places = Map.groupBy(errors, ({ instancePath }) => instancePath);
  return [...places].map(([pointer, [first]]) => ({ pointer, message: String(first?.message) }));
}

const validators = new WeakMap<JsonObject, ValidateFunction>();
const explainers = new WeakMap<JsonObject, ValidateFunction>();

/**
 * The validator of a schema that has no mistakes, compiled once: when the file that has it is loaded. It stops at the
 * first thing that does not fit. Each has an instance of its own: the library keeps every schema it compiled, and two
 * sources, or two versions of one, may give the same $id. Nothing is fetched: a reference to what the schema does not
 * hold is a mistake.
 */
export function compileDataSchema(schema: JsonObject): ValidateFunction {
  const validate = validators.get(schema) ?? createCompiler({ allErrors: false }).compile(schema);
  validators.set(schema, validate);
  return validate;
}

/**
 * What of some data does not fit a schema; of data with very many values only the first thing, and of a schema with
 * references: where that turns to itself, naming all goes into every branch of every level, twice as long for each.
 */
export function explainMisfit(schema: JsonObject, data: Json): readonly ErrorObject[] {
  if (hasReferences(schema) || countValues(data, MAX_EXPLAINED) >= MAX_EXPLAINED) {
    const validate = compileDataSchema(schema);
    return validate(data) ? [] : (validate.errors ?? []);
  }
  const explain = explainers.get(schema) ?? createCompiler({ allErrors: true }).compile(schema);
  explainers.set(schema, explain);
  return explain(data) ? [] : (explain.errors ?? []);
}

const REFERENCES = ['$ref', '$dynamicRef', '$recursiveRef'];

function hasReferences(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return REFERENCES.some((key) => Object.hasOwn(value, key)) || Object.values(value).some(hasReferences);
}

/** How many values there are at all depths; counted no further than to `limit`. */
function countValues(value: Json, limit: number): number {
  if (typeof value !== 'object' || value === null) return 1;
  let count = 1;
  for (const item of Object.values(value)) {
    if (count >= limit) break;
    count += countValues(item, limit - count);
  }
  return count;
}

/** Whatever the schema, a check takes no longer than in proportion to the data. */
function createCompiler({ allErrors }: { readonly allErrors: boolean }): Ajv2020 {
  const ajv = new Ajv2020({ ...OPTIONS, allErrors, validateSchema: false, code: { regExp } });
  formats.default(ajv);
  for (const [name, maxLength] of Object.entries(MAX_FORMATTED_LENGTH)) {
    const format = formats.default.get(name as 'email' | 'url') as RegExp;
    ajv.addFormat(name, (text: string) => text.length <= maxLength && format.test(text));
  }
  // The library compares each item with each other one.
  return ajv.removeKeyword('uniqueItems').addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    validate: (isAsked: boolean, items: readonly unknown[]) =>
      !isAsked || new Set(items.map(toCanonicalJson)).size === items.length,
    error: { message: 'must NOT have duplicate items' },
  });
}
