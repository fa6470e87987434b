import type { Catalogue } from '../catalogue/catalogue.ts';
import type { EventHook } from '../definitions/definition.ts';
import type { CatalogueEvent } from '../definitions/event-source.ts';
import type { JsonObject } from '../event.ts';
import { type Alternative, createRoot, join, toAlternatives } from './alternatives.ts';
import { ANYTHING, createShape, type Shape } from './shape.ts';

type Events = ReadonlyMap<string, CatalogueEvent>;

/**
 * By what they are made of. An entry stays the same from one reconcile to the next unless its file changes; the events of a
 * declared source are put together anew.
 */
const shapes = new WeakMap<CatalogueEvent | Events, Shape>();

/** What is known of the data of events a hook may get: what the catalogue says of the event, or of all of its source. */
export function shapeOf({ source, event }: EventHook, { sources }: Catalogue): Shape {
  const events = sources.get(source) ?? new Map<string, CatalogueEvent>();
  const entry = event === null ? undefined : events.get(event);
  const subject = event === null ? events : entry;
  if (subject === undefined) return ANYTHING;
  const shape =
    shapes.get(subject) ?? createShape(dataOfAll(entry === undefined ? events.values() : [entry]));
  shapes.set(subject, shape);
  return shape;
}

/** Null when anything can be in it. Most events have no schema, and many the same fields: these are one alternative. */
function dataOfAll(events: Iterable<CatalogueEvent>): readonly Alternative[] | null {
  const all: Alternative[] = [];
  const listed = new Set<string>();
  let isListed = false;
  for (const { schema, fields } of events) {
    if (schema === undefined && fields !== undefined) {
      isListed = true;
      for (const field of fields) listed.add(field);
      continue;
    }
    const alternatives = schema === undefined ? null : dataOf(schema, fields);
    if (alternatives === null) return null;
    all.push(...alternatives);
  }
  return isListed ? [...all, toListing([...listed])] : all;
}

/** A schema and fields beside it both list what there is. */
function dataOf(schema: JsonObject, fields: readonly string[] = []): readonly Alternative[] | null {
  const alternatives = toAlternatives(schema, createRoot(schema));
  if (alternatives === null || fields.length === 0) return alternatives;
  return join(alternatives, [toListing(fields)]);
}

function toListing(fields: readonly string[]): Alternative {
  const properties = Object.fromEntries(fields.map((field) => [field, true] as const));
  // Without members a schema would say nothing.
  const schema: JsonObject = fields.length === 0 ? { additionalProperties: false } : { properties };
  return [{ schema, root: createRoot(schema) }];
}
