import { byFile, type UnreadableFile } from './directory-scan.ts';
import type { ScanChanges } from './scan-protocol.ts';
import { ScanThread, type ScanThreadOptions } from './scan-thread.ts';
import { createTaskQueue } from './task-queue.ts';

/** A file as it was read. */
export interface ScannedFile {
  /** Path below the root, with `/`. */
  readonly file: string;
  /** sha256 of the bytes, hex. */
  readonly digest: string;
  readonly bytes: Buffer;
}

/** What a directory held at one moment. */
export interface Scan {
  /** No two scans of a scanner have the same. */
  readonly number: number;
  /** By path. */
  readonly files: readonly ScannedFile[];
  readonly unreadable: readonly UnreadableFile[];
  /** As `scanDirectory` says it. */
  readonly isWhole: boolean;
  readonly revision: string;
}

/** Scans one directory, without holding up anything else however long that takes. */
export interface DirectoryScanner {
  /**
   * What it holds now; null when another version of it became current meanwhile. Only what differs from `known`, a scan
   * this answered before, is carried over to here. Rejects when the root cannot be read, when the thread fails, and with
   * SourceError `Timeout` when the directory does not answer.
   */
  scan(known: Scan | null): Promise<Scan | null>;
  /** Rejects what is under way. Waits for the end of the thread, but not for ever. */
  close(): Promise<void>;
}

/** Creates a scanner, with a thread from the first scan on. One that failed is replaced at the next. */
export function createDirectoryScanner(options: ScanThreadOptions): DirectoryScanner {
  const enqueue = createTaskQueue();
  let thread: ScanThread | null = null;
  let isClosed = false;
  let number = 0;

  async function scan(known: Scan | null): Promise<Scan | null> {
    if (isClosed) throw new Error('it is closed');
    if (thread === null || thread.hasEnded) thread = new ScanThread(options);
    number += 1;
    const own = number;
    const answer = await thread.scan({ number: own, known: known?.number ?? null });
    if (answer.kind === 'moved') return null;
    if (answer.kind === 'failed') throw new Error(answer.message);
    const { unreadable, isWhole, revision } = answer;
    return { number: own, files: toFiles(known, answer), unreadable, isWhole, revision };
  }

  return {
    scan: (known) => enqueue(() => scan(known)),
    async close() {
      isClosed = true;
      await thread?.stop();
    },
  };
}

/** All files: those that are known, but for what changed. */
function toFiles(known: Scan | null, { since, changed, gone, chunks }: ScanChanges): readonly ScannedFile[] {
  const before = since === null ? [] : (known?.files ?? []);
  const replaced = new Set([...gone, ...changed.map(({ file }) => file)]);
  if (replaced.size === 0) return before;
  const now = changed.map(({ file, digest, chunk, offset, length }) => {
    const bytes = Buffer.from(chunks[chunk] ?? new ArrayBuffer(0), offset, length);
    return { file, digest, bytes };
  });
  return [...before.filter(({ file }) => !replaced.has(file)), ...now].sort(byFile);
}
