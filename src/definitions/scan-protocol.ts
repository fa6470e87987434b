import type { ByteRange } from './byte-chunks.ts';
import type { UnreadableFile } from './directory-scan.ts';

/** What a thread that scans is started with. */
export interface ScanWorkerData {
  readonly root: string;
  /** A counter (Int32) of the steps the thread has made, so that one that is stuck can be told from one that is slow. */
  readonly steps: SharedArrayBuffer;
}

/** Asks for a scan. */
export interface ScanRequest {
  /** Of this scan; no two of a source have the same. */
  readonly number: number;
  /** The scan whose files the main thread has; null for none. */
  readonly known: number | null;
}

/** A file the main thread does not have, or has with other bytes. */
export interface ChangedFile extends ByteRange {
  readonly file: string;
  readonly digest: string;
}

/** What a scan found, as what differs from one before. */
export interface ScanChanges {
  /** The scan it differs from: the one that was named, or null (it is all there is) when this thread knows nothing of that. */
  readonly since: number | null;
  readonly changed: readonly ChangedFile[];
  readonly gone: readonly string[];
  readonly chunks: readonly ArrayBuffer[];
  readonly unreadable: readonly UnreadableFile[];
  readonly isWhole: boolean;
  readonly revision: string;
}

/** The answer to a request. `moved`: another version of the mount became current meanwhile. */
export type ScanAnswer =
  | ({ readonly kind: 'found' } & ScanChanges)
  | { readonly kind: 'moved' }
  | { readonly kind: 'failed'; readonly message: string };
