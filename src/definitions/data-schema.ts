import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { RE2JS } from 're2js';
import { toMessage } from '../errors.ts';
import type { JsonObject } from '../event.ts';

/** What is wrong with one place of a schema. */
export interface DataSchemaMistake {
  /** JSON pointer into the schema. */
  readonly pointer: string;
  readonly message: string;
}

const OPTIONS = { strict: false, allErrors: true, ownProperties: true, logger: false } as const;
/** Knows what a schema may say; it compiles none of them. */
const meta = new Ajv2020(OPTIONS);

/**
 * Patterns meet data from outside, so they run in linear time (RE2), but for the few that only the host's engine knows:
 * lookaround and references to groups.
 */
const regExp = Object.assign(
  (pattern: string): Pick<RegExp, 'test'> => {
    try {
      const linear = RE2JS.compile(RE2JS.translateRegExp(pattern));
      return { test: (text) => linear.matcher(text).find() };
    } catch {
      return new RegExp(pattern, 'u');
    }
  },
  { code: 'new RegExp' },
);

/** Finds everything that keeps a value from being a JSON Schema (2020-12). */
export function checkDataSchema(schema: JsonObject): readonly DataSchemaMistake[] {
  try {
    if (!meta.validateSchema(schema)) return toMistakes(meta.errors ?? []);
    compileDataSchema(schema);
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

/**
 * Compiles a schema that has no mistakes. Each has a validator of its own: the library keeps every schema it compiled,
 * and two sources, or two versions of one, may give the same $id.
 */
export function compileDataSchema(schema: JsonObject): ValidateFunction {
  const ajv = new Ajv2020({ ...OPTIONS, validateSchema: false, code: { regExp } });
  formats.default(ajv);
  return ajv.compile(schema);
}
