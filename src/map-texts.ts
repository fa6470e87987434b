import { isJsonObject, type Json } from './event.ts';

/** The same value with every text in it mapped; `path` is keys and indexes from its root. */
export function mapTexts(
  value: Json,
  path: readonly (string | number)[],
  map: (text: string, path: readonly (string | number)[]) => string,
): Json {
  if (typeof value === 'string') return map(value, path);
  if (Array.isArray(value))
    return (value as readonly Json[]).map((item, index) => mapTexts(item, [...path, index], map));
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([key, item]) => [key, mapTexts(item, [...path, key], map)]));
}
