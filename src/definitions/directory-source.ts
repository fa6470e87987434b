import { hash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { toMessage } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { LoadedFile } from './definition.ts';
import type { UnreadableFile } from './directory-scan.ts';
import { createDirectoryScanner, type Scan } from './directory-scanner.ts';
import { type DirectoryWatch, watchDirectory } from './directory-watch.ts';
import { createFileLoader } from './file-loader.ts';
import { findFrozenMounts } from './frozen-mounts.ts';
import { type SourcePlace, toShownPath } from './load-file.ts';
import { type DefinitionSource, type Notice, SourceError } from './source.ts';

/** What a directory source is made with. */
export interface DirectorySourceOptions {
  /** As settings name it; empty outside of a server. */
  readonly name: string;
  /** As it was given: part of where each hook says it comes from. */
  readonly dir: string;
  /** Whether paths are shown behind the name. */
  readonly labelled: boolean;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
  /** How often to look when nothing was reported. */
  readonly pollMs: number;
}

/** One look at the directory. Two agree when their marks are the same; two failures can agree too, what was moving never does. */
type Look =
  | { readonly kind: 'moving'; readonly mark: null }
  | { readonly kind: 'seen'; readonly mark: string; readonly scan: Scan }
  | { readonly kind: 'failed'; readonly mark: string; readonly error: SourceError };

/** How long what changed must stay as it is to count: longer than an editor takes between its writes. */
const SETTLE_MS = 25;
/** Looks that may disagree before the attempt is given up; the next hint or poll starts another. */
const MAX_LOOKS = 40;

/** Creates a source that reads a file again only when it may have changed, and parses one only when its bytes did. */
export function createDirectorySource(options: DirectorySourceOptions): DefinitionSource {
  const { name, dir, labelled, clock } = options;
  const place: SourcePlace = { source: `dir:${dir}`, owner: name, labelled };
  const loader = createFileLoader(place);
  let watching: DirectoryWatch | null = null;
  const frozen = findFrozenMounts(dir).map(toFrozenNotice);
  const scanner = createDirectoryScanner({ root: dir, clock });
  let settled: Scan | null = null;
  let settledMark: string | null = null;

  /** What agrees with the last look that settled has been seen twice already. A whole version never changes. */
  async function settle(): Promise<Exclude<Look, { kind: 'moving' }>> {
    let before = settledMark;
    for (let looks = 1; looks <= MAX_LOOKS; looks += 1) {
      const seen = await look();
      const isSteady = seen.mark === before || (seen.kind === 'seen' && seen.scan.isWhole);
      if (seen.kind !== 'moving' && isSteady) return seen;
      before = seen.mark;
      if (looks < MAX_LOOKS) await new Promise<void>((resolve) => clock.setTimer(SETTLE_MS, resolve));
    }
    throw new SourceError('KeepsChanging', `Cannot read "${dir}": its files keep changing`);
  }

  async function look(): Promise<Look> {
    try {
      const scan = await scanner.scan(settled);
      if (scan === null) return { kind: 'moving', mark: null };
      return { kind: 'seen', mark: scan.revision, scan };
    } catch (cause) {
      const mark = `Cannot read directory "${dir}": ${toMessage(cause)}`;
      const reason = cause instanceof SourceError ? cause.reason : 'Unreadable';
      return { kind: 'failed', mark, error: new SourceError(reason, mark, { cause }) };
    }
  }

  return {
    name,
    remote: null,
    async read() {
      const seen = await settle();
      if (seen.kind === 'failed') throw seen.error;
      const readAt = clock.now();
      const { files, unreadable } = seen.scan;
      settled = seen.scan;
      settledMark = seen.mark;
      const loaded = await loader.load(files.map(({ file: path, ...rest }) => ({ path, ...rest })));
      const broken = unreadable.map((file) => toUnreadable(file, place));
      return { revision: seen.mark, files: [...loaded, ...broken], commit: null, readAt };
    },
    async restore({ revision, commit, files }) {
      const digested = files.map(({ path, bytes }) => ({
        path,
        bytes,
        digest: hash('sha256', bytes, 'hex'),
      }));
      return { revision, commit, files: await loader.load(digested) };
    },
    refresh() {
      // A directory is looked at by every read.
    },
    watch(onHint) {
      watching ??= watchDirectory({ ...options, onHint });
    },
    notices: () => [...toWatchNotices(options, watching), ...frozen],
    async close() {
      await Promise.all([watching?.close(), scanner.close()]);
    },
  };
}

function toUnreadable({ file: path, message }: UnreadableFile, place: SourcePlace): LoadedFile {
  const file = toShownPath(place, path);
  const problem = {
    code: 'file_unreadable',
    severity: 'error',
    file,
    line: 1,
    column: 1,
    path: '',
    message: `Cannot read the file: ${message}`,
    hint: null,
  } as const;
  const nothing = { bytes: Buffer.alloc(0), digest: '', definitions: [], meant: [], silences: [] };
  return { owner: place.owner, path, file, ...nothing, problems: [problem] };
}

function toWatchNotices(
  { dir, pollMs }: DirectorySourceOptions,
  watching: DirectoryWatch | null,
): readonly Notice[] {
  const failure = watching?.degraded() ?? null;
  if (failure === null) return [];
  const message = `Cannot watch "${dir}", looking every ${pollMs / 1000} s instead: ${failure}`;
  return [{ type: 'WatchDegraded', status: 'True', reason: 'Polling', message }];
}

function toFrozenNotice(path: string): Notice {
  const message = `"${path}" is a subPath mount: Kubernetes never updates it; mount the whole volume instead`;
  return { type: 'NeverUpdates', status: 'True', reason: 'SubPath', message };
}
