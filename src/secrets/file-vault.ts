import { closeSync, constants, fstatSync, openSync, readFileSync, realpathSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { type Reference, SecretError } from './reference.ts';

/** Bytes a file of secrets may have. */
const MAX_FILE_BYTES = 64 * 1024;

/**
 * Creates the function that reads the file behind a reference. It must lie below `root` once every link is followed;
 * links that stay inside (as Kubernetes mounts have them) are fine. It is read at every use: that takes less time than
 * finding out whether it changed, and no time stamp is fine enough to tell. One newline at its end is not part of the
 * value. Throws SecretError.
 */
export function createFileVault(root: string): (reference: Reference) => string {
  return ({ resource, previous }) => {
    if (previous) throw unavailable('files have no earlier version');
    try {
      return readFile(locate(root, resource), resource);
    } catch (error) {
      if (error instanceof SecretError) throw error;
      const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
      throw unavailable(
        `no value found: file ${resource}: ${code}, looked for below secrets.file_root`,
        error,
      );
    }
  };
}

function unavailable(why: string, cause?: unknown): SecretError {
  return new SecretError(`could not get value from external vault (${why})`, { cause });
}

/** The path that a reference writes, before any link below the root is followed. */
export function toPath(root: string, resource: string): string {
  return resolve(toBase(root), `.${sep}${resource}`);
}

/** One that is not there has no links to follow. */
function toBase(root: string): string {
  try {
    return realpathSync.native(root);
  } catch {
    return resolve(root);
  }
}

function locate(root: string, resource: string): string {
  const base = realpathSync.native(root);
  const path = realpathSync.native(toPath(root, resource));
  const below = relative(base, path);
  if (below === '' || below === '..' || below.startsWith(`..${sep}`) || isAbsolute(below))
    throw unavailable(`file ${resource} is outside secrets.file_root`);
  return path;
}

/** Opened without waiting, so that a pipe in the place of a file cannot hold the process up. */
function readFile(path: string, resource: string): string {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(file);
    if (stats.isDirectory())
      throw unavailable(`${resource} is a directory: end the reference with "/" to name a file in one`);
    if (!stats.isFile()) throw unavailable(`${resource} is not a file`);
    if (stats.size > MAX_FILE_BYTES)
      throw unavailable(`file ${resource} is larger than ${MAX_FILE_BYTES} bytes`);
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } finally {
    closeSync(file);
  }
}
