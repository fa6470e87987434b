import { hash } from 'node:crypto';
import { lstat, open, readdir, readlink, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { toMessage } from '../errors.ts';
import { compareTexts } from '../order.ts';
import { MAX_FILE_BYTES } from './load-file.ts';

/** A file as it was read. */
export interface ScannedFile {
  /** Path below the root, with `/`. */
  readonly file: string;
  /** sha256 of the bytes, hex. */
  readonly digest: string;
  readonly bytes: Buffer;
  /** Tells without reading whether the file may have changed: no write leaves all of it as it was. */
  readonly identity: string;
}

/** A file that is there but could not be read. */
export interface UnreadableFile {
  readonly file: string;
  readonly message: string;
}

/** What a directory held at one moment. */
export interface Scan {
  /** By path. */
  readonly files: readonly ScannedFile[];
  readonly unreadable: readonly UnreadableFile[];
}

const ENDING = /\.(ya?ml|json)$/i;
/** Where a mounted ConfigMap keeps the version that is current. */
const MOUNTED_DATA = '..data';
/** Files looked at at once: enough to keep the disk busy, few enough for any limit of open files. */
const AT_ONCE = 32;

/**
 * Reads every definition file below `root`. Files whose identity is in `known` are not read again. Dot files are left
 * out, and links that leave the root. A mounted ConfigMap is read through the one directory its `..data` points at
 * when the scan starts, so that no scan mixes two versions. Rejects when the root itself cannot be read.
 */
export async function scanDirectory(root: string, known: ReadonlyMap<string, ScannedFile>): Promise<Scan> {
  const base = await realpath(await resolveMount(root));
  const paths = await listFiles(base, '');
  const files: ScannedFile[] = [];
  const unreadable: UnreadableFile[] = [];
  const pending = paths.values();
  const work = async (): Promise<void> => {
    for (const file of pending) {
      const read = await readFile(base, { file, known: known.get(file) });
      if (read === null) continue;
      if ('bytes' in read) files.push(read);
      else unreadable.push(read);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { files: files.sort(byFile), unreadable: unreadable.sort(byFile) };
}

async function resolveMount(root: string): Promise<string> {
  try {
    return join(root, await readlink(join(root, MOUNTED_DATA)));
  } catch {
    return root;
  }
}

/** Paths of files and links with the right ending; directories are gone into, links to them are not. */
async function listFiles(base: string, below: string): Promise<readonly string[]> {
  const entries = await readdir(join(base, below), { withFileTypes: true });
  const nested = entries
    .filter(({ name }) => !name.startsWith('.'))
    .map(async (entry): Promise<readonly string[]> => {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) return listFiles(base, path).catch(() => [path]);
      return (entry.isFile() || entry.isSymbolicLink()) && ENDING.test(entry.name) ? [path] : [];
    });
  return (await Promise.all(nested)).flat();
}

async function readFile(
  base: string,
  { file, known }: { readonly file: string; readonly known: ScannedFile | undefined },
): Promise<ScannedFile | UnreadableFile | null> {
  try {
    const path = await followLink(base, file);
    if (path === null) return null;
    const identity = await identify(path);
    if (identity === null) return null;
    if (known?.identity === identity) return known;
    const bytes = await readBounded(path);
    return { file, digest: hash('sha256', bytes, 'hex'), bytes, identity };
  } catch (error) {
    return { file, message: toMessage(error) };
  }
}

/** The file itself when it is no link, else what it points at if that is below the root; null when it is not. */
async function followLink(base: string, file: string): Promise<string | null> {
  const path = join(base, file);
  if (!(await lstat(path)).isSymbolicLink()) return path;
  const target = await realpath(path);
  const below = relative(base, target);
  return below.startsWith(`..${sep}`) || below === '..' || isAbsolute(below) ? null : target;
}

/** Null for what is no regular file: a pipe would never end. */
async function identify(path: string): Promise<string | null> {
  const stats = await lstat(path, { bigint: true });
  if (stats.isDirectory()) throw new Error('it is a directory that cannot be read');
  return stats.isFile() ? [stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(':') : null;
}

/** One byte more than is allowed is read of a file that is too large: enough to say so. */
async function readBounded(path: string): Promise<Buffer> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const buffer = Buffer.alloc(Math.min(size, MAX_FILE_BYTES) + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length);
      length += bytesRead;
      if (bytesRead === 0 || length === buffer.length) return buffer.subarray(0, length);
    }
  } finally {
    await handle.close();
  }
}

function byFile(a: { readonly file: string }, b: { readonly file: string }): number {
  return compareTexts(a.file, b.file);
}
