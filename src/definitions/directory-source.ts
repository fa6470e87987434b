import { hash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { HooklineError, toMessage } from '../errors.ts';
import type { LoadedFile } from './definition.ts';
import { type Scan, type ScannedFile, scanDirectory } from './directory-scan.ts';
import { loadFile } from './load-file.ts';

/** A directory of definitions. */
export interface DirectorySource {
  /** The definitions as they are now, once two reads agree. Rejects with `directory_unreadable`. */
  read(): Promise<DirectoryFiles>;
  /** The text of a file as it was read last; null when there is none to show. */
  textOf(file: string): string | null;
}

/** A set of files with the revision derived from their bytes. */
export interface DirectoryFiles {
  /** `dir@sha256:` over the paths and contents of all files. */
  readonly revision: string;
  readonly files: readonly LoadedFile[];
}

/** What a directory source is made with. */
export interface DirectorySourceOptions {
  /** As it was given: part of where each hook says it comes from. */
  readonly dir: string;
  readonly clock: Clock;
}

/** How long a file that changed must stay as it is to count: longer than an editor takes between its writes. */
const SETTLE_MS = 25;
/** Reads that may disagree before the attempt is given up; the next hint or poll starts another. */
const MAX_READS = 40;
/** Files parsed between two pauses, so that a large set never holds up deliveries. */
const PARSED_AT_ONCE = 50;

/** Creates a source that reads a file again only when it may have changed, and parses one only when its bytes did. */
export function createDirectorySource({ dir, clock }: DirectorySourceOptions): DirectorySource {
  let scanned: ReadonlyMap<string, ScannedFile> = new Map();
  let parsed: ReadonlyMap<string, LoadedFile> = new Map();

  async function scanStable(): Promise<Scan> {
    let before = await scan();
    for (let reads = 1; reads < MAX_READS; reads += 1) {
      const changed = before.files.filter((file) => scanned.get(file.file) !== file);
      // What was read in an earlier settled scan has agreed with itself already; only what is new must do so now.
      if (changed.length === 0 && before.files.length === scanned.size) return before;
      await new Promise<void>((resolve) => clock.setTimer(SETTLE_MS, resolve));
      const after = await scan();
      if (toRevision(before) === toRevision(after)) {
        scanned = new Map(after.files.map((file) => [file.file, file]));
        return after;
      }
      before = after;
    }
    throw new HooklineError('directory_unreadable', `Cannot read "${dir}": its files keep changing`);
  }

  async function scan(): Promise<Scan> {
    try {
      return await scanDirectory(dir, scanned);
    } catch (cause) {
      throw new HooklineError('directory_unreadable', `Cannot read directory "${dir}": ${toMessage(cause)}`, {
        cause,
      });
    }
  }

  return {
    async read() {
      const scan = await scanStable();
      const files: LoadedFile[] = [];
      for (const [index, { file, digest, bytes }] of scan.files.entries()) {
        const known = parsed.get(file);
        const unchanged = known?.digest === digest;
        if (!unchanged && index % PARSED_AT_ONCE === 0) await pause();
        files.push(unchanged ? known : loadFile({ file, bytes, source: `dir:${dir}` }));
      }
      parsed = new Map(files.map((file) => [file.file, file]));
      return { revision: toRevision(scan), files: [...files, ...scan.unreadable.map(toUnreadable)] };
    },
    textOf: (file) => scanned.get(file)?.bytes.toString('utf8') ?? null,
  };
}

function toUnreadable({ file, message }: Scan['unreadable'][number]): LoadedFile {
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
  return { file, digest: '', definitions: [], problems: [problem] };
}

/** Every path with the digest of its content; a file that cannot be read counts as one too. */
function toRevision({ files, unreadable }: Scan): string {
  const lines = [
    ...files.map(({ file, digest }) => `${digest} ${file}`),
    ...unreadable.map(({ file }) => `unreadable ${file}`),
  ];
  return `dir@sha256:${hash('sha256', JSON.stringify(lines), 'hex')}`;
}

function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
