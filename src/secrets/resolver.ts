import { isJsonObject } from '../event.ts';
import { createEnvVault } from './env-vault.ts';
import { createFileVault } from './file-vault.ts';
import { createRedactor } from './redactor.ts';
import { isReference, parseReference, type Reference, SecretError } from './reference.ts';
import type { Secrets } from './secrets.ts';

/** What references may reach. */
export interface SecretsOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Names of variables, `*` for any characters; null: all but Hookline's own. */
  readonly envAllow: readonly string[] | null;
  readonly fileRoot: string;
}

/** Creates the resolver of references. */
export function createSecrets({ env, envAllow, fileRoot }: SecretsOptions): Secrets {
  const vaults = { env: createEnvVault({ env, allow: envAllow }), file: createFileVault(fileRoot) };
  const redactor = createRedactor();
  const parsed = new Map<string, Reference>();
  return {
    resolve(text) {
      if (!isReference(text)) return text;
      const reference = parsed.get(text) ?? parseReference(text);
      parsed.set(text, reference);
      const value = toSubfield(vaults[reference.vault](reference), reference.key);
      redactor.remember(value);
      return value;
    },
    conceal: redactor.keep,
    redact: redactor.redact,
  };
}

/** The string under a key of a JSON object; the value itself when no key is asked for. */
function toSubfield(value: string, key: string | null): string {
  if (key === null) return value;
  const parsed = parse(value);
  const field = isJsonObject(parsed) && Object.hasOwn(parsed, key) ? parsed[key] : undefined;
  if (typeof field !== 'string')
    throw new SecretError(`could not get subfield value: no string under key "${key}"`);
  return field;
}

/** The parser's own words are left out: they quote the text. */
function parse(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    throw new SecretError('could not get subfield value: the secret is not a JSON object');
  }
}
