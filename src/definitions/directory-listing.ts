import { readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { isDefinitionFile } from './file-text.ts';

/** The directory the files of a root are in. */
export interface ScanBase {
  readonly base: string;
  /** Whether it is one version of a mounted ConfigMap. */
  readonly isVersion: boolean;
}

/** Where a mounted ConfigMap keeps the version that is current. */
const MOUNTED_DATA = '..data';

/** The directory to read: the root, or what the `..data` of a mount points at below it. Throws when it cannot be told. */
export function resolveBase(root: string): ScanBase {
  const base = realpathSync(root);
  const link = readLink(join(base, MOUNTED_DATA));
  if (link === null) return { base, isVersion: false };
  const target = realpathSync(resolve(base, link));
  return isBelow(base, target) ? { base: target, isVersion: true } : { base, isVersion: false };
}

function readLink(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

/** Whether a path is that of a directory, or leads on below it. */
export function isBelow(base: string, path: string): boolean {
  const below = relative(base, path);
  return below !== '..' && !below.startsWith(`..${sep}`) && !isAbsolute(below);
}

/**
 * Paths below a directory, with `/`, of what has a name that is wanted; directories are gone into, links to them are not. One
 * that cannot be gone into is listed as it is. Throws when `base` itself cannot be. `onStep` is called before each directory.
 */
export function listFiles(
  base: string,
  onStep: () => void,
  isWanted: (name: string) => boolean = isDefinitionFile,
): readonly string[] {
  const list = (below: string): readonly string[] => {
    onStep();
    return readdirSync(join(base, below), { withFileTypes: true })
      .filter(({ name }) => !name.startsWith('.'))
      .flatMap((entry) => {
        const path = below === '' ? entry.name : `${below}/${entry.name}`;
        if (entry.isDirectory()) return listNested(path);
        return isWanted(entry.name) ? [path] : [];
      });
  };
  const listNested = (path: string): readonly string[] => {
    try {
      return list(path);
    } catch {
      return [path];
    }
  };
  return list('');
}
