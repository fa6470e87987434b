import { isJsonObject, type Json, type JsonObject, valueAt } from '../event.ts';

/** Levels a sample goes down: a schema may hold itself. */
const MAX_DEPTH = 8;
/** Characters and items that are made up to be as many as a schema asks for. */
const MAX_FILL = 200;
const TEXT = 'example';

/** Texts of a format. */
const FORMATS: Readonly<Record<string, string>> = {
  'date-time': '2026-01-31T12:00:00Z',
  date: '2026-01-31',
  time: '12:00:00Z',
  duration: 'PT1H',
  email: 'jane@example.com',
  hostname: 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uri: 'https://example.com/',
  url: 'https://example.com/',
  uuid: '018f4e3c-5b1a-7c3d-8e2f-1a2b3c4d5e6f',
};

/** What is known of a place in a schema. */
interface Context {
  readonly root: JsonObject;
  readonly depth: number;
  /** Whether members that may be left out are. */
  readonly sparse: boolean;
}

/**
 * A value that looks as a schema asks for, as far as that can be told without solving it: what it gives as an example, a
 * constant or a default, or something of the type. It may not fit where the schema asks for more.
 */
export function sampleOf(root: JsonObject, { sparse }: { readonly sparse: boolean }): Json {
  return sample(root, { root, depth: 0, sparse });
}

function sample(schema: Json | undefined, context: Context): Json {
  if (!isJsonObject(schema) || context.depth > MAX_DEPTH) return TEXT;
  const resolved = resolve(schema, context);
  const given = findGiven(resolved);
  if (given !== undefined) return given;
  const deeper = { ...context, depth: context.depth + 1 };
  switch (toType(resolved)) {
    case 'object':
      return sampleObject(resolved, deeper);
    case 'array':
      return sampleArray(resolved, deeper);
    case 'number':
    case 'integer':
      return sampleNumber(resolved);
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return sampleText(resolved);
  }
}

/** What the schema is made of: what it refers to, the first of several it may be, and all it has to be. */
function resolve(schema: JsonObject, { root, depth }: Omit<Context, 'sparse'>): JsonObject {
  const { $ref, anyOf, oneOf, allOf, ...own } = schema;
  if (depth > MAX_DEPTH) return own;
  return [find($ref, root), first(anyOf), first(oneOf), ...list(allOf)]
    .filter(isJsonObject)
    .map((part) => resolve(part, { root, depth: depth + 1 }))
    .reduce(merge, own);
}

function merge(one: JsonObject, other: JsonObject): JsonObject {
  const both = { ...other, ...one };
  const properties = [one.properties, other.properties].filter(isJsonObject);
  const required = [...list(one.required), ...list(other.required)];
  return {
    ...both,
    ...(properties.length === 0 ? {} : { properties: Object.assign({}, ...properties) as JsonObject }),
    ...(required.length === 0 ? {} : { required }),
  };
}

/** What a reference within the schema stands for. */
function find($ref: Json | undefined, root: JsonObject): Json | undefined {
  if (typeof $ref !== 'string' || !$ref.startsWith('#')) return undefined;
  const keys = $ref.slice(1).split('/').slice(1);
  return valueAt(
    root,
    keys.map((key) => decodeURIComponent(key).replaceAll('~1', '/').replaceAll('~0', '~')),
  );
}

function findGiven(schema: JsonObject): Json | undefined {
  if (schema.const !== undefined) return schema.const;
  return first(schema.examples) ?? schema.default ?? first(schema.enum);
}

function toType({ type, properties, required, items }: JsonObject): Json | undefined {
  const said = Array.isArray(type) ? list(type).find((one) => one !== 'null') : type;
  if (said !== undefined) return said;
  if (properties !== undefined || required !== undefined) return 'object';
  return items === undefined ? undefined : 'array';
}

function sampleObject({ properties, required }: JsonObject, context: Context): Json {
  const known = isJsonObject(properties) ? properties : {};
  const needed = list(required).filter((name) => typeof name === 'string');
  const names = context.sparse ? needed : [...new Set([...needed, ...Object.keys(known)])];
  return Object.fromEntries(
    names.map((name) => [name, sample(Object.hasOwn(known, name) ? known[name] : undefined, context)]),
  );
}

function sampleArray({ items, prefixItems, minItems, uniqueItems }: JsonObject, context: Context): Json {
  const leading = list(prefixItems).map((item) => sample(item, context));
  const wanted = Math.min(Math.max(toNumber(minItems) ?? 0, context.sparse ? 0 : 1), MAX_FILL);
  if (leading.length >= wanted) return leading;
  const item = sample(items, context);
  const rest = Array.from({ length: wanted - leading.length }, (_, index) =>
    uniqueItems === true && typeof item === 'number' ? item + index : item,
  );
  return [...leading, ...rest];
}

function sampleNumber({ minimum, exclusiveMinimum, maximum, multipleOf }: JsonObject): number {
  const above = toNumber(exclusiveMinimum);
  const least = toNumber(minimum) ?? (above === undefined ? Math.min(1, toNumber(maximum) ?? 1) : above + 1);
  const step = toNumber(multipleOf);
  return step === undefined ? least : Math.ceil(least / step) * step;
}

function sampleText({ format, minLength, maxLength }: JsonObject): string {
  const text = (typeof format === 'string' ? FORMATS[format] : undefined) ?? TEXT;
  const least = Math.min(toNumber(minLength) ?? 0, MAX_FILL);
  return text.padEnd(least, 'x').slice(0, toNumber(maxLength) ?? text.length + least);
}

function toNumber(value: Json | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

function first(value: Json | undefined): Json | undefined {
  return list(value)[0];
}
