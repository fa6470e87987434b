import { type Git, type GitCommand, GitError } from './git-runner.ts';
import { type Notice, SourceError } from './source.ts';

/** A commit and the one it is to follow. */
export interface DescentOptions {
  readonly sha: string;
  /** Null: nothing is live. */
  readonly live: string | null;
  /** Whether one may go live that does not descend from the live one. */
  readonly allowRewind: boolean;
  readonly timeoutMs: number;
}

/** What `git merge-base --is-ancestor` and `git cat-file -e` end with for no. */
const NO = 1;

/**
 * Tells whether a commit descends from the live one: an older state that was signed once must not come back by a push.
 * Null: it does. Rejects with SourceError HistoryRewritten where it has to and does not, and with GitError.
 */
export async function checkDescent(git: Git, options: DescentOptions): Promise<Notice | null> {
  const { sha, live, allowRewind } = options;
  if (live === null || live === sha || (await isAncestor(git, { ...options, live }))) return null;
  const what = `Commit ${toShort(sha)} does not descend from ${toShort(live)}, which`;
  if (!allowRewind)
    throw new SourceError(
      'HistoryRewritten',
      `${what} is live: history was rewritten; set allow_rewind: true on the source if that is meant`,
    );
  // Said for longer than that one is live.
  const message = `${what} was live: history was rewritten`;
  return { type: 'HistoryRewritten', status: 'True', reason: 'Rewound', message };
}

/** A live commit that is not in the history that was fetched is nobody's ancestor there. */
async function isAncestor(
  git: Git,
  { sha, live, timeoutMs }: DescentOptions & { readonly live: string },
): Promise<boolean> {
  const isNo = (error: GitError): boolean => error.exitCode === NO;
  if (!(await answers(git, { args: ['cat-file', '-e', live], timeoutMs, isNo }))) return false;
  return await answers(git, {
    args: ['merge-base', '--is-ancestor', live, sha],
    timeoutMs,
    // Of a history that has a hole git says no too, with what it could not read.
    isNo: (error) => isNo(error) && error.stderr.trim() === '',
  });
}

/** A command that says yes or no by how it ends. */
async function answers(
  git: Git,
  { isNo, ...command }: GitCommand & { readonly isNo: (error: GitError) => boolean },
): Promise<boolean> {
  try {
    await git.run(command);
    return true;
  } catch (error) {
    if (error instanceof GitError && isNo(error)) return false;
    throw error;
  }
}

function toShort(sha: string): string {
  return sha.slice(0, 12);
}
