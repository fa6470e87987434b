import { closeSync, constants, fstatSync, openSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { type Reference, SecretError } from './reference.ts';

/** Bytes a file of secrets may have. */
const MAX_FILE_BYTES = 64 * 1024;
/** Files remembered; one more and all are read again. */
const MAX_CACHED = 1_000;

/** A file as it was read, with what tells whether it changed. */
interface CachedFile {
  readonly identity: string;
  readonly value: string;
}

/**
 * Creates the function that reads the file behind a reference. It must lie below `root` once every link is followed;
 * links that stay inside (as Kubernetes mounts have them) are fine. It is read again when it changes, and one newline
 * at its end is not part of the value. Throws SecretError.
 */
export function createFileVault(root: string): (reference: Reference) => string {
  const cache = new Map<string, CachedFile>();
  return ({ resource, previous }) => {
    if (previous)
      throw new SecretError('could not get value from external vault (files have no earlier version)');
    try {
      return read(root, { resource, cache });
    } catch (error) {
      if (error instanceof SecretError) throw error;
      const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
      throw new SecretError(
        `could not get value from external vault (no value found: file ${resource}: ${code})`,
        { cause: error },
      );
    }
  };
}

function read(
  root: string,
  { resource, cache }: { resource: string; cache: Map<string, CachedFile> },
): string {
  const path = locate(root, resource);
  const { ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
  const identity = [ino, size, mtimeNs, ctimeNs].join(':');
  const known = cache.get(path);
  if (known?.identity === identity) return known.value;
  const value = readFile(path, resource);
  if (cache.size >= MAX_CACHED) cache.clear();
  cache.set(path, { identity, value });
  return value;
}

function locate(root: string, resource: string): string {
  const base = realpathSync(root);
  const path = realpathSync(resolve(base, `.${sep}${resource}`));
  const below = relative(base, path);
  if (below === '' || below === '..' || below.startsWith(`..${sep}`) || isAbsolute(below)) {
    throw new SecretError(
      `could not get value from external vault (file ${resource} is outside secrets.file_root)`,
    );
  }
  return path;
}

/** Opened without waiting, so that a pipe in the place of a file cannot hold the process up. */
function readFile(path: string, resource: string): string {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(file);
    if (!stats.isFile())
      throw new SecretError(`could not get value from external vault (${resource} is not a file)`);
    if (stats.size > MAX_FILE_BYTES)
      throw new SecretError(
        `could not get value from external vault (file ${resource} is larger than ${MAX_FILE_BYTES} bytes)`,
      );
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } finally {
    closeSync(file);
  }
}
