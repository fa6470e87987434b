import type { DatabaseSync } from 'node:sqlite';
import type { HookTimes } from './journal.ts';
import type { Interned } from './sqlite-interned.ts';
import { createRelease } from './sqlite-outcomes.ts';
import type { StoreOperations } from './sqlite-protocol.ts';
import { idBytes, number, text, textOrNull, toStateNumber } from './sqlite-rows.ts';
import type { Totals } from './sqlite-totals.ts';

type Hooks = Pick<StoreOperations, 'noteHooks' | 'markGone' | 'gone' | 'park' | 'parked' | 'abandon'>;

/** Creates what is remembered of hooks. */
export function createHooks(
  db: DatabaseSync,
  { interned, totals }: { readonly interned: Interned; readonly totals: Totals },
): Hooks {
  const note = db.prepare(
    `UPDATE hooks SET created_at = coalesce(created_at, ?2), updated_at = iif(digest IS ?1, updated_at, ?2), digest = ?1,
       gone_digest = iif(gone_digest IS ?1, gone_digest, NULL)
     WHERE seq = ?3 RETURNING created_at, updated_at`,
  );
  const markGone = db.prepare('UPDATE hooks SET gone_digest = ? WHERE id = ?');
  const gone = db.prepare('SELECT id, gone_digest FROM hooks WHERE gone_digest IS NOT NULL');
  const park = db.prepare('UPDATE hooks SET parked_at = ? WHERE id = ?');
  const parked = db.prepare('SELECT id, parked_at FROM hooks WHERE parked_at IS NOT NULL');
  return {
    noteHooks: ({ sightings, at }) =>
      sightings.map(({ hookId, hookName, digest }): HookTimes => {
        const row = note.get(digest, at, interned.hook(hookId, hookName)) ?? {};
        return { createdAt: number(row, 'created_at'), updatedAt: number(row, 'updated_at') };
      }),
    markGone({ hookId, digest }) {
      markGone.run(digest, hookId);
      return null;
    },
    gone: () => gone.all().map((row) => ({ hookId: text(row, 'id'), digest: text(row, 'gone_digest') })),
    park({ hookIds, parkedAt }) {
      for (const id of hookIds) park.run(parkedAt, id);
      return null;
    },
    parked: () =>
      parked.all().map((row) => ({ hookId: text(row, 'id'), parkedAt: number(row, 'parked_at') })),
    abandon: createAbandon(db, totals),
  };
}

function createAbandon(db: DatabaseSync, totals: Totals): Hooks['abandon'] {
  const some = db.prepare(
    `SELECT d.id, d.hook, d.order_key, d.outcome FROM hooks h CROSS JOIN deliveries d INDEXED BY deliveries_due ON d.hook = h.seq
     WHERE h.id = ? AND d.state = 0 LIMIT ?`,
  );
  const end = db.prepare(
    `UPDATE deliveries SET state = ?, reason = ?, due_at = NULL, finished_at = ? WHERE id = ?`,
  );
  const release = createRelease(db);
  return ({ hookId, at, limit }) => {
    const rows = some.all(hookId, limit);
    for (const row of rows) {
      // One that was delivered, and was to be again, has been delivered all the same.
      const state = row.outcome === 'success' ? 'succeeded' : 'failed';
      end.run(toStateNumber(state), state === 'failed' ? 'hook_removed' : null, at, idBytes(row, 'id'));
      totals.add(state, 1);
      const orderKey = textOrNull(row, 'order_key');
      if (orderKey !== null) release(number(row, 'hook'), orderKey);
    }
    totals.add('pending', -rows.length);
    return rows.length;
  };
}
