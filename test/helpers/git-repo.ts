import { type ExecFileSyncOptions, execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { createTempDir } from './temp-dir.ts';

/** A bare repository of a test's own, which commits are made in without a checkout. */
export interface GitRepo extends Disposable {
  /** The directory it is in, for what serves it. */
  readonly parent: string;
  readonly path: string;
  /** Runs git in it; answers its standard output without the last newline. */
  git(args: readonly string[], input?: string | Buffer): string;
  /** Makes a commit with these files and no others, on top of what the branch had. Answers its sha. */
  commit(files: Readonly<Record<string, string | Uint8Array>>, options?: CommitOptions): string;
}

/** How a commit is made. */
export interface CommitOptions {
  /** Default: `main`. */
  readonly branch?: string;
  /** Default: what the branch points at; null: none. */
  readonly parent?: string | null;
  readonly message?: string;
}

/** One committer, at one time, and none of the machine's settings. */
export const GIT_TEST_ENV = {
  PATH: process.env.PATH,
  HOME: '/nonexistent',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_AUTHOR_DATE: '1767225600 +0000',
  GIT_COMMITTER_NAME: 'Bob',
  GIT_COMMITTER_EMAIL: 'bob@example.com',
  GIT_COMMITTER_DATE: '1767225660 +0000',
};

/** How a repository is made. */
export interface GitRepoOptions {
  /** What objects are named by. */
  readonly objectFormat?: 'sha1' | 'sha256';
}

/** Creates a repository that filters what it sends, as the big hosts do. */
export function createGitRepo({ objectFormat = 'sha1' }: GitRepoOptions = {}): GitRepo {
  const dir = createTempDir();
  const path = join(dir.path, 'hooks.git');
  const options: ExecFileSyncOptions = { env: GIT_TEST_ENV, stdio: ['pipe', 'pipe', 'pipe'], maxBuffer: 1e9 };
  const git: GitRepo['git'] = (args, input = '') =>
    execFileSync('git', [`--git-dir=${path}`, ...args], { ...options, input })
      .toString('utf8')
      .replace(/\n$/, '');
  git(['init', '--quiet', '--bare', '--initial-branch=main', `--object-format=${objectFormat}`, path]);
  git(['config', 'uploadpack.allowFilter', 'true']);
  return {
    parent: dir.path,
    path,
    git,
    commit(files, { branch = 'main', parent, message = 'Change hooks' } = {}) {
      const ref = `refs/heads/${branch}`;
      const from = parent === undefined ? `from ${ref}^0\n` : parent === null ? '' : `from ${parent}\n`;
      const isFirst = parent === undefined && git(['for-each-ref', ref]) === '';
      const parts: (string | Uint8Array)[] = [
        `commit ${ref}\nauthor Ada <ada@example.com> 1767225600 +0000\ncommitter Bob <bob@example.com> 1767225660 +0000\n`,
        `data ${Buffer.byteLength(message)}\n${message}\n${isFirst ? '' : from}deleteall\n`,
      ];
      for (const [file, content] of Object.entries(files))
        parts.push(
          `M 100644 inline ${JSON.stringify(file)}\ndata ${Buffer.byteLength(content)}\n`,
          content,
          '\n',
        );
      git(['fast-import', '--quiet', '--force'], Buffer.concat(parts.map((part) => Buffer.from(part))));
      return git(['rev-parse', ref]);
    },
    [Symbol.dispose]: () => dir[Symbol.dispose](),
  };
}
