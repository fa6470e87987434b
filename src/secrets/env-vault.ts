import { type Reference, SecretError } from './reference.ts';

/** What of the environment references may reach. */
export interface EnvVaultOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Names, where `*` stands for any characters; null: every variable that does not start with HOOKLINE_. */
  readonly allow: readonly string[] | null;
}

const OWN_PREFIX = 'HOOKLINE_';

/** Creates the function that reads the variable behind a reference: `my-secret` is MY_SECRET. Throws SecretError. */
export function createEnvVault({ env, allow }: EnvVaultOptions): (reference: Reference) => string {
  const patterns = allow?.map(toPattern) ?? null;
  const isAllowed = (name: string): boolean =>
    patterns === null ? !name.startsWith(OWN_PREFIX) : patterns.some((pattern) => pattern.test(name));
  return (reference) => {
    const name = toVariable(reference);
    if (!isAllowed(name))
      throw new SecretError(
        `could not get value from external vault (variable ${name} is not allowed: see secrets.env_allow)`,
      );
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    if (value === undefined)
      throw new SecretError(
        `could not get value from external vault (no value found: variable ${name} is not set)`,
      );
    return value;
  };
}

/** The name of the variable behind a reference. */
export function toVariable({ prefix, resource, previous }: Reference): string {
  return `${prefix}${resource}${previous ? '_previous' : ''}`.replaceAll('-', '_').toUpperCase();
}

function toPattern(name: string): RegExp {
  return new RegExp(`^${name.split('*').map(RegExp.escape).join('.*')}$`);
}
