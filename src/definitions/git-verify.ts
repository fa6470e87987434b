import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { toMessage } from '../errors.ts';
import type { GitVerify } from '../source-settings.ts';
import { KEY_DIR_PREFIX } from './git-access.ts';
import { type Git, GitError } from './git-runner.ts';
import { findFault, findSigner } from './git-signature.ts';
import { toPrintable } from './printable.ts';
import { type Notice, SourceError } from './source.ts';

/** What is to be verified. */
export interface Verified {
  /** Runs in a repository that has it. */
  readonly git: Git;
  /** The commit. */
  readonly sha: string;
  /** The object that is followed: the commit, or the annotated tag of it. */
  readonly oid: string;
  /** Null unless a tag is followed. */
  readonly tagName: string | null;
  readonly timeoutMs: number;
}

/** Says who signed, or rejects with SourceError VerificationFailed: whatever is not known to be good is not. */
export type Verify = (verified: Verified) => Promise<Notice>;

/** What verification works with. */
export interface VerifyParts {
  readonly verify: GitVerify;
  /** The value of a reference, or the text itself. Throws SecretError. */
  readonly resolve: (text: string) => string;
  /** What gpg is found by. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A directory of our own; keys are in one below it while a signature is verified. */
  readonly keyDir: string;
}

const run = promisify(execFile);

/**
 * Creates the verification of signatures against the keys in settings and no others: each call makes a keyring of its own
 * of them, so that a key that was rotated counts at the next one.
 */
export function createVerify({ verify, resolve, env, keyDir }: VerifyParts): Verify {
  return async (verified) => {
    const dir = await mkdtemp(join(keyDir, KEY_DIR_PREFIX));
    try {
      const keys = await writeKeys(dir, { verify, resolve, env });
      return await check(verified, { mode: verify.mode, keys });
    } catch (error) {
      if (error instanceof SourceError) throw error;
      throw refuse(verified, `the signature cannot be checked: ${toMessage(error)}`, error);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  };
}

/** Where the keys are, as git is told it. */
interface Keys {
  readonly settings: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

async function writeKeys(
  dir: string,
  { verify, resolve, env }: Pick<VerifyParts, 'verify' | 'resolve' | 'env'>,
): Promise<Keys> {
  const signers = join(dir, 'allowed_signers');
  await writeFile(signers, verify.sshSigners.map((line) => `${resolve(line).trim()}\n`).join(''), {
    mode: 0o600,
  });
  const gpgEnv = { GNUPGHOME: dir, PATH: env.PATH ?? '' };
  for (const [index, key] of verify.gpgKeys.entries()) {
    const file = join(dir, `key-${index}.asc`);
    await writeFile(file, resolve(key), { mode: 0o600 });
    await run('gpg', ['--batch', '--quiet', '--no-autostart', '--import', file], { env: gpgEnv });
  }
  return {
    // Any other kind of signature has nobody who could vouch for it.
    settings: ['-c', `gpg.ssh.allowedSignersFile=${signers}`, '-c', 'gpg.x509.program=false'],
    env: { GNUPGHOME: dir },
  };
}

async function check(
  verified: Verified,
  { mode, keys }: { readonly mode: GitVerify['mode']; readonly keys: Keys },
): Promise<Notice> {
  const { git, sha, oid, timeoutMs } = verified;
  if (mode === 'tag') await checkTag(verified);
  const args = mode === 'tag' ? ['verify-tag', '--raw', oid] : ['verify-commit', '--raw', sha];
  const said = await git
    .run({ args: [...keys.settings, ...args], env: keys.env, timeoutMs })
    .catch((error) => {
      if (error instanceof GitError && !error.timedOut)
        throw refuse(verified, findFault(error.stderr), error);
      throw error;
    });
  const signer = findSigner(said.stderr);
  if (signer === null) throw refuse(verified, 'git calls it good, but does not say whose it is');
  const message = `${toSubject(verified, mode)} is signed by ${toPrintable(signer.name)}`;
  return { type: 'SourceVerified', status: 'True', reason: signer.reason, message };
}

/** A signed tag says its name: under another one it would be an old tag in the place of a new one. */
async function checkTag(verified: Verified): Promise<void> {
  const { git, sha, oid, tagName, timeoutMs } = verified;
  if (tagName === null) throw refuse(verified, 'no tag is followed');
  if (oid === sha) throw refuse(verified, `tag "${tagName}" is no annotated tag, so nothing is signed`);
  const { stdout } = await git.run({ args: ['cat-file', 'tag', oid], timeoutMs });
  const [header = ''] = stdout.toString('utf8').split('\n\n');
  const fields = new Map(
    header.split('\n').map((line) => [line.split(' ', 1)[0], line.slice(line.indexOf(' ') + 1)]),
  );
  if (fields.get('type') !== 'commit' || fields.get('object') !== sha)
    throw refuse(verified, `tag "${tagName}" does not stand for the commit itself`);
  if (fields.get('tag') !== tagName)
    throw refuse(verified, `tag "${tagName}" was signed as "${toPrintable(fields.get('tag') ?? '')}"`);
}

function toSubject({ sha, tagName }: Verified, mode: GitVerify['mode']): string {
  return mode === 'tag' ? `Tag ${tagName}` : `Commit ${sha.slice(0, 12)}`;
}

function refuse({ sha }: Verified, why: string, cause?: unknown): SourceError {
  return new SourceError('VerificationFailed', `Cannot trust ${sha.slice(0, 12)}: ${why}`, { cause });
}
