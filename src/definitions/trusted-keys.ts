import { execFile } from 'node:child_process';
import { copyFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve as resolvePath } from 'node:path';
import { promisify } from 'node:util';
import type { GitVerify } from '../source-settings.ts';
import { isInForce, toFingerprint, toSignerLines } from './allowed-signers.ts';
import { toPrintable } from './printable.ts';
import { createTemporaryDirectory } from './temporary-directory.ts';

/** What keys of settings are made ready with. */
export interface TrustedKeysOptions {
  readonly verify: Pick<GitVerify, 'gpgKeys' | 'sshSigners'>;
  /** The value of a reference, or the text itself. Throws SecretError. */
  readonly resolve: (text: string) => string;
  /** What gpg is found by. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** For the import of one key. */
  readonly timeoutMs: number;
}

/** Keys as git is told of them. */
export interface TrustedKeys {
  /** Go before the command. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** SHA256 fingerprints of SSH keys whose entry is over or has not begun. */
  readonly lapsed: readonly string[];
}

/**
 * The keyring has nothing but what is imported into it: whatever the machine's own configuration of gpg says, no key is
 * fetched or taken from a signature. No agent is started: checking needs none, and one would outlive its directory.
 */
const GPG_CONF = `batch
no-tty
no-autostart
no-auto-key-retrieve
no-auto-key-import
trust-model always
`;
const GPG_CONF_FILE = 'gpg.conf';
const KEYRING_FILE = 'pubring.kbx';
const run = promisify(execFile);

/**
 * Writes the keys of settings into a directory that has nothing else. Rejects when one cannot be resolved or imported: with
 * one key fewer than settings say, nobody would notice which.
 */
export async function writeTrustedKeys(dir: string, options: TrustedKeysOptions): Promise<TrustedKeys> {
  const { verify, resolve, now } = options;
  const keys = verify.gpgKeys.map(resolve);
  const lines = verify.sshSigners.map(resolve).flatMap(toSignerLines);
  const signers = lines.filter((line) => isInForce(line, now));
  const signersFile = join(dir, 'allowed_signers');
  await writeFile(signersFile, signers.map((line) => `${line}\n`).join(''), { mode: 0o600 });
  await writeFile(join(dir, GPG_CONF_FILE), GPG_CONF, { mode: 0o600 });
  if (keys.length > 0) await makeKeyring(keys, { ...options, dir });
  return {
    args: toArgs(resolvePath(signersFile)),
    env: { GNUPGHOME: resolvePath(dir) },
    lapsed: lines.filter((line) => !signers.includes(line)).map(toFingerprint),
  };
}

/** Programs are named so that no configuration of a repository chooses others; signatures of X.509 count for nothing. */
function toArgs(signersFile: string): readonly string[] {
  const settings = [
    'gpg.program=gpg',
    'gpg.ssh.program=ssh-keygen',
    'gpg.x509.program=false',
    `gpg.ssh.allowedSignersFile=${signersFile}`,
  ];
  return settings.flatMap((setting) => ['-c', setting]);
}

interface KeyringOptions extends Pick<TrustedKeysOptions, 'env' | 'timeoutMs'> {
  readonly dir: string;
}

/** Importing looks for an agent by a socket in its directory, and the path of a socket has to be short. */
async function makeKeyring(keys: readonly string[], { dir, env, timeoutMs }: KeyringOptions): Promise<void> {
  await using home = createTemporaryDirectory(join(tmpdir(), 'hookline-'));
  await copyFile(join(dir, GPG_CONF_FILE), join(home.path, GPG_CONF_FILE));
  for (const key of keys) await importKey(key, { dir: home.path, env, timeoutMs });
  await copyFile(join(home.path, KEYRING_FILE), join(dir, KEYRING_FILE));
}

async function importKey(key: string, { dir, env, timeoutMs }: KeyringOptions): Promise<void> {
  const importing = run('gpg', ['--import'], {
    env: { PATH: env.PATH ?? '', GNUPGHOME: dir, HOME: '/nonexistent', LC_ALL: 'C' },
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  importing.child.stdin?.on('error', () => undefined);
  importing.child.stdin?.end(key);
  await importing.catch((cause: unknown) => {
    throw new Error(`a GPG key of settings cannot be imported: ${toGpgReason(cause)}`, { cause });
  });
}

function toGpgReason(error: unknown): string {
  const { code, killed, stderr = '' } = error as { code?: unknown; killed?: boolean; stderr?: string };
  if (code === 'ENOENT') return 'gpg is not installed';
  if (killed === true) return 'gpg took too long';
  return toPrintable(stderr.trim().split('\n').slice(0, 2).join('; ')) || 'gpg failed';
}
