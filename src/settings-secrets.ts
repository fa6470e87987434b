import { decodePercent } from './percent.ts';
import type { Settings } from './settings.ts';
import type { GitSettings } from './source-settings.ts';

/** The user of a URL of HTTP is a token when it is as long; a shorter one is a name, and a word like any other. */
const MIN_TOKEN_LENGTH = 12;

/**
 * Every text in the settings, wherever it stands. What is a reference among them is the settings' own: no list says which
 * settings may be one, so none can be missing there.
 */
export function listTexts(settings: Settings): readonly string[] {
  return [...textsIn(settings)];
}

function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null)
    for (const item of Object.values(value)) yield* textsIn(item);
}

/** Files that settings name by their path and that hold a secret. */
export function listSecretPaths({ tls, intakeTls }: Settings): readonly string[] {
  return [tls, intakeTls].flatMap((files) => files?.key ?? []);
}

/** What must be shown nowhere of the settings, as it is written there: a secret in clear, or a reference to one. */
export function listSecrets({ sources, receivers, egress, tokens }: Settings): readonly string[] {
  return [
    ...toProxySecrets(egress.proxy),
    ...sources.flatMap((source) => (source.kind === 'git' ? listGitSecrets(source) : [])),
    ...receivers.map(({ secret }) => secret),
    ...tokens.flatMap(({ proof }) => (proof.kind === 'reference' ? [proof.reference] : [])),
  ];
}

function listGitSecrets({ url, auth, proxy, commitStatus }: GitSettings): readonly string[] {
  const texts = [toUrlToken(url), toCredential(auth), ...toProxySecrets(proxy), commitStatus?.token ?? null];
  return texts.filter((text) => text !== null);
}

/** The URL as it is written, and the password it has. */
function toProxySecrets(proxy: string | null): readonly string[] {
  const password = decodePercent(URL.parse(proxy ?? '')?.password ?? '');
  return [proxy ?? '', password].filter((text) => text !== '');
}

function toCredential(auth: GitSettings['auth']): string | null {
  switch (auth?.kind) {
    case undefined:
      return null;
    case 'basic':
      return auth.password;
    case 'bearer':
      return auth.token;
    case 'ssh':
      return auth.key;
  }
}

function toUrlToken(url: string): string | null {
  if (!/^https?:/.test(url)) return null;
  const user = decodePercent(URL.parse(url)?.username ?? '');
  return user.length >= MIN_TOKEN_LENGTH ? user : null;
}
