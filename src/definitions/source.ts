import type { LoadedFile } from './definition.ts';

/** Who made a revision of git, when and what for. */
export interface Commit {
  /** Full, hex. */
  readonly sha: string;
  /** `Name <address>`. */
  readonly author: string;
  /** When it was committed, ms since the epoch. */
  readonly at: number;
  /** First line of its message. */
  readonly subject: string;
}

/** What a source holds at one revision. */
export interface SourceFiles {
  /** `main@sha1:<commit>` of git, `dir@sha256:<digest>` of a directory: derived from the very bytes the files were loaded from. */
  readonly revision: string;
  readonly files: readonly LoadedFile[];
  /** Null for a directory. */
  readonly commit: Commit | null;
}

/** What a source answered. */
export interface SourceRead extends SourceFiles {
  /** When the remote was asked, or the directory looked at, that it is from: ms since the epoch. */
  readonly readAt: number;
}

/** What a read is held against. */
export interface ReadOptions {
  /** The revision of this source that is live, over restarts too; null when none is. */
  readonly live: string | null;
}

/** Something a source has to say that stops nothing, or that says why it goes on. A type is said once by each source. */
export interface Notice {
  readonly type: 'WatchDegraded' | 'NeverUpdates' | 'SourceVerified' | 'HistoryRewritten';
  readonly status: 'True' | 'False';
  /** One word in CamelCase, for scripts. */
  readonly reason: string;
  readonly message: string;
}

/** What was kept of a source over a restart. */
export interface KeptFiles {
  readonly revision: string;
  readonly commit: Commit | null;
  readonly files: readonly {
    /** Path below the root of the source, with `/`. */
    readonly path: string;
    readonly bytes: Buffer;
  }[];
}

/** A place definitions come from. */
export interface DefinitionSource {
  /** As settings name it; unique among the sources. */
  readonly name: string;
  /** What it is read from, where that is a remote: sources of the same are read together. Null for a directory. */
  readonly remote: string | null;
  /**
   * What is there now. A directory is looked at every time; a remote is asked only when its interval has passed or after
   * `refresh`, and what was fetched last is answered in between. Rejects with SourceError; what was read before stays good.
   */
  read(options: ReadOptions): Promise<SourceRead>;
  /** Says that something new is there: the next `read` asks the remote. */
  refresh(): void;
  /** Calls back whenever a `read` may find something new, from now on until `close`: at once when that is so already. */
  watch(onHint: () => void): void;
  /** What it has to say as of the last read; of git that is of the commit that was looked at last, also of one that was refused. */
  notices(): readonly Notice[];
  /** Loads what was kept of it as `read` would have, so that nothing of it is parsed again when it is there still. */
  restore(kept: KeptFiles): Promise<SourceFiles>;
  close(): Promise<void>;
}

/** Why a source could not be read. A closed list, for scripts. */
export type SourceFailure =
  | 'Unreadable'
  | 'KeepsChanging'
  | 'FetchFailed'
  | 'Timeout'
  | 'AuthenticationFailed'
  | 'HostKeyRefused'
  | 'RefNotFound'
  | 'PathNotFound'
  | 'CredentialsUnresolved'
  | 'VerificationFailed'
  | 'HistoryRewritten';

/** A source could not be read. Its message is for people and holds no secret. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
  readonly reason: SourceFailure;

  constructor(reason: SourceFailure, message: string, options?: { readonly cause: unknown }) {
    super(message, options);
    this.reason = reason;
  }
}
