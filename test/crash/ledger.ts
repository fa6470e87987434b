import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { JsonObject } from '../../src/event.ts';

/** An event as the journal has it, with what was decided about it. */
export interface LedgerEvent {
  readonly seq: number;
  readonly id: string;
  readonly source: string;
  readonly event: string;
  readonly data: JsonObject;
  /** ms since the epoch. */
  readonly acceptedAt: number;
  readonly revision: number;
  readonly deliveries: readonly { readonly id: string; readonly hook: string }[];
  readonly stops: readonly { readonly hook: string; readonly reason: string }[];
}

/** All that the journal was ever seen to hold: pruning takes from the journal, not from here. */
export interface Ledger {
  /** In the order of their commits. */
  readonly events: readonly LedgerEvent[];
  /** Looks at the journal of a server that has ended. Answers the deliveries that are pending. */
  read(): ReadonlySet<string>;
}

/** Creates a ledger of the journal in a file. It reads a copy: the next server is to find what the last one left. */
export function createLedger(file: string): Ledger {
  const events: LedgerEvent[] = [];
  return {
    events,
    read: () =>
      withCopy(file, (db) => {
        if (!hasSchema(db)) return new Set();
        events.push(...readEvents(db, events.length));
        const pending = db.prepare('SELECT lower(hex(id)) AS id FROM deliveries WHERE state = 0').all();
        return new Set(pending.map(({ id }) => toUuid(String(id))));
      }),
  };
}

/** Gives a look at a copy of a journal whose server has ended. */
export function withCopy<T>(file: string, look: (db: DatabaseSync) => T): T {
  const dir = mkdtempSync(join(tmpdir(), 'hookline-ledger-'));
  try {
    for (const ending of ['', '-wal'])
      if (existsSync(file + ending)) copyFileSync(file + ending, join(dir, `journal.db${ending}`));
    const db = new DatabaseSync(join(dir, 'journal.db'));
    try {
      return look(db);
    } finally {
      db.close();
    }
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** A migration is done whole or not at all. */
function hasSchema(db: DatabaseSync): boolean {
  const version = Number(db.prepare('PRAGMA user_version').get()?.user_version);
  const tables = Number(db.prepare('SELECT count(*) AS number FROM sqlite_schema').get()?.number);
  if (version > 0 !== tables > 0) throw new Error(`The journal has schema ${version} and ${tables} tables`);
  return version > 0;
}

function readEvents(db: DatabaseSync, after: number): readonly LedgerEvent[] {
  const nameOf = new Map(
    db
      .prepare('SELECT seq, name FROM hooks')
      .all()
      .map(({ seq, name }) => [seq, String(name)]),
  );
  const deliveries = new Map<unknown, { readonly id: string; readonly hook: string }[]>();
  const made = db.prepare(
    'SELECT event, lower(hex(id)) AS id, hook FROM deliveries WHERE event > ? ORDER BY id',
  );
  for (const { event, id, hook } of made.all(after)) {
    const delivery = { id: toUuid(String(id)), hook: nameOf.get(hook ?? null) ?? '' };
    deliveries.set(event, [...(deliveries.get(event) ?? []), delivery]);
  }
  return db
    .prepare('SELECT * FROM events WHERE seq > ? ORDER BY seq')
    .all(after)
    .map((row, index) => {
      if (row.seq !== after + index + 1) throw new Error(`Event ${after + index + 1} was pruned unseen`);
      const stops = JSON.parse(String(row.stops ?? '[]')) as [number, string][];
      return {
        seq: Number(row.seq),
        id: String(row.id),
        source: String(row.source),
        event: String(row.event),
        data: JSON.parse(String(row.data)) as JsonObject,
        acceptedAt: Number(row.accepted_at),
        revision: Number(row.revision),
        deliveries: deliveries.get(row.seq) ?? [],
        stops: stops.map(([hook, reason]) => ({ hook: nameOf.get(hook) ?? '', reason })),
      };
    });
}

function toUuid(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
