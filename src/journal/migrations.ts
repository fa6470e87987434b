import type { DatabaseSync } from 'node:sqlite';
import { HooklineError } from '../errors.ts';

/**
 * The schema, step by step: migration n brings a database from version n to n + 1. A step that was released is never
 * changed. Revisions and hooks are kept once and referred to by number, since every row names them.
 */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE revisions (seq INTEGER PRIMARY KEY, revision TEXT NOT NULL UNIQUE);
  CREATE TABLE hook_names (seq INTEGER PRIMARY KEY, hook_id TEXT NOT NULL, hook_name TEXT NOT NULL, UNIQUE (hook_id, hook_name));
  CREATE TABLE hooks (hook_id TEXT PRIMARY KEY, digest TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) WITHOUT ROWID;

  CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    source TEXT NOT NULL,
    event TEXT NOT NULL,
    data TEXT NOT NULL,
    time TEXT NOT NULL,
    accepted_at INTEGER NOT NULL,
    revision INTEGER NOT NULL REFERENCES revisions
  );
  CREATE UNIQUE INDEX events_identity ON events (id, source);

  CREATE TABLE stops (
    event INTEGER NOT NULL REFERENCES events,
    hook INTEGER NOT NULL REFERENCES hook_names,
    reason TEXT NOT NULL,
    PRIMARY KEY (event, hook)
  ) WITHOUT ROWID;

  -- state: 0 pending, 1 succeeded, 2 failed, 3 exhausted
  CREATE TABLE deliveries (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    event INTEGER NOT NULL REFERENCES events,
    hook INTEGER NOT NULL REFERENCES hook_names,
    state INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    due_at INTEGER,
    finished_at INTEGER,
    last_status INTEGER,
    last_error TEXT
  );
  CREATE INDEX deliveries_event ON deliveries (event);
  CREATE INDEX deliveries_hook ON deliveries (hook, seq);
  CREATE INDEX deliveries_due ON deliveries (due_at, seq) WHERE state = 0;
  CREATE INDEX deliveries_undelivered ON deliveries (state, seq) WHERE state <> 1;

  CREATE TABLE attempts (
    delivery INTEGER NOT NULL REFERENCES deliveries,
    number INTEGER NOT NULL,
    id TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    duration_ms REAL NOT NULL,
    revision INTEGER NOT NULL REFERENCES revisions,
    outcome TEXT NOT NULL,
    status INTEGER,
    error TEXT,
    response TEXT,
    PRIMARY KEY (delivery, number)
  ) WITHOUT ROWID;

  CREATE TABLE gate_states (
    key TEXT PRIMARY KEY,
    digest TEXT,
    passed_at INTEGER NOT NULL,
    expires_at INTEGER
  ) WITHOUT ROWID;
  CREATE INDEX gate_states_expiry ON gate_states (expires_at) WHERE expires_at IS NOT NULL;
  `,
];

/** Brings a database to the newest schema, one transaction a step. Throws `state_unusable` when it is newer than this program. */
export function migrate(db: DatabaseSync): void {
  const version = Number(db.prepare('PRAGMA user_version').get()?.user_version ?? 0);
  if (version > MIGRATIONS.length) {
    throw new HooklineError(
      'state_unusable',
      `Cannot open the journal: it has schema ${version}, this program knows ${MIGRATIONS.length}; run the newer Hookline that wrote it`,
    );
  }
  for (const [index, sql] of MIGRATIONS.entries()) {
    if (index < version) continue;
    db.exec(`BEGIN IMMEDIATE; ${sql} PRAGMA user_version = ${index + 1}; COMMIT`);
  }
}
