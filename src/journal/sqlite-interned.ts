import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Numbers for texts that many rows repeat. A text keeps its number for ever. */
export interface Interned {
  revision(revision: string): number;
  /** A hook that is new, or has another name now, is noted. */
  hook(hookId: string, hookName: string): number;
  /** Forgets what was not committed: called after a rollback. */
  forget(): void;
}

/** Interns through the tables `revisions` and `hooks`, with what was seen kept in memory. */
export function createInterned(db: DatabaseSync): Interned {
  const revisions = new Map<string, number>();
  const hooks = new Map<string, number>();
  const internRevision = db.prepare(
    'INSERT INTO revisions (revision) VALUES (?1) ON CONFLICT DO UPDATE SET revision = ?1 RETURNING seq',
  );
  const internHook = db.prepare(
    'INSERT INTO hooks (id, name) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name RETURNING seq',
  );
  return {
    revision: (revision) => revisions.get(revision) ?? keep(revisions, revision, internRevision, [revision]),
    hook(hookId, hookName) {
      const key = `${hookId}\n${hookName}`;
      return hooks.get(key) ?? keep(hooks, key, internHook, [hookId, hookName]);
    },
    forget() {
      revisions.clear();
      hooks.clear();
    },
  };
}

function keep(
  known: Map<string, number>,
  key: string,
  statement: StatementSync,
  values: readonly string[],
): number {
  const seq = Number(statement.get(...values)?.seq);
  known.set(key, seq);
  return seq;
}
