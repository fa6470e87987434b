import { isJsonObject, type Json, type JsonObject } from './event.ts';

/** Merges a patch into an object as RFC 7396 has it: objects merge, null takes a key away, all else replaces. */
export function mergePatch(target: JsonObject, patch: JsonObject): JsonObject {
  const merged = new Map(Object.entries(target));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, isJsonObject(value) ? mergePatch(toObject(merged.get(key)), value) : value);
  }
  return Object.fromEntries(merged);
}

function toObject(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}
