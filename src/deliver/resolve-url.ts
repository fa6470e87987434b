import { isReference, SecretError } from '../secrets/reference.ts';
import type { HookSecrets } from '../secrets/secrets.ts';

/**
 * The URL that a field of a definition has or refers to. One that is written was checked when it was loaded; what is
 * behind a reference may be anything: throws SecretError, since it may be put right without a change of the definition.
 */
export function resolveUrl(text: string, field: string, secrets: HookSecrets): string {
  if (!isReference(text)) return text;
  const resolved = secrets.resolve(text);
  const protocol = URL.parse(resolved)?.protocol;
  if (protocol === 'http:' || protocol === 'https:') return resolved;
  throw new SecretError(`what ${field} refers to is no URL of http or https [${text}]`);
}
