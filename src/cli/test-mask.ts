import type { Json } from '../event.ts';
import { mapTexts } from '../map-texts.ts';
import { createRedactor } from '../secrets/redactor.ts';

/**
 * Creates what takes the secrets that definitions hold in clear out of every text of a value: neither a terminal nor a file
 * of snapshots is to hold them. What a test itself gives for a secret is none.
 */
export function createMask(secrets: readonly string[]): <T>(value: T) => T {
  const { keep, redact } = createRedactor();
  for (const secret of secrets) keep(secret);
  return <T>(value: T): T => (secrets.length === 0 ? value : (mapTexts(value as Json, [], redact) as T));
}
