import { toCanonicalJson } from '../canonical-json.ts';
import { isJsonObject, type Json, type JsonObject } from '../event.ts';

/** A value while a template runs: JSON, or nothing where the data has none. */
export type Value = Json | undefined;

/** Reads an own property, of an object or an array; prototypes are out of reach. */
export function readProperty(value: Value, key: string): Value {
  if (value === null || typeof value !== 'object' || !Object.hasOwn(value, key)) return undefined;
  return (value as JsonObject)[key];
}

/** What `if`, `unless`, `and`, `or` and `not` take as no: false, 0, empty text, empty list, null and nothing. */
export function isTruthy(value: Value): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

/** Whether `default` applies. */
function isEmpty(value: Value): boolean {
  return value === undefined || value === null || value === '';
}

/** A value as text: nothing and null are empty, lists and objects are JSON. */
export function toText(value: Value): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** A helper with the number of arguments it takes. */
export interface Helper {
  readonly min: number;
  readonly max: number;
  /** Makes a value of values. Every text that is made on the way is given to `note`, which may end the rendering. */
  readonly call: (args: readonly Value[], note: (text: string) => string) => Value;
}

/** The helpers that make a value of values. */
export const HELPERS: ReadonlyMap<string, Helper> = new Map<string, Helper>([
  ['json', { min: 1, max: 1, call: ([value = null], note) => note(JSON.stringify(value)) }],
  ['default', { min: 2, max: 2, call: ([value, fallback]) => (isEmpty(value) ? fallback : value) }],
  ['upper', { min: 1, max: 1, call: ([value], note) => note(toText(value)).toUpperCase() }],
  ['lower', { min: 1, max: 1, call: ([value], note) => note(toText(value)).toLowerCase() }],
  ['eq', { min: 2, max: 2, call: ([a, b], note) => isSame(a, b, note) }],
  ['ne', { min: 2, max: 2, call: ([a, b], note) => !isSame(a, b, note) }],
  ['and', { min: 1, max: Number.POSITIVE_INFINITY, call: (args) => args.every(isTruthy) }],
  ['or', { min: 1, max: Number.POSITIVE_INFINITY, call: (args) => args.some(isTruthy) }],
  ['not', { min: 1, max: 1, call: ([value]) => !isTruthy(value) }],
]);

/** Lists and objects are the same when what they hold is, whatever the order of keys. */
function isSame(a: Value, b: Value, note: (text: string) => string): boolean {
  if (a === b || typeof a !== 'object' || typeof b !== 'object') return a === b;
  return note(toCanonicalJson(a)) === note(toCanonicalJson(b));
}

/** Entries of a list or an object, for `each`; null for anything else. */
export function entriesOf(value: Value): readonly (readonly [key: string | number, item: Value])[] | null {
  if (Array.isArray(value)) return value.map((item: Json, index) => [index, item]);
  return isJsonObject(value) ? Object.entries(value) : null;
}
