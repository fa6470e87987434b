import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toMessage } from '../errors.ts';
import { decodePercent } from '../percent.ts';
import type { Secrets } from '../secrets/secrets.ts';
import { hideUsers, toShownUrl } from '../shown-url.ts';
import type { GitAuth, GitSettings } from '../source-settings.ts';
import { SourceError } from './source.ts';
import { createTemporaryDirectory } from './temporary-directory.ts';

/** A remote and how it is reached. */
export type GitRemote = Pick<GitSettings, 'url' | 'auth' | 'proxy' | 'timeoutMs'>;

/** What one command needs to reach a remote. */
export interface GitAccess extends AsyncDisposable {
  readonly env: Readonly<Record<string, string>>;
}

/** What access is made with. */
export interface GitAccessOptions {
  readonly secrets: Secrets;
  /** A directory of our own; keys are in one below it while a command runs. */
  readonly keyDir: string;
}

/** Begins the name of a directory of keys, so that one a killed process left is found. */
export const KEY_DIR_PREFIX = 'keys-';

/** A redirect from http to https is the one change of protocol that is let happen. */
const PROTOCOLS: Readonly<Record<string, string>> = {
  'http:': 'http:https',
  'https:': 'https',
  'git:': 'git',
  'ssh:': 'ssh',
  'file:': 'file',
};

/**
 * Resolves the credentials of a remote for one command. They go in its environment, or in files that are removed with
 * the answer, or with the process: neither a list of processes nor the mirror shows them. Rejects with SourceError CredentialsUnresolved.
 */
export async function openAccess(remote: GitRemote, options: GitAccessOptions): Promise<GitAccess> {
  const { url, auth } = remote;
  const protocol = /^[a-z]+:(?=\/\/)/.exec(url)?.[0] ?? 'ssh:';
  const http = protocol.startsWith('http') ? toHttpConfig(remote, options.secrets) : {};
  const config = { 'remote.origin.url': url, ...http };
  const ssh =
    protocol === 'ssh:' ? await openSsh({ url, auth: auth?.kind === 'ssh' ? auth : null }, options) : null;
  return {
    env: { ...toConfigEnv(config), GIT_ALLOW_PROTOCOL: PROTOCOLS[protocol] ?? 'none', ...ssh?.env },
    [Symbol.asyncDispose]: async () => ssh?.[Symbol.asyncDispose](),
  };
}

function toConfigEnv(config: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const entries = Object.entries(config).flatMap(([key, value], index): [string, string][] => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return { GIT_CONFIG_COUNT: String(entries.length / 2), ...Object.fromEntries(entries) };
}

/** The user of the URL goes with the credentials: what git starts has the URL among its arguments. */
function toHttpConfig({ url, auth, proxy }: GitRemote, secrets: Secrets): Readonly<Record<string, string>> {
  const options = { url, secrets };
  const proxied: Record<string, string> = proxy === null ? {} : { 'http.proxy': toSecret(proxy, options) };
  const credentials = toCredentials({ url, auth }, options);
  if (credentials === null) return proxied;
  return {
    ...proxied,
    'remote.origin.url': hideUsers(url),
    [`http.${new URL(url).origin}/.extraHeader`]: `Authorization: ${credentials}`,
    // git sends the header of where it asked first to wherever it was sent on from there.
    'http.followRedirects': 'false',
  };
}

/** What the header says; null: there is no need of one. */
function toCredentials({ url, auth }: Pick<GitRemote, 'url' | 'auth'>, options: ValueOptions): string | null {
  switch (auth?.kind) {
    case 'bearer':
      return `Bearer ${toHeaderSafe(toSecret(auth.token, options), url)}`;
    case 'basic':
      return `Basic ${toBase64(`${toValue(auth.username, options)}:${toSecret(auth.password, options)}`)}`;
    default: {
      const { username } = new URL(url);
      return username === '' ? null : `Basic ${toBase64(`${decodePercent(username)}:`)}`;
    }
  }
}

interface ValueOptions {
  readonly url: string;
  readonly secrets: Secrets;
}

/** A value that is not to be shown, also when it is written in the settings in clear. */
function toSecret(text: string, options: ValueOptions): string {
  const value = toValue(text, options);
  if (value === text) options.secrets.conceal(text);
  return value;
}

function toValue(text: string, { url, secrets }: ValueOptions): string {
  try {
    return secrets.resolve(text);
  } catch (error) {
    throw unresolved(url, toMessage(error), error);
  }
}

function toHeaderSafe(value: string, url: string): string {
  if (/[^\t\x20-\x7e]/.test(value)) throw unresolved(url, 'the token has characters no header may have');
  return value;
}

function toBase64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

function unresolved(url: string, why: string, cause?: unknown): SourceError {
  const message = `Cannot resolve the credentials of "${toShownUrl(url)}": ${why}`;
  return new SourceError('CredentialsUnresolved', message, { cause });
}

interface SshRemote {
  readonly url: string;
  /** Null: what ssh finds by itself in the home of the user. */
  readonly auth: Extract<GitAuth, { readonly kind: 'ssh' }> | null;
}

/** `-v` makes ssh name the key a host offers, also one that is not known. */
const SSH_OPTIONS = ['-v', '-F', 'none', '-o', 'BatchMode=yes', '-o', 'StrictHostKeyChecking=yes'];

async function openSsh({ url, auth }: SshRemote, { secrets, keyDir }: GitAccessOptions): Promise<GitAccess> {
  if (auth === null) return { env: toSshEnv(SSH_OPTIONS), [Symbol.asyncDispose]: async () => undefined };
  const key = toSecret(auth.key, { url, secrets });
  const knownHosts = toValue(auth.knownHosts, { url, secrets });
  const dir = createTemporaryDirectory(join(keyDir, KEY_DIR_PREFIX));
  const access = { [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose]() };
  try {
    // At once: were the process to end while they are written, nothing would take them away.
    writeFileSync(join(dir.path, 'key'), toLines(key), { mode: 0o600 });
    writeFileSync(join(dir.path, 'known_hosts'), toLines(knownHosts), { mode: 0o600 });
  } catch (error) {
    await access[Symbol.asyncDispose]();
    throw error;
  }
  return { ...access, env: toSshEnv([...SSH_OPTIONS, ...toKeyOptions(dir.path)]) };
}

function toKeyOptions(dir: string): readonly string[] {
  return [
    `IdentityFile=${toSshPath(join(dir, 'key'))}`,
    `UserKnownHostsFile=${toSshPath(join(dir, 'known_hosts'))}`,
    'GlobalKnownHostsFile=/dev/null',
    'IdentitiesOnly=yes',
    'IdentityAgent=none',
    'UpdateHostKeys=no',
  ].flatMap((option) => ['-o', option]);
}

/** ssh takes a list of paths, and `%` in them for something. */
function toSshPath(path: string): string {
  return `"${path.replaceAll('%', '%%')}"`;
}

/** A shell runs the command. */
function toSshEnv(options: readonly string[]): Readonly<Record<string, string>> {
  const quoted = options.map((option) => `'${option.replaceAll("'", "'\\''")}'`);
  return { GIT_SSH_COMMAND: `ssh ${quoted.join(' ')}`, GIT_SSH_VARIANT: 'ssh' };
}

/** A reference gives its value without the last newline, without which ssh takes no key. */
function toLines(text: string): string {
  return `${text.replaceAll('\r\n', '\n').trimEnd()}\n`;
}
