import { isJsonObject, type Json, type JsonObject } from '../event.ts';

/** A whole schema, where references start. */
export interface Root {
  readonly schema: JsonObject;
  /** What may still be spent on looking at it: once that is used up nothing more is known of it. */
  steps: number;
}

/** A schema of a value, with the whole it is part of. */
export interface Part {
  readonly schema: JsonObject;
  readonly root: Root;
}

/** Schemas that a value fits all at once; none: it can be anything. */
export type Alternative = readonly Part[];

/** The types of JSON; integers are numbers. */
export type JsonType = 'string' | 'number' | 'boolean' | 'null' | 'object' | 'array';
/** Null: any. */
type Types = ReadonlySet<JsonType> | null;

/** Far above what schemas cost that people write, far below what would hold anything up. */
const MAX_STEPS = 100_000;
/** Alternatives that are told apart, and schemas that are followed one from the other: of more nothing is known. */
const MAX_ALTERNATIVES = 64;
const MAX_DEPTH = 100;

/** A schema that was not looked at yet. */
export function createRoot(schema: JsonObject): Root {
  return { schema, steps: MAX_STEPS };
}

/**
 * Takes a schema apart into what a value may be: references followed, `allOf` joined, `anyOf` and `oneOf` told apart, and
 * what holds under a condition there or not. A value that fits the schema fits one of them. Null when that cannot be told.
 */
export function toAlternatives(schema: Json, root: Root): readonly Alternative[] | null {
  return expand(schema, { root, depth: 0 });
}

/** What fits both: each alternative of one with each of the other, but for those nothing can fit. Null when they are too many. */
export function join(
  one: readonly Alternative[],
  other: readonly Alternative[],
): readonly Alternative[] | null {
  if (one.length * other.length > MAX_ALTERNATIVES) return null;
  const all = one.flatMap((a) => other.map((b) => [...a, ...b]));
  const [first] = all.flat();
  if (first !== undefined && !spend(first.root, all.flat().length)) return null;
  return all.filter((parts) => typesOf(parts)?.size !== 0);
}

/** The types of what fits; null: any. */
export function typesOf(alternative: Alternative): Types {
  return alternative.map(({ schema }) => typesOfSchema(schema)).reduce(intersect, null);
}

function intersect(one: Types, other: Types): Types {
  return one === null || other === null ? (one ?? other) : one.intersection(other);
}

/** By schema: values that are listed may be thousands, and are asked for with each key that is looked for. */
const types = new WeakMap<JsonObject, Types>();

function typesOfSchema(schema: JsonObject): Types {
  const known = types.get(schema);
  if (known !== undefined) return known;
  const found = intersect(toTypes(schema), toValueTypes(schema));
  types.set(schema, found);
  return found;
}

/** The values a schema lists; null when it lists none. */
export function listValues({ enum: listed, const: only }: JsonObject): readonly Json[] | null {
  if (only !== undefined) return [only];
  return Array.isArray(listed) ? (listed as readonly Json[]) : null;
}

function spend(root: Root, steps: number): boolean {
  root.steps = Math.max(0, root.steps - steps);
  return root.steps > 0;
}

interface Context {
  readonly root: Root;
  readonly depth: number;
}

function expand(schema: Json, { root, depth }: Context): readonly Alternative[] | null {
  if (!spend(root, 1) || depth > MAX_DEPTH) return null;
  if (schema === false) return [];
  if (!isJsonObject(schema)) return [[]];
  let alternatives: readonly Alternative[] | null = [[{ schema, root }]];
  for (const choice of toChoices(schema, root.schema)) {
    const some = expandAll(choice, { root, depth: depth + 1 });
    alternatives = some === null ? null : join(alternatives, some);
    if (alternatives === null) return null;
  }
  return alternatives;
}

function expandAll(choice: Choice, context: Context): readonly Alternative[] | null {
  const all: Alternative[] = [];
  for (const schema of choice) {
    const some = schema === undefined ? null : expand(schema, context);
    if (some === null) return null;
    all.push(...some);
  }
  return all;
}

/** Schemas of which a value fits at least one; undefined: one that cannot be found. */
type Choice = readonly (Json | undefined)[];

/** What a value that fits a schema has to fit besides what the schema itself says of it. */
function toChoices(schema: JsonObject, root: JsonObject): readonly Choice[] {
  const { $ref, allOf, anyOf, oneOf, if: condition, then = true, else: otherwise = true } = schema;
  const { dependentSchemas, dependencies } = schema;
  const dependents = [dependentSchemas, dependencies].flatMap(toValues).filter(isJsonObject);
  return [
    ...(isOpaque(schema, root) ? [[undefined]] : []),
    ...($ref === undefined ? [] : [[find($ref, root)]]),
    ...toList(allOf).map((part) => [part]),
    ...[anyOf, oneOf].filter((choice) => choice !== undefined).map(toList),
    ...(condition === undefined ? [] : [[{ allOf: [condition, then] }, otherwise]]),
    ...dependents.map((part) => [true, part]),
  ];
}

/** What is referred to in another way than by its place, or from another place than the root. */
function isOpaque(schema: JsonObject, root: JsonObject): boolean {
  return '$dynamicRef' in schema || '$recursiveRef' in schema || (schema !== root && '$id' in schema);
}

function find($ref: Json, root: JsonObject): Json | undefined {
  if (typeof $ref !== 'string' || !/^#(\/|$)/.test($ref)) return undefined;
  let found: Json = root;
  for (const part of $ref.split('/').slice(1)) {
    const key = decode(part)?.replaceAll('~1', '/').replaceAll('~0', '~');
    if (key === undefined || typeof found !== 'object' || found === null || !Object.hasOwn(found, key))
      return undefined;
    found = (found as JsonObject)[key] ?? null;
  }
  return found;
}

/** Where a schema is never used nobody saw that what it refers to cannot be read. */
function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

/** The items of a list; none of anything else. */
export function toList(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

/** The values of an object; none of anything else. */
export function toValues(value: Json | undefined): readonly Json[] {
  return isJsonObject(value) ? Object.values(value) : [];
}

/** `nullable` is OpenAPI's, and intake goes by it. */
function toTypes({ type, nullable }: JsonObject): Types {
  if (type === undefined) return null;
  const names = [...(Array.isArray(type) ? toList(type) : [type]), ...(nullable === true ? ['null'] : [])];
  return new Set(names.map((name) => (name === 'integer' ? 'number' : name) as JsonType));
}

function toValueTypes(schema: JsonObject): Types {
  const values = listValues(schema);
  return values === null ? null : new Set(values.map(toType));
}

function toType(value: Json): JsonType {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value as JsonType;
}
