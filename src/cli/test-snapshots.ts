import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Problem } from '../definitions/problem.ts';
import { toMessage } from '../errors.ts';
import type { Json, JsonObject } from '../event.ts';
import { formatSnapshots, parseSnapshots, SNAPSHOT_ENDING } from '../hook-test/snapshot.ts';

/** The snapshots of one file of tests, in a file beside it. */
export interface SnapshotFile {
  /** It cannot be read. */
  readonly problems: readonly Problem[];
  /** What was kept of a test; undefined: nothing. */
  read(name: string): Json | undefined;
  /** Notes what happened in a test; null: it has no snapshot. */
  note(name: string, snapshot: JsonObject | null): void;
  /**
   * Writes what was noted and answers the path; null when it is there already. Of tests that were not run it keeps what was,
   * unless all were; what cannot be read it leaves alone.
   */
  write(options: { readonly isWhole: boolean }): string | null;
}

/** Reads the snapshots of a file of tests; there may be none. */
export function openSnapshots(testFile: string): SnapshotFile {
  const file = `${testFile}${SNAPSHOT_ENDING}`;
  const before = readText(file);
  const kept = before === null ? {} : parseSnapshots(before);
  const noted = new Map<string, JsonObject | null>();
  return {
    problems: kept === null ? [toBroken(file)] : [],
    read: (name) => (kept !== null && Object.hasOwn(kept, name) ? kept[name] : undefined),
    note: (name, snapshot) => void noted.set(name, snapshot),
    write({ isWhole }) {
      if (kept === null) return null;
      const old = Object.entries(isWhole ? {} : kept).filter(([name]) => !noted.has(name));
      const fresh = [...noted].flatMap(([name, snapshot]) =>
        snapshot === null ? [] : [[name, snapshot] as const],
      );
      const all = [...old, ...fresh];
      if (all.length === 0) {
        if (before !== null) rmSync(file);
        return before === null ? null : file;
      }
      const text = formatSnapshots(Object.fromEntries(all));
      if (text === before) return null;
      writeFileSync(file, text);
      return file;
    },
  };
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new Error(`Cannot read "${file}": ${toMessage(error)}`, { cause: error });
  }
}

function toBroken(file: string): Problem {
  const message = 'The file holds no snapshots';
  const hint = 'Remove it and write it anew: hookline test --update';
  return { code: 'yaml_syntax', severity: 'error', file, line: 1, column: 1, path: '', message, hint };
}
