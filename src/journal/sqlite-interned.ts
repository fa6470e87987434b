import type { DatabaseSync } from 'node:sqlite';

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
  /** By id, with the name the table has. */
  const hooks = new Map<string, { readonly seq: number; readonly name: string }>();
  const internRevision = db.prepare(
    'INSERT INTO revisions (revision) VALUES (?1) ON CONFLICT DO UPDATE SET revision = ?1 RETURNING seq',
  );
  const internHook = db.prepare(
    'INSERT INTO hooks (id, name) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name RETURNING seq',
  );
  return {
    revision(revision) {
      const seq = revisions.get(revision) ?? Number(internRevision.get(revision)?.seq);
      revisions.set(revision, seq);
      return seq;
    },
    hook(hookId, hookName) {
      const known = hooks.get(hookId);
      if (known?.name === hookName) return known.seq;
      const seq = Number(internHook.get(hookId, hookName)?.seq);
      hooks.set(hookId, { seq, name: hookName });
      return seq;
    },
    forget() {
      revisions.clear();
      hooks.clear();
    },
  };
}
