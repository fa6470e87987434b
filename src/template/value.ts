import { isJsonObject, type Json, type JsonObject } from '../event.ts';

/** A value while a template runs: JSON, or nothing where the data has none. */
export type Value = Json | undefined;

/** Reads an own property, of an object or an array; prototypes are out of reach. */
export function readProperty(value: Value, key: string): Value {
  if (value === null || typeof value !== 'object' || !Object.hasOwn(value, key)) return undefined;
  if (Array.isArray(value) && key === 'length') return value.length;
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

/** The helpers that make a value of values. */
export const HELPERS: ReadonlyMap<string, (...args: readonly Value[]) => Value> = new Map<
  string,
  (...args: readonly Value[]) => Value
>([
  ['json', (value) => (value === undefined ? 'null' : JSON.stringify(value))],
  ['default', (value, fallback) => (isEmpty(value) ? fallback : value)],
  ['upper', (value) => toText(value).toUpperCase()],
  ['lower', (value) => toText(value).toLowerCase()],
  ['eq', (a, b) => isSame(a, b)],
  ['ne', (a, b) => !isSame(a, b)],
  ['and', (...values) => values.every(isTruthy)],
  ['or', (...values) => values.some(isTruthy)],
  ['not', (value) => !isTruthy(value)],
]);

/** How many arguments a helper takes. */
export const ARITY: ReadonlyMap<string, readonly [min: number, max: number]> = new Map<
  string,
  readonly [number, number]
>([
  ['json', [1, 1]],
  ['default', [2, 2]],
  ['upper', [1, 1]],
  ['lower', [1, 1]],
  ['eq', [2, 2]],
  ['ne', [2, 2]],
  ['and', [1, Number.POSITIVE_INFINITY]],
  ['or', [1, Number.POSITIVE_INFINITY]],
  ['not', [1, 1]],
]);

function isSame(a: Value, b: Value): boolean {
  return (
    a === b || (typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b))
  );
}

/** Entries of a list or an object, for `each`; null for anything else. */
export function entriesOf(value: Value): readonly (readonly [key: string | number, item: Value])[] | null {
  if (Array.isArray(value)) return value.map((item: Json, index) => [index, item]);
  return isJsonObject(value) ? Object.entries(value) : null;
}
