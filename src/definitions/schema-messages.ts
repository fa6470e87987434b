import { isDeepStrictEqual } from 'node:util';
import type { ErrorObject } from 'ajv/dist/2020.js';
import hookSchema from '../../schemas/event-hook.schema.json' with { type: 'json' };
import { isJsonObject, type Json } from '../event.ts';
import { maskSource } from '../secrets/mask-source.ts';
import { isSensitiveName } from '../secrets/sensitive-name.ts';
import { MAX_PROBLEMS } from './problem.ts';
import type { ProblemCode } from './rules.ts';
import { toCut, toShown, toShownKey } from './shown.ts';
import { suggest, toHint } from './suggest.ts';
import { type Mistyped, toTypeHint } from './type-hints.ts';
import { toUrlHint } from './url-hint.ts';

/** A mistake in a document, before its place in the file is known. */
export interface SchemaMistake {
  readonly code: ProblemCode;
  /** Keys and indexes from the document's root. */
  readonly path: readonly (string | number)[];
  /** Whether the key is wrong and not its value. */
  readonly atKey: boolean;
  readonly message: string;
  readonly hint: string | null;
  /** The key that is missing, where one is. */
  readonly missing?: string;
}

type Path = SchemaMistake['path'];

/** What was validated. */
interface Validated {
  readonly value: unknown;
  /** Where it stands in its document. */
  readonly root: Path;
}

/** Makes sentences of what the validator found. Errors that only say that another one exists are left out. */
export function toMistakes(
  errors: readonly ErrorObject[],
  { value, root }: Validated,
): readonly SchemaMistake[] {
  // Of a value of the wrong type nothing else is worth saying.
  const mistyped = new Set(errors.flatMap((error) => (error.keyword === 'type' ? [error.instancePath] : [])));
  const mistakes = errors
    .filter(
      (error) => !isSecondHand(error) && (error.keyword === 'type' || !mistyped.has(error.instancePath)),
    )
    .slice(0, MAX_PROBLEMS + 1)
    .map((error) => toMistake(error, [...root, ...toPath(error.instancePath, value)]));
  return settleMistyped(mistakes);
}

/** A key that is missing because it is mistyped: one mistake, at the key that is there. */
function settleMistyped(mistakes: readonly SchemaMistake[]): readonly SchemaMistake[] {
  const absent = mistakes.filter(({ missing }) => missing !== undefined);
  const unknown = mistakes.filter(({ code }) => code === 'unknown_key');
  const mistyped = absent.filter(({ path, missing = '' }) =>
    unknown.some(
      (one) =>
        isDeepStrictEqual(one.path.slice(0, -1), path) &&
        suggest(String(one.path.at(-1)), [missing]) !== null,
    ),
  );
  return mistakes.filter((mistake) => !mistyped.includes(mistake));
}

/** The pattern of a name is reported by `propertyNames`, and what a condition asks for by itself. */
function isSecondHand({ propertyName, keyword }: ErrorObject): boolean {
  return propertyName !== undefined || keyword === 'if';
}

function toMistake(error: ErrorObject, path: Path): SchemaMistake {
  const { keyword, params, data } = error;
  const about = { path, atKey: false, hint: null };
  switch (keyword) {
    case 'additionalProperties':
      return unknownKey(error, path);
    case 'required':
      return missingKey(error, path);
    case 'propertyNames':
      return unfitName(error, path);
    case 'type': {
      const message = `${toName(path)} must be ${toTypes(params.type)}: got ${toShownAt(path, data)}`;
      const hint = toTypeHint({
        data: data as Json,
        types: [params.type].flat(),
        ...toPurpose(error.parentSchema),
      });
      return { ...about, code: 'wrong_type', message, hint };
    }
    case 'const':
    case 'enum':
      return toChoice(error, path);
    default: {
      const message = `${toName(path)} ${toDemand(error)}: got ${toShownAt(path, data)}`;
      return { ...about, code: 'bad_value', message, hint: toValueHint(error) };
    }
  }
}

function toPurpose(schema: ErrorObject['parentSchema']): Pick<Mistyped, 'description' | 'keys'> {
  return { description: descriptionOf(schema), keys: Object.keys(schema?.properties ?? {}) };
}

/** What to write in the place of a value that fits its type and no more. */
function toValueHint({ keyword, params, data, parentSchema }: ErrorObject): string | null {
  if (keyword === 'format' && params.format === 'receiver-url') return toUrlHint(String(data));
  const isCapitals = keyword === 'pattern' && params.pattern === hookSchema.$defs.method.pattern;
  if (isCapitals && /^[a-z]+$/i.test(String(data)))
    return `Did you mean "${toCut(String(data).toUpperCase())}"?`;
  return descriptionOf(parentSchema);
}

function unknownKey({ params, parentSchema }: ErrorObject, path: Path): SchemaMistake {
  const key = String(params.additionalProperty);
  const known = Object.keys((parentSchema?.properties as object | undefined) ?? {});
  const message = `Unknown key "${toShownKey(key)}"${toWhere(path)}`;
  return {
    code: 'unknown_key',
    path: [...path, key],
    atKey: true,
    message,
    hint: toColonHint(key, known) ?? toHint(key, known) ?? descriptionOf(parentSchema),
  };
}

/** A colon without a space behind it is part of the key. */
function toColonHint(key: string, known: readonly string[]): string | null {
  const [, before = ''] = /^([^:]+):/.exec(key) ?? [];
  return known.includes(before) ? `Write a space after the colon: ${before}: …` : null;
}

function missingKey({ params, parentSchema }: ErrorObject, path: Path): SchemaMistake {
  const key = String(params.missingProperty);
  const properties = parentSchema?.properties as Record<string, object> | undefined;
  // A condition asks for keys without describing them.
  const hint = descriptionOf(properties?.[key] ?? shared.get(`#/$defs/${key}`));
  const message = `Missing key "${key}"${toWhere(path)}`;
  return { code: 'missing_key', path, atKey: false, message, hint, missing: key };
}

function unfitName({ params, parentSchema }: ErrorObject, path: Path): SchemaMistake {
  const name = String(params.propertyName);
  const message = `Cannot use "${toShownKey(name)}" as a name${toWhere(path)}`;
  return {
    code: 'bad_value',
    path: [...path, name],
    atKey: true,
    message,
    hint: descriptionOf(parentSchema?.propertyNames),
  };
}

/** What something is for, from its schema or the one that refers to. */
function descriptionOf(schema: unknown): string | null {
  if (!isJsonObject(schema)) return null;
  const { description, $ref } = schema;
  if (typeof description === 'string') return description;
  return typeof $ref === 'string' ? descriptionOf(shared.get($ref)) : null;
}

const shared = new Map<string, unknown>(
  Object.entries(hookSchema.$defs).map(([name, schema]) => [`#/$defs/${name}`, schema]),
);

function toChoice({ params, data, parentSchema }: ErrorObject, path: Path): SchemaMistake {
  const allowed = [params.allowedValues ?? params.allowedValue].flat().map(String);
  const key = path.length === 1 ? path[0] : '';
  const code: ProblemCode =
    key === 'handler' ? 'unknown_handler' : key === 'kind' ? 'unknown_kind' : 'bad_value';
  const message = `${toName(path)} must be one of ${allowed.join(', ')}: got ${toShownAt(path, data)}`;
  const near = typeof data === 'string' ? suggest(data, allowed) : null;
  const hint = near === null ? descriptionOf(parentSchema) : `Did you mean "${near}"?`;
  return { code, path, atKey: false, message, hint };
}

/** Names a wrong value, but not what its key tells to be a secret, nor a password in a URL. */
function toShownAt(path: Path, data: unknown): string {
  if (typeof data === 'object' || data === undefined) return toShown(data);
  if (path.some((key) => typeof key === 'string' && isSensitiveName(key))) return `a ${typeof data}`;
  return toShown(typeof data === 'string' ? maskSource(data) : data);
}

const DEMANDS: Readonly<Record<string, (params: Readonly<Record<string, unknown>>) => string>> = {
  minLength: () => 'must not be empty',
  maxLength: ({ limit }) => `must have at most ${limit} characters`,
  minItems: ({ limit }) => `must have at least ${limit} item${limit === 1 ? '' : 's'}`,
  maxItems: ({ limit }) => `must have at most ${limit} items`,
  minProperties: ({ limit }) => `must have at least ${limit} key${limit === 1 ? '' : 's'}`,
  maxProperties: ({ limit }) => `must have at most ${limit} key${limit === 1 ? '' : 's'}`,
  minimum: ({ limit }) => `must be ${limit} or more`,
  exclusiveMinimum: ({ limit }) => `must be more than ${limit}`,
  maximum: ({ limit }) => `must be ${limit} or less`,
  pattern: ({ pattern }) => `must match ${pattern}`,
};

const FORMATS: Readonly<Record<string, string>> = {
  uuid: 'must be a UUID',
  'receiver-url': 'must be an http or https URL with a host, or a reference such as {vault://env/NAME}',
};

function toDemand({ keyword, params, message }: ErrorObject): string {
  const demand = keyword === 'format' ? FORMATS[String(params.format)] : DEMANDS[keyword]?.(params);
  return demand ?? String(message);
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a string',
  integer: 'an integer',
  number: 'a number',
  boolean: 'true or false',
  object: 'a map of keys and values',
  array: 'a list',
  null: 'null',
};

function toTypes(types: unknown): string {
  return [types]
    .flat()
    .map((type) => TYPES[String(type)] ?? String(type))
    .join(' or ');
}

/** A JSON pointer as keys and indexes; which of the two a number is, the value tells. */
export function toPath(pointer: string, value: unknown): Path {
  let container = value;
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => {
      const step = Array.isArray(container) ? Number(part) : part;
      container = (container as Readonly<Record<string | number, unknown>>)[step];
      return step;
    });
}

/** `['config', 'functions', 0]` as `config.functions[0]`. */
export function toDotted(path: Path): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`))
    .join('');
}

function toName(path: Path): string {
  return path.length === 0 ? 'the document' : `"${toDotted(path)}"`;
}

function toWhere(path: Path): string {
  return path.length === 0 ? '' : ` in "${toDotted(path)}"`;
}
