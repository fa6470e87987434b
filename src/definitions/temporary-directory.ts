import { mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { undoAtExit } from '../undo-at-exit.ts';

/** A directory for the time of one command. */
export interface TemporaryDirectory extends AsyncDisposable {
  readonly path: string;
}

/**
 * Creates a directory that only the owner of the process may read, and that goes away with its scope, or with the process
 * where that ends first. `prefix` is its path without some characters at the end. Throws when it cannot be made.
 */
export function createTemporaryDirectory(prefix: string): TemporaryDirectory {
  const path = mkdtempSync(prefix);
  const undo = undoAtExit(() => rmSync(path, { recursive: true, force: true }));
  return {
    path,
    async [Symbol.asyncDispose]() {
      await rm(path, { recursive: true, force: true });
      undo[Symbol.dispose]();
    },
  };
}
