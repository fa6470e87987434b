import { posix } from 'node:path';
import { toMessage } from '../errors.ts';
import { compareTexts } from '../order.ts';
import type { DigestedFile } from './file-loader.ts';
import { DEFINITION_ENDING, MAX_FILE_BYTES } from './file-text.ts';
import { type Git, GitError } from './git-runner.ts';
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

/** An entry of a tree. */
interface TreeEntry {
  readonly path: string;
  readonly mode: string;
  readonly oid: string;
  readonly size: number;
}

const HIDDEN = /(?:^|\/)\./;
const LINK = '120000';
const FILES: readonly string[] = ['100644', '100755', '100664', LINK];
/** Links to links that are followed. */
const MAX_LINKS = 10;
const TIMEOUT_MS = 60_000;
const OID = /^[0-9a-f]+$/;
/** How git says with `--quiet` that there is no such object. */
const QUIET_NO = 1;
/** `<mode> <type> <oid> <size>` before the tab, the path after it. */
const ENTRY = /^(\d+) \w+ ([0-9a-f]+) +(\d+|-)\t(.*)$/s;

/** The commit a revision names; null when the repository has none by that name. Rejects when git itself fails. */
export async function resolveRevision(git: Git, revision: string): Promise<string | null> {
  return resolveObject(git, `${revision}^{commit}`);
}

/**
 * Reads the definition files of a commit from the object database: what is checked out plays no part. Dot files are left
 * out, and links that leave the directory, as of a directory on disk. Rejects with SourceError.
 */
export async function readRevision(git: Git, { revision, path }: RevisionPath): Promise<RevisionFiles> {
  try {
    const commit = await resolveRevision(git, revision);
    if (commit === null)
      throw new SourceError('RefNotFound', `Cannot find revision "${revision}": the repository has none`);
    const tree = await resolveTree(git, { commit, path });
    if (tree === null)
      throw new SourceError('PathNotFound', `Cannot find directory "${path}" in revision "${revision}"`);
    return { commit, files: await readTree(git, { tree, revision }) };
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    throw new SourceError('Unreadable', `Cannot read revision "${revision}": ${toMessage(error)}`, {
      cause: error,
    });
  }
}

/** After a path nothing says what kind of object is meant, so that is asked in a second step. */
async function resolveTree(
  git: Git,
  { commit, path }: { readonly commit: string; readonly path: string },
): Promise<string | null> {
  const found = path === '' ? commit : await resolveObject(git, `${commit}:${path}`);
  return found === null ? null : resolveObject(git, `${found}^{tree}`);
}

async function resolveObject(git: Git, name: string): Promise<string | null> {
  try {
    const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', name];
    const { stdout } = await git.run({ args, timeoutMs: TIMEOUT_MS });
    const oid = stdout.toString('utf8').trim();
    // `^main`, which names what is not reachable, is answered as it is asked.
    return OID.test(oid) ? oid : null;
  } catch (error) {
    if (error instanceof GitError && error.exitCode === QUIET_NO) return null;
    throw error;
  }
}

async function readTree(
  git: Git,
  { tree, revision }: { readonly tree: string; readonly revision: string },
): Promise<readonly DigestedFile[]> {
  const { stdout } = await git.run({ args: ['ls-tree', '-r', '-l', '-z', tree], timeoutMs: TIMEOUT_MS });
  const entries = new Map(parseTree(stdout).map((entry) => [entry.path, entry]));
  const wanted = [...entries.values()].filter(
    ({ path }) => DEFINITION_ENDING.test(path) && !HIDDEN.test(path),
  );
  const links = [...entries.values()].filter(({ mode }) => mode === LINK);
  const targets = await readBlobs(git, links);
  const files = wanted.flatMap(({ path }) => {
    const entry = follow(path, { entries, targets });
    if (entry === 'outside') return [];
    if (entry === null)
      throw new SourceError('Unreadable', `Cannot read "${path}" of "${revision}": it is a link to no file`);
    return [{ path, entry }];
  });
  const blobs = await readBlobs(
    git,
    files.map(({ entry }) => entry),
  );
  return files
    .map(({ path, entry }) => ({ path, digest: entry.oid, bytes: blobs.get(entry.oid) ?? tooLarge() }))
    .sort((a, b) => compareTexts(a.path, b.path));
}

function parseTree(listing: Buffer): readonly TreeEntry[] {
  return listing
    .toString('utf8')
    .split('\0')
    .flatMap((line) => {
      const [, mode = '', oid = '', size = '', path = ''] = ENTRY.exec(line) ?? [];
      return FILES.includes(mode) ? [{ path, mode, oid, size: Number(size) }] : [];
    });
}

/** The file a path leads to; null when it leads to none. */
function follow(
  path: string,
  tree: {
    readonly entries: ReadonlyMap<string, TreeEntry>;
    readonly targets: ReadonlyMap<string, Buffer>;
  },
): TreeEntry | 'outside' | null {
  let at = path;
  for (let links = 0; links <= MAX_LINKS; links += 1) {
    const entry = tree.entries.get(at);
    if (entry?.mode !== LINK) return entry ?? null;
    const target = tree.targets.get(entry.oid)?.toString('utf8') ?? '';
    at = posix.join(posix.dirname(at), target);
    if (target.startsWith('/') || at === '..' || at.startsWith('../')) return 'outside';
  }
  return null;
}

/** Blobs by their id. One that is larger than any definition may be is not read. */
async function readBlobs(git: Git, entries: readonly TreeEntry[]): Promise<ReadonlyMap<string, Buffer>> {
  const oids = [...new Set(entries.filter(({ size }) => size <= MAX_FILE_BYTES).map(({ oid }) => oid))];
  if (oids.length === 0) return new Map();
  const { stdout } = await git.run({
    args: ['cat-file', '--batch'],
    input: `${oids.join('\n')}\n`,
    timeoutMs: TIMEOUT_MS,
  });
  return parseBatch(stdout);
}

/** For each object `<oid> <type> <size>`, a newline, its bytes, a newline. */
function parseBatch(output: Buffer): ReadonlyMap<string, Buffer> {
  const blobs = new Map<string, Buffer>();
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf('\n', at);
    const header = output.subarray(at, end === -1 ? output.length : end).toString('utf8');
    const [oid = '', type, size] = header.split(' ');
    if (end === -1 || type !== 'blob')
      throw new SourceError('Unreadable', `Cannot read object ${oid} of the repository: it is ${type}`);
    blobs.set(oid, output.subarray(end + 1, end + 1 + Number(size)));
    at = end + 1 + Number(size) + 1;
  }
  return blobs;
}

/** What the loader finds too large. */
function tooLarge(): Buffer {
  return Buffer.alloc(MAX_FILE_BYTES + 1);
}
