import { maskSource } from '../secrets/mask-source.ts';

/** Characters of a value that a message repeats. */
const MAX_SHOWN = 60;

/** A text as far as a message should repeat it. */
export function toCut(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN).toWellFormed()}…` : text;
}

/** A key as a message should repeat it: `secret:hunter2` without its space is one. */
export function toShownKey(key: string): string {
  return toCut(maskSource(key));
}

/** Names a wrong value without repeating one that may be long. */
export function toShown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object' && value !== null)
    return Object.keys(value).length === 0 ? 'an empty map' : 'a map';
  return toCut(typeof value === 'number' ? String(value) : JSON.stringify(value));
}
