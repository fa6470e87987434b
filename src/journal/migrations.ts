import type { DatabaseSync } from 'node:sqlite';
import { HooklineError } from '../errors.ts';

/**
 * The schema, step by step: migration n brings a database from version n to n + 1. A step that was released is never
 * changed. What every row would repeat (revisions, hooks) is kept once and referred to by number.
 *
 * Each event costs two trees (its row, its identity), each delivery one and what it needs while it is undelivered: every
 * tree that a commit touches is written to the log a whole page at a time, so trees are what a commit costs.
 * - The ids of an event's deliveries and its stops stand in its own row, so that no index is needed to find them.
 * - The last attempt of a delivery stands in the delivery's row; `attempts` has those before it.
 * - Ids are kept as 16 bytes. They sort by time, so a table keyed by them only grows at its end.
 */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE revisions (seq INTEGER PRIMARY KEY, revision TEXT NOT NULL UNIQUE);

  -- gone_digest: of the definition whose receiver answered that it is gone. parked_at: since when the hook is not live.
  CREATE TABLE hooks (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    digest TEXT,
    created_at INTEGER,
    updated_at INTEGER,
    gone_digest TEXT,
    parked_at INTEGER
  );

  -- deliveries: their ids, 16 bytes each. stops: JSON, a list of [hook, reason].
  CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    source TEXT NOT NULL,
    event TEXT NOT NULL,
    time TEXT NOT NULL,
    accepted_at INTEGER NOT NULL,
    revision INTEGER NOT NULL REFERENCES revisions,
    deliveries BLOB,
    stops TEXT,
    data TEXT NOT NULL
  );
  CREATE UNIQUE INDEX events_identity ON events (id, source);

  -- state: 0 pending, 1 succeeded, 2 failed, 3 exhausted. due_at: null behind another of its order_key, and at the end.
  -- tries, since: attempts and time since it was accepted or asked for again. From started_at on: the last attempt.
  CREATE TABLE deliveries (
    id BLOB PRIMARY KEY,
    event INTEGER NOT NULL REFERENCES events,
    hook INTEGER NOT NULL REFERENCES hooks,
    state INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    order_key TEXT,
    due_at INTEGER,
    finished_at INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    since INTEGER NOT NULL,
    reason TEXT,
    attempt BLOB,
    started_at INTEGER,
    duration_ms REAL,
    revision INTEGER REFERENCES revisions,
    outcome TEXT,
    status INTEGER,
    error TEXT,
    response TEXT
  ) WITHOUT ROWID;
  CREATE INDEX deliveries_due ON deliveries (hook, due_at) WHERE state = 0;
  CREATE INDEX deliveries_order ON deliveries (hook, order_key) WHERE state = 0 AND order_key IS NOT NULL;
  CREATE INDEX deliveries_undelivered ON deliveries (state, id, hook) WHERE state <> 1;
  CREATE INDEX deliveries_hook ON deliveries (hook);

  CREATE TABLE attempts (
    delivery BLOB NOT NULL REFERENCES deliveries,
    number INTEGER NOT NULL,
    id BLOB NOT NULL,
    started_at INTEGER NOT NULL,
    duration_ms REAL NOT NULL,
    revision INTEGER NOT NULL REFERENCES revisions,
    outcome TEXT NOT NULL,
    reason TEXT,
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

  -- filter: JSON. cursor: the last delivery that was looked at. last: the last there was when it began.
  CREATE TABLE replays (
    id TEXT PRIMARY KEY,
    filter TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    finished_at INTEGER,
    cursor BLOB NOT NULL DEFAULT x'',
    last BLOB,
    total INTEGER NOT NULL,
    examined INTEGER NOT NULL DEFAULT 0,
    redelivered INTEGER NOT NULL DEFAULT 0
  ) WITHOUT ROWID;

  -- How many deliveries there are of each state: counting them takes longer the more there are.
  CREATE TABLE totals (state INTEGER PRIMARY KEY, number INTEGER NOT NULL);
  INSERT INTO totals VALUES (0, 0), (1, 0), (2, 0), (3, 0);
  `,
  `
  -- JSON, an object; null: none. Rows that are there already are not written again, so this takes no longer the more there are.
  ALTER TABLE events ADD COLUMN attributes TEXT;
  `,
  `
  -- Id of the event that was let through; null: of one before this was kept.
  ALTER TABLE gate_states ADD COLUMN event TEXT;
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
