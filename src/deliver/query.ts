import type { Json, JsonObject } from '../event.ts';
import { compareTexts } from '../order.ts';

/** A payload as pairs of text, sorted by key. What is not a string is JSON; null is empty. */
export function toPairs(payload: JsonObject): readonly (readonly [name: string, value: string])[] {
  return Object.entries(payload)
    .sort(([a], [b]) => compareTexts(a, b))
    .map(([name, value]) => [name, toFieldText(value)]);
}

function toFieldText(value: Json): string {
  if (value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Adds a payload to a URL's own query, percent-encoded. */
export function mergeQuery(url: string, payload: JsonObject): string {
  const merged = new URL(url);
  const added = toPairs(payload)
    .map(
      ([name, value]) =>
        `${encodeURIComponent(name.toWellFormed())}=${encodeURIComponent(value.toWellFormed())}`,
    )
    .join('&');
  if (added !== '') merged.search = merged.search === '' ? added : `${merged.search}&${added}`;
  return merged.href;
}
