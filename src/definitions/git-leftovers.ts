import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Locks, what was being written, and what has no repack take a pack that was being fetched. */
const LEFTOVER = /\.lock$|\.keep$|^tmp_|^\.tmp-|^incoming-/;

/**
 * Removes what a git that was killed left in a repository: locks that would block every later command, and half of what
 * it fetched. Only for where no git is running.
 */
export async function removeLeftovers(dir: string): Promise<void> {
  const entries = await readdir(dir, { withFileTypes: true, recursive: true });
  const left = entries.filter(({ name }) => LEFTOVER.test(name));
  await Promise.all(
    left.map(({ parentPath, name }) => rm(join(parentPath, name), { recursive: true, force: true })),
  );
}
