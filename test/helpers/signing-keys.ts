import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { GIT_TEST_ENV, type GitRepo } from './git-repo.ts';

/** A key that signs, of either kind. */
export interface SigningKey {
  /** What settings have to trust it: an armored key, or a line of allowed signers. */
  readonly trusted: string;
  readonly fingerprint: string;
  /** Arguments of git, and its environment, that sign with it. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** How a key of GPG is made. */
export interface GpgOptions {
  /** Default: never. */
  readonly expires?: string;
  /** When it is made, as gpg writes times; default: now. */
  readonly at?: string;
  /** Whether it signs by a key below it, as most people's do. */
  readonly subkey?: boolean;
}

/** Keys in directories of their own. The path is short: an agent of gpg has a socket there. */
export interface KeyRing extends Disposable {
  readonly path: string;
  gpg(user: string, options?: GpgOptions): SigningKey;
  /** The same key, as it is after it was revoked. */
  revoke(key: SigningKey): SigningKey;
  ssh(principal: string, options?: string): SigningKey;
}

/** Creates a place for keys. */
export function createKeyRing(): KeyRing {
  const path = mkdtempSync('/tmp/hk-');
  const home = join(path, 'g');
  mkdirSync(home, { mode: 0o700 });
  const env = { GNUPGHOME: home };
  const gpg = (args: readonly string[], input = ''): string =>
    execFileSync(
      'gpg',
      [
        '--batch',
        '--quiet',
        '--display-charset=utf-8',
        '--pinentry-mode',
        'loopback',
        '--passphrase',
        '',
        ...args,
      ],
      {
        env: { ...GIT_TEST_ENV, ...env },
        input,
        stdio: ['pipe', 'pipe', 'pipe'],
      },
    ).toString('utf8');
  const exportKey = (fingerprint: string): string => gpg(['--armor', '--export', fingerprint]);
  let keys = 0;
  return {
    path,
    gpg(user, { expires = 'never', at, subkey = false } = {}) {
      const time = at === undefined ? [] : ['--faked-system-time', at];
      gpg([...time, '--quick-gen-key', `${user} <${user}@example.com>`, 'ed25519', 'sign', expires]);
      const listed = gpg(['--with-colons', '--list-keys', `<${user}@example.com>`]);
      const fingerprint = /^fpr:+([0-9A-F]+):/m.exec(listed)?.[1] ?? '';
      if (subkey) gpg(['--quick-add-key', fingerprint, 'ed25519', 'sign', 'never']);
      return {
        trusted: exportKey(fingerprint),
        fingerprint,
        args: ['-c', `user.signingkey=${fingerprint}`],
        env,
      };
    },
    revoke(key) {
      const certificate = readFileSync(join(home, 'openpgp-revocs.d', `${key.fingerprint}.rev`), 'utf8');
      gpg(['--import'], certificate.replace(':-----BEGIN', '-----BEGIN'));
      return { ...key, trusted: exportKey(key.fingerprint) };
    },
    ssh(principal, options = '') {
      keys += 1;
      const file = join(path, `s${keys}`);
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
      const key = readFileSync(`${file}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
      const listed = execFileSync('ssh-keygen', ['-l', '-f', `${file}.pub`], { encoding: 'utf8' });
      return {
        trusted: `${principal} ${options}${options === '' ? '' : ' '}${key}`,
        fingerprint: listed.split(' ')[1] ?? '',
        args: ['-c', 'gpg.format=ssh', '-c', `user.signingkey=${file}.pub`],
        env: {},
      };
    },
    [Symbol.dispose]() {
      execFileSync('gpgconf', ['--kill', 'all'], { env: { ...GIT_TEST_ENV, ...env } });
      // The agent takes its sockets away while it ends, and what is removed meanwhile is left in part without an error.
      while (existsSync(path)) rmSync(path, { recursive: true, force: true });
    },
  };
}

function run(
  repo: GitRepo,
  args: readonly string[],
  { key, input = '' }: { readonly key: SigningKey; readonly input?: string },
): string {
  return execFileSync('git', [`--git-dir=${repo.path}`, ...key.args, ...args], {
    env: { ...GIT_TEST_ENV, ...key.env },
    input,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
    .toString('utf8')
    .trim();
}

/** Puts any text where the signature of a commit is, as whoever can push can; the rest is as the branch has it. */
export function forgeCommit(repo: GitRepo, signature: string, branch = 'main'): string {
  const commit = repo.git(['cat-file', 'commit', branch]);
  const header = `gpgsig ${signature.trim().replaceAll('\n', '\n ')}`;
  const forged = `${commit.replace('\n\n', `\n${header}\n\n`)}\n`;
  const sha = repo.git(['hash-object', '-t', 'commit', '-w', '--stdin'], forged);
  repo.git(['update-ref', `refs/heads/${branch}`, sha]);
  return sha;
}

/** Signs what a branch points at: the commit is made again, signed. Answers its sha. */
export function signCommit(repo: GitRepo, key: SigningKey, branch = 'main'): string {
  const ref = `refs/heads/${branch}`;
  const parents = repo
    .git(['log', '-1', '--format=%P', ref])
    .split(' ')
    .filter((sha) => sha !== '');
  const args = [
    'commit-tree',
    '-S',
    '-m',
    'Signed',
    ...parents.flatMap((sha) => ['-p', sha]),
    `${ref}^{tree}`,
  ];
  const sha = run(repo, args, { key });
  repo.git(['update-ref', ref, sha]);
  return sha;
}

/** Makes a signed, annotated tag of a commit. */
export function signTag(
  repo: GitRepo,
  name: string,
  {
    key,
    of,
    text = `Release ${name}`,
  }: { readonly key: SigningKey; readonly of: string; readonly text?: string },
): void {
  run(repo, ['tag', '-s', '-F', '-', name, of], { key, input: text });
}
