import type { DatabaseSync } from 'node:sqlite';

/** Numbers for texts that many rows repeat. A text keeps its number for ever. */
export interface Interned {
  revision(revision: string): number;
  hook(hookId: string, hookName: string): number;
  /** Forgets what was not committed: called after a rollback. */
  forget(): void;
}

/** Interns through the tables `revisions` and `hook_names`, with what was seen kept in memory. */
export function createInterned(db: DatabaseSync): Interned {
  const revisions = createTable(db, 'revisions', ['revision']);
  const hooks = createTable(db, 'hook_names', ['hook_id', 'hook_name']);
  return {
    revision: (revision) => revisions.intern(revision),
    hook: (hookId, hookName) => hooks.intern(hookId, hookName),
    forget() {
      revisions.clear();
      hooks.clear();
    },
  };
}

interface InternedTable {
  intern(...values: readonly string[]): number;
  clear(): void;
}

function createTable(db: DatabaseSync, table: string, columns: readonly string[]): InternedTable {
  const known = new Map<string, number>();
  const find = db.prepare(
    `SELECT seq FROM ${table} WHERE ${columns.map((column) => `${column} = ?`).join(' AND ')}`,
  );
  const insert = db.prepare(
    `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  );
  const look = (values: readonly string[]): number =>
    Number(find.get(...values)?.seq ?? insert.run(...values).lastInsertRowid);
  return {
    intern(...values) {
      const key = values.length === 1 ? (values[0] ?? '') : values.join('\n');
      const seq = known.get(key) ?? look(values);
      known.set(key, seq);
      return seq;
    },
    clear: () => known.clear(),
  };
}
