import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { toMessage } from '../errors.ts';
import type { GitVerify } from '../source-settings.ts';
import { KEY_DIR_PREFIX } from './git-access.ts';
import { type Git, GitError } from './git-runner.ts';
import { parseSignature, type Signature } from './git-signature.ts';
import { toPrintable } from './printable.ts';
import { type Notice, SourceError } from './source.ts';
import { createTemporaryDirectory } from './temporary-directory.ts';
import { type TrustedKeys, type TrustedKeysOptions, writeTrustedKeys } from './trusted-keys.ts';

/** git writes these first, and in this order. */
const TAG_HEADER = /^object ([0-9a-f]+)\ntype ([a-z]+)\ntag ([^\n]+)\n/;

/** Bytes of a tag that are read for its header; its text may be of any length. */
const MAX_TAG_HEADER = 4_096;

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

/**
 * Says who signed, or rejects with SourceError VerificationFailed: whatever is not known to be good is not. Rejects with
 * GitError when it was stopped, which says nothing of a signature.
 */
export type Verify = (verified: Verified) => Promise<Notice>;

/** What verification works with. */
export interface VerifyParts extends Pick<TrustedKeysOptions, 'resolve' | 'env'> {
  readonly verify: GitVerify;
  /** A directory of our own; keys are in one below it while a signature is verified. */
  readonly keyDir: string;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * Creates the verification of signatures against the keys in settings and no others: each call makes a keyring of its own
 * of them, so that a key that was rotated counts at the next one.
 */
export function createVerify({ verify, keyDir, clock, ...parts }: VerifyParts): Verify {
  return async (verified) => {
    const { timeoutMs } = verified;
    await using dir = createTemporaryDirectory(join(keyDir, KEY_DIR_PREFIX));
    try {
      const keys = await writeTrustedKeys(dir.path, { ...parts, verify, timeoutMs, now: clock.now() });
      return await check(verified, { mode: verify.mode, keys });
    } catch (error) {
      if (error instanceof SourceError || isStopped(error)) throw error;
      throw refuse(verified, `the signature cannot be checked: ${toMessage(error)}`, error);
    }
  };
}

function isStopped(error: unknown): boolean {
  return error instanceof GitError && error.interrupted && !error.timedOut;
}

async function check(
  verified: Verified,
  { mode, keys }: { readonly mode: GitVerify['mode']; readonly keys: TrustedKeys },
): Promise<Notice> {
  const { git, sha, oid, timeoutMs } = verified;
  if (mode === 'tag') await checkTag(verified);
  const args = mode === 'tag' ? ['verify-tag', '--raw', oid] : ['verify-commit', '--raw', sha];
  const signature = await git
    .run({ args: [...keys.args, ...args], env: keys.env, timeoutMs })
    .then(({ stderr }) => parseSignature({ stderr, endedWell: true }), toFailedSignature);
  if (signature.kind !== 'good') throw refuse(verified, toWhy(signature, keys.lapsed));
  const { by, key, who } = signature;
  const message = `${toSubject(verified, mode)} is signed by ${key} (${who})`;
  return {
    type: 'SourceVerified',
    status: 'True',
    reason: by === 'gpg' ? 'GpgSignature' : 'SshSignature',
    message,
  };
}

/** git ends with an error for a signature that is not good, and says which in the same words. */
function toFailedSignature(error: unknown): Signature {
  if (!(error instanceof GitError) || error.exitCode === null) throw error;
  return parseSignature({ stderr: error.stderr, endedWell: false });
}

function toWhy(signature: Exclude<Signature, { kind: 'good' }>, lapsed: readonly string[]): string {
  if (signature.kind === 'bad') return signature.why;
  return lapsed.includes(signature.key)
    ? `it is signed by ${signature.key}, whose valid-after or valid-before in settings rules out this time`
    : `it is signed by ${signature.key}, which is none of the keys in settings`;
}

/** A signed tag says its name: under another one it would be an old tag in the place of a new one. */
async function checkTag(verified: Verified): Promise<void> {
  const { git, sha, oid, tagName, timeoutMs } = verified;
  if (tagName === null) throw refuse(verified, 'no tag is followed');
  const shown = toPrintable(tagName);
  if (oid === sha) throw refuse(verified, `tag "${shown}" is no annotated tag, so nothing is signed`);
  const { stdout } = await git.run({ args: ['cat-file', 'tag', oid], timeoutMs, maxBytes: MAX_TAG_HEADER });
  const [, target, type, name = ''] = TAG_HEADER.exec(stdout.toString('utf8')) ?? [];
  if (type !== 'commit' || target !== sha)
    throw refuse(verified, `tag "${shown}" does not stand for the commit itself`);
  if (name !== tagName) throw refuse(verified, `tag "${shown}" was signed as "${toPrintable(name)}"`);
}

function toSubject({ sha, tagName }: Verified, mode: GitVerify['mode']): string {
  return mode === 'tag' ? `Tag ${toPrintable(tagName ?? '')}` : `Commit ${sha.slice(0, 12)}`;
}

function refuse({ sha }: Verified, why: string, cause?: unknown): SourceError {
  return new SourceError('VerificationFailed', `Cannot trust ${sha.slice(0, 12)}: ${why}`, { cause });
}
