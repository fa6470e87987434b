import { isUtf8 } from 'node:buffer';
import { compareTexts } from '../order.ts';
import { isDefinitionFile } from './file-text.ts';
import type { Git } from './git-runner.ts';
import { SourceError } from './source.ts';

/** A file of definitions in a tree. */
export interface TreeFile {
  /** Below the directory of definitions, with `/`. */
  readonly path: string;
  /** Hex name of its blob. */
  readonly oid: string;
}

/** What to list. */
export interface TreeOptions {
  /** Hex name of a commit, or of its tree. */
  readonly tree: string;
  /** Directory in it; empty: all of it. */
  readonly path: string;
  readonly timeoutMs: number;
}

/** Files a source may have. */
const MAX_FILES = 50_000;
/** A repository that is not made for definitions alone may have more files than names should be held of. */
const MAX_LISTING_BYTES = 64 * 1024 * 1024;
/** Regular files only: a link or a submodule is no definition, whatever it is called. */
const FILE_MODE = /^100/;

/**
 * Lists the files of definitions below a directory by path. Dot files and what is below dot directories are left out, and
 * names that are no text. Rejects with GitError, and with SourceError PathNotFound, or Unreadable for too many files.
 */
export async function listTree(git: Git, options: TreeOptions): Promise<readonly TreeFile[]> {
  const { timeoutMs, path } = options;
  const root = path === '' ? options.tree : await findDirectory(git, options);
  const args = ['ls-tree', '-r', '-z', '--full-tree', root];
  const { stdout, isCut } = await git.run({ args, timeoutMs, maxBytes: MAX_LISTING_BYTES });
  const files = new Map<string, TreeFile>();
  for (const entry of parseEntries(stdout))
    if (isDefinition(entry) && !files.has(entry.path))
      files.set(entry.path, { path: entry.path, oid: entry.oid });
  if (isCut || files.size > MAX_FILES)
    throw new SourceError(
      'Unreadable',
      `Cannot read "${path}": it has more files than a source may have (${MAX_FILES} of definitions)`,
    );
  return [...files.values()].sort((a, b) => compareTexts(a.path, b.path));
}

async function findDirectory(git: Git, { tree, path, timeoutMs }: TreeOptions): Promise<string> {
  const args = ['ls-tree', '-z', '--full-tree', tree, '--', path];
  const { stdout } = await git.run({ args, timeoutMs, maxBytes: MAX_LISTING_BYTES });
  const found = [...parseEntries(stdout)].find((entry) => entry.path === path);
  if (found?.type === 'tree') return found.oid;
  const why = found === undefined ? 'the commit has no such directory' : 'it is no directory in the commit';
  throw new SourceError('PathNotFound', `Cannot read "${path}": ${why}`);
}

interface Entry extends TreeFile {
  readonly mode: string;
  readonly type: string;
}

/** `<mode> <type> <oid>\t<path>\0` each. */
function* parseEntries(listing: Buffer): Generator<Entry> {
  let from = 0;
  for (let end = listing.indexOf(0); end !== -1; end = listing.indexOf(0, from)) {
    const line = listing.subarray(from, end);
    from = end + 1;
    if (!isUtf8(line)) continue;
    const text = line.toString('utf8');
    const tab = text.indexOf('\t');
    const [mode = '', type = '', oid = ''] = text.slice(0, tab).split(' ');
    yield { mode, type, oid, path: text.slice(tab + 1) };
  }
}

function isDefinition({ mode, type, path }: Entry): boolean {
  return (
    type === 'blob' &&
    FILE_MODE.test(mode) &&
    isDefinitionFile(path) &&
    path.split('/').every((part) => part !== '' && !part.startsWith('.'))
  );
}
