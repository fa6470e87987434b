import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A fresh directory that is gone when this process ends, however it ends. Commits go to the disk that holds TMPDIR. */
export function createWorkDirectory(): string {
  const dir = mkdtempSync(join(tmpdir(), 'hookline-bench-'));
  process.once('exit', () => rmSync(dir, { recursive: true, force: true, maxRetries: 3 }));
  return dir;
}
