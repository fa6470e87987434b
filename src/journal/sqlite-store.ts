import { DatabaseSync } from 'node:sqlite';
import { migrate } from './migrations.ts';
import { createAppend } from './sqlite-appends.ts';
import { createDue } from './sqlite-due.ts';
import { createHistory } from './sqlite-history.ts';
import { createHooks } from './sqlite-hooks.ts';
import { createInterned } from './sqlite-interned.ts';
import { createOutcomes } from './sqlite-outcomes.ts';
import type { Operation, StoreOperations } from './sqlite-protocol.ts';
import { createPrune } from './sqlite-prune.ts';
import { createReplays } from './sqlite-replays.ts';
import type { ThreadOptions } from './sqlite-thread.ts';
import { createTotals } from './sqlite-totals.ts';

/** How long to wait for another process that has the database before giving up, ms. */
const BUSY_TIMEOUT_MS = 1_000;
/** Memory for pages, in KiB (negative by SQLite's convention). */
const CACHE_KIB = -32_768;
/** Bytes the log is cut back to when it begins anew. */
const LOG_LIMIT_BYTES = 64 * 1024 * 1024;

/** A journal in one SQLite file. Synchronous: it lives on a thread of its own. */
export interface SqliteStore {
  readonly operations: StoreOperations;
  /** Runs `work` in one transaction that is on stable storage when this returns. Rolls back and rethrows when it throws. */
  transact(work: () => void): void;
  /** Forgets all that it holds: it is as one that was just created. */
  clear(): void;
  /** Takes the log over into the file, and closes it. */
  close(): void;
}

/** The operations that need no transaction. */
export const READS: ReadonlySet<Operation> = new Set([
  'due',
  'waiting',
  'parked',
  'gone',
  'findReplay',
  'openReplays',
  'gateStates',
  'findEvents',
  'findDelivery',
  'listDeliveries',
  'counts',
  'checkpoint',
]);

/** Opens or creates the file and brings it to the newest schema. Throws SQLite's own errors, or `state_unusable`. */
export function openSqliteStore({ file, role }: ThreadOptions): SqliteStore {
  // Nothing here breaks a reference, and checking them costs: for each event that is pruned all deliveries would be read.
  const db = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: false });
  // FULL makes a commit in WAL mode wait for the disk: what is acknowledged survives a power cut, not only a crash.
  // The log is taken over when the main thread says so, not by whichever commit makes it long.
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;
    PRAGMA journal_size_limit = ${LOG_LIMIT_BYTES}; PRAGMA cache_size = ${CACHE_KIB}; PRAGMA temp_store = MEMORY`);
  if (role === 'writer') migrate(db);
  const interned = createInterned(db);
  const totals = createTotals(db);
  const history = createHistory(db);
  return {
    operations: {
      append: createAppend(db, { interned, totals }),
      ...createOutcomes(db, { interned, totals }),
      ...createDue(db),
      ...createHooks(db, { interned, totals }),
      ...createReplays(db, { totals, history }),
      ...history,
      prune: createPrune(db, totals),
      counts: totals.read,
      checkpoint() {
        db.exec('PRAGMA wal_checkpoint(PASSIVE)');
        return null;
      },
    },
    transact(work) {
      db.exec('BEGIN IMMEDIATE');
      try {
        work();
        totals.write();
        db.exec('COMMIT');
      } catch (error) {
        interned.forget();
        totals.forget();
        // A full disk makes SQLite roll back by itself.
        if (db.isTransaction) db.exec('ROLLBACK');
        throw error;
      }
    },
    clear() {
      const tables = db
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'totals'")
        .all();
      db.exec(tables.map(({ name }) => `DELETE FROM ${name};`).join(' '));
      db.exec('UPDATE totals SET number = 0');
      interned.forget();
      totals.forget();
    },
    close() {
      if (role === 'writer') db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      db.close();
    },
  };
}
