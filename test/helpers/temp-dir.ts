import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A directory of a test's own. */
export interface TempDir extends Disposable {
  readonly path: string;
  /** Writes a file below it, with the directories above it. */
  write(file: string, content: string | Uint8Array): string;
}

/** Creates a directory that goes away with its scope. */
export function createTempDir(): TempDir {
  const path = mkdtempSync(join(tmpdir(), 'hookline-test-'));
  return {
    path,
    write(file, content) {
      const target = join(path, file);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, content);
      return target;
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}
