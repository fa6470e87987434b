import type { Json, JsonObject } from '../event.ts';

/** By this key the library asks an object what it is made by; an object of the event may say anything. */
const MISLEADING = 'constructor';

/** Whether an expression may fail on some data for no fault of its own. */
export function isMisleading(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.hasOwn(value, MISLEADING) || Object.values(value).some(isMisleading);
}

/** The same data for the library: its objects as maps, which say nothing of themselves. */
export function toMaps(data: JsonObject): ReadonlyMap<string, unknown> {
  return new Map(Object.entries(data).map(([key, value]) => [key, toValue(value)]));
}

function toValue(value: Json): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Array.isArray(value) ? (value as readonly Json[]).map(toValue) : toMaps(value as JsonObject);
}
