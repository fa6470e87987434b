import { hash } from 'node:crypto';
import { configure } from 'safe-stable-stringify';

/** Sorted keys, and an error rather than a placeholder for what JSON cannot hold. */
const stringify = configure({ deterministic: true, strict: true, bigint: false });

/** The canonical JSON of a value: keys sorted at every depth. Throws when the value is not JSON. */
export function toCanonicalJson(value: unknown): string {
  return stringify(value, refuseUndefined) ?? 'null';
}

/** Left to itself, the library leaves such a key out: two different values would be one. */
function refuseUndefined(key: string, value: unknown): unknown {
  if (value === undefined) throw new TypeError(`Cannot make JSON of undefined under "${key}"`);
  return value;
}

/** sha256 of the canonical JSON of a value, hex: equal exactly when the values are. */
export function digestJson(value: unknown): string {
  return hash('sha256', toCanonicalJson(value), 'hex');
}
