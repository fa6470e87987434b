import { hash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../clock.ts';
import { HooklineError, toMessage } from '../errors.ts';
import type { LoadedFile } from './definition.ts';
import { type Scan, type ScannedFile, scanDirectory, type UnreadableFile } from './directory-scan.ts';
import { loadFile } from './load-file.ts';

/** A directory of definitions. */
export interface DirectorySource {
  /** The definitions as they are now, once two looks agree. Rejects with `directory_unreadable`. */
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

/** One look at the directory. Two agree when their marks are the same; two failures can agree too. */
type Look =
  | { readonly kind: 'seen'; readonly mark: string; readonly scan: Scan }
  | { readonly kind: 'failed'; readonly mark: string; readonly error: HooklineError };

/** How long what changed must stay as it is to count: longer than an editor takes between its writes. */
const SETTLE_MS = 25;
/** Looks that may disagree before the attempt is given up; the next hint or poll starts another. */
const MAX_LOOKS = 40;
/** Files parsed between two pauses, so that a large set never holds up deliveries. */
const PARSED_AT_ONCE = 50;

/** Creates a source that reads a file again only when it may have changed, and parses one only when its bytes did. */
export function createDirectorySource({ dir, clock }: DirectorySourceOptions): DirectorySource {
  let settled: ReadonlyMap<string, ScannedFile> = new Map();
  let settledMark: string | null = null;
  let parsed: ReadonlyMap<string, LoadedFile> = new Map();

  /** What agrees with the last look that settled has been seen twice already. */
  async function settle(): Promise<Look> {
    let before = settledMark;
    for (let looks = 1; looks <= MAX_LOOKS; looks += 1) {
      const seen = await look();
      if (seen.mark === before) return seen;
      before = seen.mark;
      if (looks < MAX_LOOKS) await new Promise<void>((resolve) => clock.setTimer(SETTLE_MS, resolve));
    }
    throw new HooklineError('directory_unreadable', `Cannot read "${dir}": its files keep changing`);
  }

  async function look(): Promise<Look> {
    try {
      const scan = await scanDirectory(dir, settled);
      return { kind: 'seen', mark: toRevision(scan), scan };
    } catch (cause) {
      const mark = `Cannot read directory "${dir}": ${toMessage(cause)}`;
      return { kind: 'failed', mark, error: new HooklineError('directory_unreadable', mark, { cause }) };
    }
  }

  async function load(files: readonly ScannedFile[]): Promise<readonly LoadedFile[]> {
    const loaded: LoadedFile[] = [];
    let fresh = 0;
    for (const { file, digest, bytes } of files) {
      const known = parsed.get(file);
      if (known?.digest === digest) loaded.push(known);
      else {
        if (fresh % PARSED_AT_ONCE === PARSED_AT_ONCE - 1) await setImmediate();
        fresh += 1;
        loaded.push(loadFile({ file, bytes, source: `dir:${dir}` }));
      }
    }
    parsed = new Map(loaded.map((file) => [file.file, file]));
    return loaded;
  }

  return {
    async read() {
      const seen = await settle();
      if (seen.kind === 'failed') throw seen.error;
      const { files, unreadable } = seen.scan;
      settled = new Map(files.map((file) => [file.file, file]));
      settledMark = seen.mark;
      return { revision: seen.mark, files: [...(await load(files)), ...unreadable.map(toUnreadable)] };
    },
    textOf: (file) => settled.get(file)?.bytes.toString('utf8') ?? null,
  };
}

function toUnreadable({ file, message }: UnreadableFile): LoadedFile {
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
