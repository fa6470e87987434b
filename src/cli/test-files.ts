import { realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { isBelow, listFiles } from '../definitions/directory-listing.ts';
import { isTestFile } from '../definitions/file-text.ts';
import { HooklineError } from '../errors.ts';
import { compareTexts } from '../order.ts';
import { DEFAULT_DIR } from './options.ts';
import { isDirectory } from './read-definitions.ts';

/** A file of tests, and the tree of definitions it is in. */
export interface TestFile {
  /** Path that leads to it from the working directory, as it is shown. */
  readonly path: string;
  /** Directory that definitions are named from. */
  readonly root: string;
}

/**
 * Finds files of tests: those that are named, and those below directories that are. Their tree is `root`, or else hooks.d for
 * what is below it, and the directory itself for others. Throws `usage` where there is none, and `directory_unreadable`.
 */
export function findTestFiles(paths: readonly string[], root: string | null): readonly TestFile[] {
  const found = paths.flatMap((path) => findBelow(path, root));
  if (found.length === 0)
    throw new HooklineError(
      'usage',
      `Cannot find a test in ${paths.join(', ')}: tests are in files named *.test.yaml`,
    );
  const byPath = new Map(found.map((file) => [resolve(file.path), file]));
  return [...byPath.values()].sort((a, b) => compareTexts(a.path, b.path));
}

function findBelow(path: string, root: string | null): readonly TestFile[] {
  if (isDirectory(path)) {
    const files = listFiles(realpathSync(path), () => undefined, isTestFile);
    return files.map((file) => ({ path: join(path, file), root: root ?? toRoot(path) }));
  }
  if (!isTestFile(path))
    throw new HooklineError('usage', `Cannot run "${path}": tests are in files named *.test.yaml`);
  return [{ path, root: root ?? toRoot(dirname(path)) }];
}

function toRoot(dir: string): string {
  return isBelow(resolve(DEFAULT_DIR), resolve(dir)) ? DEFAULT_DIR : dir;
}
