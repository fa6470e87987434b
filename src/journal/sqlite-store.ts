import { DatabaseSync } from 'node:sqlite';
import type { HookTimes } from './journal.ts';
import { migrate } from './migrations.ts';
import { createAppend } from './sqlite-appends.ts';
import { createHistory } from './sqlite-history.ts';
import { createInterned } from './sqlite-interned.ts';
import { createOutcomes } from './sqlite-outcomes.ts';
import type { Operation, StoreOperations } from './sqlite-protocol.ts';
import { number } from './sqlite-rows.ts';

/** How long to wait for another process that has the database before giving up, ms. */
const BUSY_TIMEOUT_MS = 1_000;
/** Pages of the log after which it is taken over into the database: 16 MiB at 4 KiB a page. */
const CHECKPOINT_PAGES = 4_096;
/** Memory for pages, in KiB (negative by SQLite's convention). */
const CACHE_KIB = -32_768;

/** A journal in one SQLite file. Synchronous: it lives on a thread of its own. */
export interface SqliteStore {
  readonly operations: StoreOperations;
  /** Runs `work` in one transaction that is on stable storage when this returns. Rolls back and rethrows when it throws. */
  transact(work: () => void): void;
  /** Takes the log over into the file, and closes it. */
  close(): void;
}

/** The operations that only read. */
export const READS: ReadonlySet<Operation> = new Set([
  'due',
  'nextDue',
  'findEvents',
  'findDelivery',
  'listDeliveries',
  'counts',
]);

/** Opens or creates the file and brings it to the newest schema. Throws SQLite's own errors, or `state_unusable`. */
export function openSqliteStore(file: string): SqliteStore {
  const db = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  // FULL makes a commit in WAL mode wait for the disk: what is acknowledged survives a power cut, not only a crash.
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
    PRAGMA cache_size = ${CACHE_KIB}; PRAGMA temp_store = MEMORY`);
  migrate(db);
  const interned = createInterned(db);
  return {
    operations: {
      append: createAppend(db, interned),
      ...createOutcomes(db, interned),
      ...createHistory(db),
      noteHooks: createNoteHooks(db),
    },
    transact(work) {
      db.exec('BEGIN IMMEDIATE');
      try {
        work();
        db.exec('COMMIT');
      } catch (error) {
        interned.forget();
        // A full disk makes SQLite roll back by itself.
        if (db.isTransaction) db.exec('ROLLBACK');
        throw error;
      }
    },
    close() {
      db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      db.close();
    },
  };
}

function createNoteHooks(db: DatabaseSync): StoreOperations['noteHooks'] {
  const note = db.prepare(
    `INSERT INTO hooks (hook_id, digest, created_at, updated_at) VALUES (?1, ?2, ?3, ?3)
     ON CONFLICT (hook_id) DO UPDATE SET updated_at = iif(digest = ?2, updated_at, ?3), digest = ?2
     RETURNING created_at, updated_at`,
  );
  return ({ sightings, at }) =>
    sightings.map(({ hookId, digest }): HookTimes => {
      const row = note.get(hookId, digest, at) ?? {};
      return { createdAt: number(row, 'created_at'), updatedAt: number(row, 'updated_at') };
    });
}
