import { digestJson } from '../canonical-json.ts';
import type { JsonObject } from '../event.ts';

/**
 * Tells whether two events are the same for on_change: over the fields in `unique` (top level; one that is missing
 * counts as missing), or over all data when the catalogue names none (null).
 */
export function toDigest(data: JsonObject, unique: readonly string[] | null): string {
  if (unique === null) return digestJson(data);
  return digestJson(
    unique.filter((field) => Object.hasOwn(data, field)).map((field) => [field, data[field]]),
  );
}

/** The digest of one event for all its hooks: worked out when the first asks, and once. It takes the longer the more data there is. */
export function createDigest(data: JsonObject, unique: readonly string[] | null): () => string {
  let digest: string | null = null;
  return () => {
    digest ??= toDigest(data, unique);
    return digest;
  };
}
