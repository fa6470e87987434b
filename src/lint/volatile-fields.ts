import type { CatalogueEvent } from '../definitions/event-source.ts';
import { isJsonObject, type JsonObject } from '../event.ts';

/** Times of an event or a measurement. Those of a thing, such as `created_at` or `due_at`, stay the same when it is told of again. */
const TIME =
  /^(?:at|ts|now|tick|ticks|time|timestamp|nonce|seq|sequence|uptime)$|^(?:(?:event|message|msg|log|server|current|request|sent|emitted|occurred|happened|received|observed|measured|sampled|collected|checked|polled|probed|fired|triggered|generated|last_seen|seen)_(?:at|on|ts|time|date|timestamp)|timestamp)(?:_(?:s|ms|us|ns))?$/;
/** Ids of the message, not of what it is about. */
const ID =
  /^(?:event|message|msg|delivery|notification|log|request|req|trace|span|correlation)_(?:id|uuid|guid)$|^traceparent$/;
/** A day may be told of twice; a time of these names may not. */
const MAYBE_TIME = /^(?:date|datetime|date_time|when)$/;

/** Levels of a schema that are looked into. */
const MAX_DEPTH = 8;

/** By the entry of the catalogue, which stays the same while its definition does. */
const known = new WeakMap<CatalogueEvent, string | null>();

/**
 * A field by whose name, in `fields` or in the schema, no two events have the same digest for on_change: dotted where it is
 * within another. Null: there is none, or nothing says what the data has.
 */
export function findVolatileField(event: CatalogueEvent): string | null {
  if (!known.has(event)) known.set(event, find(event));
  return known.get(event) ?? null;
}

function find({ fields = [], unique, schema = {} }: CatalogueEvent): string | null {
  const properties = toProperties(schema);
  const names = unique ?? [...new Set([...fields, ...Object.keys(properties)])];
  return findAmong(names, { properties, depth: 1, isChosen: unique !== undefined });
}

/** Where names are looked for, and whether the definition lists them as what makes two events the same. */
interface Among {
  readonly properties: JsonObject;
  readonly depth: number;
  readonly isChosen: boolean;
}

function findAmong(names: readonly string[], { properties, depth, isChosen }: Among): string | null {
  for (const name of names) {
    const schema = Object.hasOwn(properties, name) ? properties[name] : undefined;
    const own = schema !== undefined && isJsonObject(schema) ? schema : {};
    if (isVolatile(name, own, isChosen)) return name;
    const inner = toProperties(own);
    const below = { properties: inner, depth: depth + 1, isChosen: false };
    const within = depth < MAX_DEPTH ? findAmong(Object.keys(inner), below) : null;
    if (within !== null) return `${name}.${within}`;
  }
  return null;
}

/** An id that is listed as what makes two events the same is that of a parcel or a request, or keeps out what is sent again. */
function isVolatile(name: string, schema: JsonObject, isChosen: boolean): boolean {
  if ('const' in schema || 'enum' in schema) return false;
  const snake = name
    .replaceAll(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter}`)
    .replaceAll('-', '_')
    .toLowerCase();
  return (
    TIME.test(snake) ||
    (!isChosen && ID.test(snake)) ||
    (schema.format === 'date-time' && MAYBE_TIME.test(snake))
  );
}

function toProperties({ properties = {} }: JsonObject): JsonObject {
  return isJsonObject(properties) ? properties : {};
}
