import type { Git } from './git-runner.ts';
import { toPrintable } from './printable.ts';
import { type Commit, SourceError } from './source.ts';

/** A commit with what it holds. */
export interface CommitWithTree {
  readonly commit: Commit;
  /** Hex name of its tree. */
  readonly tree: string;
}

/** What to read, in what time. */
export interface CommitOptions {
  readonly sha: string;
  readonly timeoutMs: number;
}

const FORMAT = ['%T', '%ct', '%an <%ae>', '%s'].join('%x00');
/** Characters of who and what for that are kept: whoever can push writes them. */
const MAX_SHOWN = 200;
/** Times further away are no dates. */
const MAX_TIME_MS = 8.64e15;

/** Reads a commit that is in the mirror. Rejects with GitError, and with SourceError when it is something else. */
export async function readCommit(git: Git, { sha, timeoutMs }: CommitOptions): Promise<CommitWithTree> {
  const kind = await git.run({ args: ['cat-file', '-t', sha], timeoutMs });
  const type = kind.stdout.toString('utf8').trim();
  if (type !== 'commit')
    throw new SourceError('RefNotFound', `Cannot follow ${sha}: it is a ${type}, no commit`);
  const args = ['log', '--max-count=1', '--no-color', '--no-mailmap', `--format=${FORMAT}`, sha, '--'];
  const { stdout } = await git.run({ args, timeoutMs });
  const [tree = '', seconds = '', author = '', subject = ''] = stdout.toString('utf8').split('\0');
  const at = Number(seconds) * 1000;
  return {
    tree,
    commit: {
      sha,
      author: toShown(author),
      at: Math.abs(at) <= MAX_TIME_MS ? at : 0,
      subject: toShown(subject.trimEnd()),
    },
  };
}

function toShown(text: string): string {
  return toPrintable(text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text);
}
