import type { Json } from '../event.ts';
import { createRedactor } from '../secrets/redactor.ts';

/**
 * Creates what takes the secrets that definitions hold in clear out of every text of a value: neither a terminal nor a file
 * of snapshots is to hold them. What a test itself gives for a secret is none.
 */
export function createMask(secrets: readonly string[]): <T>(value: T) => T {
  const { keep, redact } = createRedactor();
  for (const secret of secrets) keep(secret);
  const mask = (value: Json): Json => {
    if (typeof value === 'string') return redact(value);
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(mask);
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mask(item)]));
  };
  return <T>(value: T): T => (secrets.length === 0 ? value : (mask(value as Json) as T));
}
