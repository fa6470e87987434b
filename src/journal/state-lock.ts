import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { HooklineError, toMessage } from '../errors.ts';

/** Ownership of a state directory. */
export interface StateLock {
  release(): void;
}

/** The data of events is nobody else's on the machine. A directory that is there stays as it is. */
const OWNER_ONLY = 0o700;
const LOCK_FILE = 'lock.db';
const OWNER_FILE = 'owner.pid';

/**
 * Takes a state directory for this process, creating it when it is not there. The lock is an open SQLite file in
 * exclusive mode: the operating system lets go of it however the process ends, so none is ever stale, and no reused
 * process id can be mistaken for an owner. Throws `state_locked` when another process has it.
 */
export function lockStateDirectory(dir: string): StateLock {
  const db = openLock(dir);
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT');
  } catch (cause) {
    db.close();
    throw new HooklineError(
      'state_locked',
      `Cannot use state directory "${dir}": ${describeOwner(dir)} has it; stop that one or choose another with --state`,
      { cause },
    );
  }
  writeFileSync(join(dir, OWNER_FILE), String(process.pid));
  return { release: () => db.close() };
}

function openLock(dir: string): DatabaseSync {
  try {
    mkdirSync(dir, { recursive: true, mode: OWNER_ONLY });
    return new DatabaseSync(join(dir, LOCK_FILE), { timeout: 0 });
  } catch (cause) {
    throw new HooklineError(
      'state_unusable',
      `Cannot use state directory "${dir}": ${toMessage(cause)}; it must be a directory that may be written`,
      { cause },
    );
  }
}

function describeOwner(dir: string): string {
  try {
    return `process ${readFileSync(join(dir, OWNER_FILE), 'utf8')}`;
  } catch {
    return 'another process';
  }
}
