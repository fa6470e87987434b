import type { DigestedFile } from './file-loader.ts';
import { readBlobs } from './git-blobs.ts';
import { type Git, GitError } from './git-runner.ts';
import { listTree } from './git-tree.ts';
import { SourceError } from './source.ts';

/** What of a repository is read. */
export interface RevisionPath {
  /** Whatever git takes for one commit: a branch, a tag, a commit, `HEAD~1`. */
  readonly revision: string;
  /** Directory below the root of the repository, with `/`; empty for the root. */
  readonly path: string;
}

/** The definition files of one commit. */
export interface RevisionFiles {
  /** Full, hex. */
  readonly commit: string;
  /** By path below the directory; digests are git's. */
  readonly files: readonly DigestedFile[];
}

const TIMEOUT_MS = 60_000;
const OID = /^[0-9a-f]+$/;
/** How git says with `--quiet` that there is no such object. */
const QUIET_NO = 1;
const NOTHING = Buffer.alloc(0);

/** The commit a revision names; null when the repository has none by that name. Rejects when git itself fails. */
export async function resolveRevision(git: Git, revision: string): Promise<string | null> {
  try {
    const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`];
    const { stdout } = await git.run({ args, timeoutMs: TIMEOUT_MS });
    const oid = stdout.toString('utf8').trim();
    // `^main`, which names what is not reachable, is answered as it is asked.
    return OID.test(oid) ? oid : null;
  } catch (error) {
    if (error instanceof GitError && error.exitCode === QUIET_NO) return null;
    throw error;
  }
}

/**
 * Reads the definition files of a commit from the object database, as a source of git reads them: what is checked out plays
 * no part, and links, submodules and dot files are left out. Rejects with SourceError.
 */
export async function readRevision(git: Git, { revision, path }: RevisionPath): Promise<RevisionFiles> {
  try {
    const commit = await resolveRevision(git, revision);
    if (commit === null) throw new SourceError('RefNotFound', 'the repository has none by that name');
    return { commit, files: await readFiles(git, { commit, path }) };
  } catch (error) {
    if (!(error instanceof GitError || error instanceof SourceError)) throw error;
    const reason = error instanceof SourceError ? error.reason : 'Unreadable';
    throw new SourceError(reason, `Cannot read revision "${revision}": ${error.message}`, { cause: error });
  }
}

async function readFiles(
  git: Git,
  { commit, path }: { readonly commit: string; readonly path: string },
): Promise<readonly DigestedFile[]> {
  const listed = await listTree(git, { tree: commit, path, timeoutMs: TIMEOUT_MS });
  const oids = [...new Set(listed.map(({ oid }) => oid))];
  const blobs = await readBlobs(git, { oids, timeoutMs: TIMEOUT_MS });
  return listed.map((file) => ({
    path: file.path,
    digest: file.oid,
    bytes: blobs.get(file.oid) ?? NOTHING,
  }));
}
