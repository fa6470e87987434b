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
import { toMessage } from '../errors.ts';
import { compareTexts } from '../order.ts';
import { ByteChunks, type ByteRange } from './byte-chunks.ts';
import { isBelow, listFiles, resolveBase } from './directory-listing.ts';
import { MAX_FILE_BYTES } from './file-text.ts';

/** What is remembered of a file, to tell whether it changed. */
export interface KnownFile {
  /** sha256 of the bytes, hex. */
  readonly digest: string;
  /** Tells without reading that the file did not change; null when nothing tells. */
  readonly identity: string | null;
}

/** A file as it was found. */
export interface FoundFile extends KnownFile {
  /** Path below the root, with `/`. */
  readonly file: string;
  /** Null when they are those that are known. */
  readonly bytes: ByteRange | null;
}

/** A file that is there but could not be read. */
export interface UnreadableFile {
  readonly file: string;
  readonly message: string;
}

/** What a directory held at one moment. */
export interface DirectoryContent {
  /** By path. */
  readonly files: readonly FoundFile[];
  readonly chunks: readonly ArrayBuffer[];
  readonly unreadable: readonly UnreadableFile[];
  /**
   * Whether it is one version of a mounted ConfigMap, whole: those are written before they become current, and removed only
   * after another has.
   */
  readonly isWhole: boolean;
}

/** What a scan goes by. */
export interface ScanOptions {
  /** By path. */
  readonly known: ReadonlyMap<string, KnownFile>;
  /** Called before each file and each directory that is looked at. */
  readonly onStep: () => void;
}

/** What the functions below share. */
interface Scanning extends ScanOptions {
  readonly base: string;
  readonly chunks: ByteChunks;
}

/** A pipe that took the place of a file would be waited for for ever. */
const READ_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;
const NANOSECONDS = 1_000_000_000n;

/**
 * Reads every definition file below `root`. Files whose identity is in `known` are not read again. Dot files are left
 * out, and links that leave the root. A mounted ConfigMap is read through the one directory its `..data` points at
 * when the scan starts, so that no scan mixes two versions. Null when another version became current meanwhile: files of
 * the first are gone then, one after the other, and two such scans look the same however much they miss. Throws when the
 * root itself cannot be read. It waits for the disk: for a thread that has nothing else to do.
 */
export function scanDirectory(root: string, options: ScanOptions): DirectoryContent | null {
  const { base, isVersion } = resolveBase(root);
  const scanning = { ...options, base, chunks: new ByteChunks() };
  const files: FoundFile[] = [];
  const unreadable: UnreadableFile[] = [];
  for (const file of listFiles(base, options.onStep)) {
    const found = readFile(scanning, file);
    if (found === null) continue;
    if ('digest' in found) files.push(found);
    else unreadable.push(found);
  }
  if (isVersion && resolveBase(root).base !== base) return null;
  const isWhole = isVersion && unreadable.length === 0;
  const chunks = scanning.chunks.finish();
  return { files: files.sort(byFile), chunks, unreadable: unreadable.sort(byFile), isWhole };
}

/** Every path with the digest of its content; a file that cannot be read counts as one too. */
export function toRevision({ files, unreadable }: Pick<DirectoryContent, 'files' | 'unreadable'>): string {
  const lines = [
    ...files.map(({ file, digest }) => `${digest} ${file}`),
    ...unreadable.map(({ file }) => `unreadable ${file}`),
  ];
  return `dir@sha256:${hash('sha256', JSON.stringify(lines), 'hex')}`;
}

/** By path, in the order of a scan. */
export function byFile(a: { readonly file: string }, b: { readonly file: string }): number {
  return compareTexts(a.file, b.file);
}

/** Null for a link that leaves the root. */
function readFile(scanning: Scanning, file: string): FoundFile | UnreadableFile | null {
  const { base, known, chunks } = scanning;
  try {
    scanning.onStep();
    const path = `${base}/${file}`;
    const own = lstatSync(path, { bigint: true });
    const isLink = own.isSymbolicLink();
    const target = isLink ? realpathSync(path) : path;
    if (isLink && !isBelow(base, target)) return null;
    const identity = identify(isLink ? lstatSync(target, { bigint: true }) : own, isLink);
    const before = known.get(file);
    if (identity !== null && before?.identity === identity)
      return { file, digest: before.digest, identity, bytes: null };
    const bytes = readBounded(target, chunks);
    const digest = hash('sha256', bytes, 'hex');
    return { file, digest, identity, bytes: digest === before?.digest ? null : chunks.take(bytes.length) };
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
  return `${stats.ino}:${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}`;
}

/** One byte more than is allowed is read of a file that is too large: enough to say so. */
function readBounded(path: string, chunks: ByteChunks): Buffer {
  const handle = openSync(path, READ_FLAGS);
  try {
    const { size } = fstatSync(handle);
    const buffer = chunks.room(Math.min(size, MAX_FILE_BYTES) + 1);
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
