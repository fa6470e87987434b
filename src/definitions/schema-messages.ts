import type { ErrorObject } from 'ajv/dist/2020.js';
import type { ProblemCode } from './problem.ts';
import { toHint } from './suggest.ts';

/** A mistake in a document, before its place in the file is known. */
export interface SchemaMistake {
  readonly code: ProblemCode;
  /** Keys and indexes from the document's root. */
  readonly path: readonly (string | number)[];
  /** Whether the key is wrong and not its value. */
  readonly atKey: boolean;
  readonly message: string;
  readonly hint: string | null;
}

type Path = SchemaMistake['path'];

/** Makes sentences of what the validator found. Errors that only say that another one exists are left out. */
export function toMistakes(errors: readonly ErrorObject[], root: Path): readonly SchemaMistake[] {
  return errors.flatMap((error) => toMistake(error, [...root, ...toPath(error.instancePath)]));
}

function toMistake(error: ErrorObject, path: Path): readonly SchemaMistake[] {
  const { keyword, params, data } = error;
  const name = toName(path);
  const about = { path, atKey: false, hint: null };
  switch (keyword) {
    case 'additionalProperties':
      return [unknownKey(error, path)];
    case 'required':
      return [
        {
          ...about,
          code: 'missing_key',
          message: `Missing key ${toName([...path, String(params.missingProperty)])}`,
          hint: describe(error, String(params.missingProperty)),
        },
      ];
    case 'propertyNames':
      return [
        {
          ...about,
          path: [...path, String(params.propertyName)],
          atKey: true,
          code: 'bad_value',
          message: `Cannot use "${params.propertyName}" as a name in ${name}`,
        },
      ];
    case 'type':
      return [
        {
          ...about,
          code: 'wrong_type',
          message: `${name} must be ${toTypes(params.type)}: got ${toShown(data)}`,
        },
      ];
    case 'const':
    case 'enum':
      return [toChoice(error, path)];
    default:
      return isSecondHand(error)
        ? []
        : [
            {
              ...about,
              code: 'bad_value',
              message: `${name} ${toDemand(error)}: got ${toShown(data)}`,
              hint: null,
            },
          ];
  }
}

/** `if` repeats what its branch said; the pattern of a name is reported by `propertyNames`. */
function isSecondHand({ keyword, propertyName }: ErrorObject): boolean {
  return keyword === 'if' || propertyName !== undefined;
}

function unknownKey({ params, parentSchema }: ErrorObject, path: Path): SchemaMistake {
  const key = String(params.additionalProperty);
  const known = Object.keys((parentSchema?.properties as object | undefined) ?? {});
  const where = path.length === 0 ? '' : ` in ${toName(path)}`;
  return {
    code: 'unknown_key',
    path: [...path, key],
    atKey: true,
    message: `Unknown key "${key}"${where}`,
    hint: toHint(key, known),
  };
}

function toChoice({ params, data }: ErrorObject, path: Path): SchemaMistake {
  const allowed = [params.allowedValues ?? params.allowedValue].flat().map(String);
  const key = path.length === 1 ? path[0] : '';
  const code: ProblemCode =
    key === 'handler' ? 'unknown_handler' : key === 'kind' ? 'unknown_kind' : 'bad_value';
  const message = `${toName(path)} must be one of ${allowed.join(', ')}: got ${toShown(data)}`;
  return { code, path, atKey: false, message, hint: typeof data === 'string' ? toHint(data, allowed) : null };
}

/** What a missing key is for, from its schema. */
function describe({ parentSchema }: ErrorObject, key: string): string | null {
  const properties = parentSchema?.properties as Record<string, { description?: string }> | undefined;
  return properties?.[key]?.description ?? null;
}

const DEMANDS: Readonly<Record<string, (params: Readonly<Record<string, unknown>>) => string>> = {
  minLength: () => 'must not be empty',
  maxLength: ({ limit }) => `must have at most ${limit} characters`,
  minItems: ({ limit }) => `must have at least ${limit} item${limit === 1 ? '' : 's'}`,
  maxItems: ({ limit }) => `must have at most ${limit} items`,
  minProperties: () => 'must not be empty',
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
  if (keyword === 'format') return FORMATS[String(params.format)] ?? `${message}`;
  return DEMANDS[keyword]?.(params) ?? `${message}`;
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

/** Names a wrong value; long ones are cut. */
function toShown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a map';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

const MAX_SHOWN = 60;

function toPath(pointer: string): Path {
  if (pointer === '') return [];
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

function toName(path: Path): string {
  return path.length === 0
    ? 'the document'
    : `"${path.map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`)).join('')}"`;
}
