import { execFileSync } from 'node:child_process';
import { createTempDir, type TempDir } from './temp-dir.ts';

/** A git repository of a test's own, with a work tree. */
export interface LocalRepository extends TempDir {
  /** Commits all that is there and answers the commit. */
  commit(): string;
  /** Runs git in it and answers what it said. */
  git(...args: readonly string[]): string;
}

const ENV = {
  PATH: process.env.PATH ?? '',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Jane',
  GIT_AUTHOR_EMAIL: 'jane@example.com',
  GIT_COMMITTER_NAME: 'Jane',
  GIT_COMMITTER_EMAIL: 'jane@example.com',
};

/** Creates an empty repository on branch main. */
export function createLocalRepository({
  objectFormat = 'sha1',
}: {
  readonly objectFormat?: 'sha1' | 'sha256';
} = {}): LocalRepository {
  const dir = createTempDir();
  const git = (...args: readonly string[]): string =>
    execFileSync('git', args, { cwd: dir.path, env: ENV, encoding: 'utf8', stdio: 'pipe' }).trim();
  git('init', '-q', '-b', 'main', `--object-format=${objectFormat}`);
  return {
    ...dir,
    git,
    commit() {
      git('add', '-A');
      git('commit', '-q', '--allow-empty', '-m', 'a commit');
      return git('rev-parse', 'HEAD');
    },
  };
}
