import { isJsonObject } from '../event.ts';
import { createEnvVault } from './env-vault.ts';
import { createFileVault } from './file-vault.ts';
import { createRedactor } from './redactor.ts';
import { isReference, parseReference, type Reference, SecretError } from './reference.ts';
import { describeResource, type Reserved } from './reserved.ts';
import type { HookSecrets, Secrets } from './secrets.ts';

/** What references may reach. */
export interface SecretsOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Names of variables, `*` for any characters; null: all but Hookline's own. */
  readonly envAllow: readonly string[] | null;
  readonly fileRoot: string;
  /** What hooks may not refer to. */
  readonly reserved: Reserved;
}

/** The resolvers of references, which redact what either of them gave out. */
export interface Resolvers {
  /** For settings, which may refer to everything. */
  readonly settings: Secrets;
  readonly hooks: HookSecrets;
}

/** Creates both resolvers. */
export function createSecrets({ env, envAllow, fileRoot, reserved }: SecretsOptions): Resolvers {
  const vaults = { env: createEnvVault({ env, allow: envAllow }), file: createFileVault(fileRoot) };
  const { remember, keep: conceal, redact } = createRedactor();
  const parsed = new Map<string, Reference>();
  const read = (reference: Reference): string =>
    toSubfield(vaults[reference.vault](reference), reference.key);

  /** Refused before and after: a link may be moved on while it is read. */
  function readForHook(reference: Reference): string {
    refuse(reference, reserved);
    const value = read(reference);
    refuse(reference, reserved);
    return value;
  }

  function resolveBy(look: (reference: Reference) => string): Secrets['resolve'] {
    return (text) => {
      if (!isReference(text)) return text;
      const reference = parsed.get(text) ?? parseReference(text);
      parsed.set(text, reference);
      const value = look(reference);
      remember(value);
      return value;
    };
  }

  return {
    settings: { resolve: resolveBy(read), remember, conceal, redact },
    hooks: { of: 'hooks', resolve: resolveBy(readForHook), remember, conceal, redact },
  };
}

/** What was let through when the hook was loaded may be reserved since: links move. */
function refuse(reference: Reference, reserved: Reserved): void {
  if (!reserved.look()(reference)) return;
  throw new SecretError(
    `could not get value from external vault (${describeResource(reference)} is the settings' own: they refer to it)`,
  );
}

/** The string under a key of a JSON object; the value itself when no key is asked for. */
export function toSubfield(value: string, key: string | null): string {
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
