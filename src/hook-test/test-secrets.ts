import type { EventHook } from '../definitions/definition.ts';
import { createEnvVault, toVariable } from '../secrets/env-vault.ts';
import { createRedactor } from '../secrets/redactor.ts';
import { isReference, parseReference, type Reference, SecretError } from '../secrets/reference.ts';
import { toSubfield } from '../secrets/resolver.ts';
import type { HookSecrets } from '../secrets/secrets.ts';
import type { GivenSecrets } from './hook-test.ts';

/** What secrets of a test are made with. */
export interface TestSecretsParts {
  readonly given: GivenSecrets;
  /** Which references stand where a URL has to be. */
  readonly urls: ReadonlySet<string>;
}

/**
 * Resolves the references of hooks to what a test gives, and all others to stand-ins that say what they stand for. Neither
 * the environment nor a file of the machine is read.
 */
export function createTestSecrets({ given, urls }: TestSecretsParts): HookSecrets {
  const { remember, keep, redact } = createRedactor();
  const env = Object.fromEntries(
    Object.entries(given.env).map(([name, value]) => [name, value ?? undefined] as const),
  );
  const readVariable = createEnvVault({ env, allow: null });

  function resolve(text: string): string {
    if (!isReference(text)) return text;
    const reference = parseReference(text);
    const value = isGiven(reference, given)
      ? toSubfield(read(reference), reference.key)
      : toStandIn(reference, urls.has(text));
    remember(value);
    return value;
  }

  function read(reference: Reference): string {
    if (reference.vault === 'env') return readVariable(reference);
    const content = given.files[reference.resource];
    if (typeof content === 'string') return content.replace(/\r?\n$/, '');
    throw new SecretError(
      `could not get value from external vault (no value found: file ${reference.resource})`,
    );
  }

  return { of: 'hooks', resolve, remember, conceal: keep, redact };
}

function isGiven(reference: Reference, { env, files }: GivenSecrets): boolean {
  return reference.vault === 'env'
    ? Object.hasOwn(env, toVariable(reference))
    : Object.hasOwn(files, reference.resource);
}

function toStandIn(reference: Reference, isUrl: boolean): string {
  const name = [reference.vault === 'env' ? toVariable(reference) : reference.resource, reference.key ?? []]
    .flat()
    .join('-')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  return isUrl ? `https://${name}.test/` : `stand-in-${name}`;
}

/** The references of hooks that stand where a URL has to be. */
export function findUrlReferences(hooks: readonly EventHook[]): ReadonlySet<string> {
  return new Set(hooks.flatMap(toUrls).filter(isReference));
}

function toUrls(hook: EventHook): readonly string[] {
  if (hook.handler !== 'webhook' && hook.handler !== 'webhook-custom') return [];
  const { url, proxy, auth } = hook.config;
  const tokenUrl = auth !== null && 'oauth2' in auth ? auth.oauth2.token_url : [];
  return [url, proxy ?? [], tokenUrl].flat();
}
