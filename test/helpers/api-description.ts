import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { Json, JsonObject } from '../../src/event.ts';
import { isJsonObject } from '../../src/event.ts';
import { readDescription } from '../../src/http/openapi.ts';

/** One method of one path, with everything it refers to put in its place. */
export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly tags: readonly string[];
  /** What a token needs for it; null: none is asked for. */
  readonly scope: string | null;
  readonly requestBody: JsonObject | null;
  /** By status. */
  readonly responses: Readonly<Record<string, JsonObject>>;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const description = readDescription() as unknown as JsonObject;
const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);

/** Every operation of schemas/openapi.yaml. */
export function readOperations(): readonly Operation[] {
  const paths = description.paths as Readonly<Record<string, JsonObject>>;
  return Object.entries(paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method] !== undefined).map((method) => {
      const { tags, requestBody = null, responses, security } = inline(item[method] ?? null) as JsonObject;
      const [required] = security as readonly { readonly token: readonly string[] }[];
      return { method, path, tags, scope: required?.token[0] ?? null, requestBody, responses } as Operation;
    }),
  );
}

/** The tags that schemas/openapi.yaml declares. */
export function readTags(): readonly string[] {
  return (description.tags as readonly { readonly name: string }[]).map(({ name }) => name);
}

/** The media of a request or a response: schema and examples by content type. */
export function mediaOf(body: JsonObject | null): Readonly<Record<string, JsonObject>> {
  return (body?.content ?? {}) as Readonly<Record<string, JsonObject>>;
}

/** The examples of a medium, by name. */
export function examplesOf({ example, examples }: JsonObject): readonly (readonly [string, Json])[] {
  const named = Object.entries((examples ?? {}) as JsonObject);
  return [
    ...(example === undefined ? [] : [['example', example] as const]),
    ...named.map(([name, one]) => [name, (one as JsonObject).value ?? null] as const),
  ];
}

/** What of a value does not fit a schema; keys the schema does not have do not fit either. */
export function findMisfits(schema: Json, value: unknown): readonly string[] {
  const validate = ajv.compile(close(schema) as JsonObject);
  return validate(value)
    ? []
    : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}

/** Puts what a reference names in its place. Nothing in the description refers to itself. */
function inline(value: Json): Json {
  if (Array.isArray(value)) return value.map(inline);
  if (!isJsonObject(value)) return value;
  if (typeof value.$ref === 'string') return inline(lookUp(value.$ref));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inline(item)]));
}

function lookUp(ref: string): Json {
  let found: Json | undefined = description;
  for (const part of ref.replace('#/', '').split('/')) found = isJsonObject(found) ? found[part] : undefined;
  if (found === undefined) throw new Error(`Cannot find "${ref}" in schemas/openapi.yaml`);
  return found;
}

/** The same schema with no room for keys that are not described. Parts of an `allOf` leave room for each other. */
function close(value: Json, isPart = false): Json {
  if (Array.isArray(value)) return value.map((item) => close(item));
  if (!isJsonObject(value)) return value;
  const closed = Object.entries(value).map(([key, item]) => [
    key,
    key === 'allOf' && Array.isArray(item) ? item.map((part: Json) => close(part, true)) : close(item),
  ]);
  const isOpen = isPart || Object.hasOwn(value, 'additionalProperties');
  if (Object.hasOwn(value, 'allOf')) closed.push(['unevaluatedProperties', false]);
  else if (isJsonObject(value.properties) && !isOpen) closed.push(['additionalProperties', false]);
  return Object.fromEntries(closed) as JsonObject;
}
