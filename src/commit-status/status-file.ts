import { readFileSync, renameSync } from 'node:fs';
import { toMessage } from '../errors.ts';
import { isJsonObject } from '../event.ts';
import type { Logger } from '../logger.ts';
import { replaceFile } from '../replace-file.ts';
import type { CommitState, CommitStatus } from './commit-status.ts';
import type { StatusEntry } from './status-entry.ts';

/** What is known of the commits of one source, the one that was spoken of last at the end. */
export interface KeptSource {
  readonly source: string;
  /** Digest of where they are posted to: what was posted elsewhere is not posted here. */
  readonly target: string;
  readonly entries: readonly StatusEntry[];
}

/** A small file that outlives the process. */
export interface StatusFile {
  readonly kept: readonly KeptSource[];
  /** Writes what `read` answers by then, after what is being written now. A failure is logged: what is kept in memory goes on. */
  save(): void;
  /** Resolves once nothing is left to write. */
  idle(): Promise<void>;
}

/** Where and what it is. */
interface StatusFileOptions {
  readonly file: string;
  readonly read: () => readonly KeptSource[];
  readonly logger: Logger;
}

const STATES: readonly CommitState[] = ['pending', 'success', 'failure', 'error'];

/** Reads the file, which need not be there. One that cannot be read is set aside with a warning: the sources say again what they have to. */
export function openStatusFile({ file, read, logger }: StatusFileOptions): StatusFile {
  const kept = readKept(file, logger);
  let dirty = false;
  let writing: Promise<void> | null = null;
  async function writeAll(): Promise<void> {
    while (dirty) {
      dirty = false;
      try {
        await replaceFile(file, JSON.stringify(read()));
      } catch (error) {
        logger.error({ file, error: toMessage(error) }, 'Cannot keep commit statuses: a restart loses them');
      }
    }
    writing = null;
  }
  return {
    kept,
    save() {
      dirty = true;
      writing ??= writeAll();
    },
    idle: async () => writing ?? undefined,
  };
}

function readKept(file: string, logger: Logger): readonly KeptSource[] {
  try {
    const kept: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (Array.isArray(kept) && kept.every(isKeptSource)) return kept;
    setAside(file, 'it has another shape', logger);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') setAside(file, toMessage(error), logger);
  }
  return [];
}

function setAside(file: string, reason: string, logger: Logger): void {
  const aside = `${file}.corrupt`;
  logger.warn({ file, aside, reason }, 'Cannot read the commit statuses that were kept: begins without them');
  try {
    renameSync(file, aside);
  } catch (error) {
    logger.warn({ file, error: toMessage(error) }, 'Cannot set the file aside: it is written over');
  }
}

function isKeptSource(value: unknown): value is KeptSource {
  return (
    isJsonObject(value) &&
    typeof value.source === 'string' &&
    typeof value.target === 'string' &&
    Array.isArray(value.entries) &&
    value.entries.every(isEntry)
  );
}

function isEntry(value: unknown): value is StatusEntry {
  return (
    isJsonObject(value) &&
    typeof value.sha === 'string' &&
    [value.posted, value.waiting].every((status) => status === null || isStatus(status))
  );
}

function isStatus(value: unknown): value is CommitStatus {
  return (
    isJsonObject(value) &&
    typeof value.sha === 'string' &&
    typeof value.description === 'string' &&
    STATES.some((state) => state === value.state)
  );
}
