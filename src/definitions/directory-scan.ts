import { hash } from 'node:crypto';
import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  realpathSync,
} from 'node:fs';
import { readdir, readlink, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { toMessage } from '../errors.ts';
import { compareTexts } from '../order.ts';
import { DEFINITION_ENDING, MAX_FILE_BYTES } from './file-text.ts';

/** A file as it was read. */
export interface ScannedFile {
  /** Path below the root, with `/`. */
  readonly file: string;
  /** sha256 of the bytes, hex. */
  readonly digest: string;
  readonly bytes: Buffer;
  /** Tells without reading that the file did not change; null when nothing tells. */
  readonly identity: string | null;
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
  /**
   * Whether it is one version of a mounted ConfigMap, whole: those are written before they become current, and removed only
   * after another has.
   */
  readonly isWhole: boolean;
}

/** Where a mounted ConfigMap keeps the version that is current. */
const MOUNTED_DATA = '..data';
/**
 * Files looked at between two pauses. That is done right here: by way of a thread of Node's pool it takes four times as
 * long, which beside 10,000 files is most of what a change takes to go live, and a quarter of a cold load.
 */
const LOOKED_AT_ONCE = 50;
/** A pipe that took the place of a file would be waited for for ever. */
const READ_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;
const NANOSECONDS = 1_000_000_000n;

/**
 * Reads every definition file below `root`. Files whose identity is in `known` are not read again. Dot files are left
 * out, and links that leave the root. A mounted ConfigMap is read through the one directory its `..data` points at
 * when the scan starts, so that no scan mixes two versions. Null when another version became current meanwhile: files of
 * the first are gone then, one after the other, and two such scans look the same however much they miss. Rejects when the
 * root itself cannot be read.
 */
export async function scanDirectory(
  root: string,
  known: ReadonlyMap<string, ScannedFile>,
): Promise<Scan | null> {
  const { base, isVersion } = await resolveBase(root);
  const paths = await listFiles(base, '');
  const files: ScannedFile[] = [];
  const unreadable: UnreadableFile[] = [];
  for (const [index, file] of paths.entries()) {
    if (index % LOOKED_AT_ONCE === LOOKED_AT_ONCE - 1) await setImmediate();
    const read = readFile(base, { file, known: known.get(file) });
    if (read === null) continue;
    if ('bytes' in read) files.push(read);
    else unreadable.push(read);
  }
  if (isVersion && (await resolveBase(root)).base !== base) return null;
  const isWhole = isVersion && unreadable.length === 0;
  return { files: files.sort(byFile), unreadable: unreadable.sort(byFile), isWhole };
}

/** The directory to read: the root, or what the `..data` of a mount points at below it. */
async function resolveBase(root: string): Promise<{ readonly base: string; readonly isVersion: boolean }> {
  const base = await realpath(root);
  const link = await readlink(join(base, MOUNTED_DATA)).catch(() => null);
  if (link === null) return { base, isVersion: false };
  const target = await realpath(resolve(base, link));
  return isBelow(base, target) ? { base: target, isVersion: true } : { base, isVersion: false };
}

function isBelow(base: string, path: string): boolean {
  const below = relative(base, path);
  return below !== '..' && !below.startsWith(`..${sep}`) && !isAbsolute(below);
}

/** Paths of what has the right ending; directories are gone into, links to them are not. */
async function listFiles(base: string, below: string): Promise<readonly string[]> {
  const entries = await readdir(join(base, below), { withFileTypes: true });
  const nested = entries
    .filter(({ name }) => !name.startsWith('.'))
    .map(async (entry): Promise<readonly string[]> => {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) return listFiles(base, path).catch(() => [path]);
      return DEFINITION_ENDING.test(entry.name) ? [path] : [];
    });
  return (await Promise.all(nested)).flat();
}

/** Null for a link that leaves the root. */
function readFile(
  base: string,
  { file, known }: { readonly file: string; readonly known: ScannedFile | undefined },
): ScannedFile | UnreadableFile | null {
  try {
    const path = join(base, file);
    const own = lstatSync(path, { bigint: true });
    const isLink = own.isSymbolicLink();
    const target = isLink ? realpathSync(path) : path;
    if (isLink && !isBelow(base, target)) return null;
    const identity = identify(isLink ? lstatSync(target, { bigint: true }) : own, isLink);
    if (identity !== null && known?.identity === identity) return known;
    const bytes = readBounded(target);
    return { file, digest: hash('sha256', bytes, 'hex'), bytes, identity };
  } catch (error) {
    return { file, message: toMessage(error) };
  }
}

function identify(stats: BigIntStats, isLink: boolean): string | null {
  if (stats.isDirectory())
    throw new Error(isLink ? 'it is a link to a directory' : 'it is a directory that cannot be read');
  if (!stats.isFile()) throw new Error('it is no regular file');
  // Where time goes by the second, two changes in one second leave the same.
  if (stats.ctimeNs % NANOSECONDS === 0n) return null;
  return [stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(':');
}

/** One byte more than is allowed is read of a file that is too large: enough to say so. */
function readBounded(path: string): Buffer {
  const handle = openSync(path, READ_FLAGS);
  try {
    const { size } = fstatSync(handle);
    const buffer = Buffer.alloc(Math.min(size, MAX_FILE_BYTES) + 1);
    let length = 0;
    for (;;) {
      const bytesRead = readSync(handle, buffer, length, buffer.length - length, length);
      length += bytesRead;
      if (bytesRead === 0 || length === buffer.length) return buffer.subarray(0, length);
    }
  } finally {
    closeSync(handle);
  }
}

function byFile(a: { readonly file: string }, b: { readonly file: string }): number {
  return compareTexts(a.file, b.file);
}
