import type { DatabaseSync } from 'node:sqlite';
import { toIdBytes } from './sqlite-ids.ts';
import type { Interned } from './sqlite-interned.ts';
import type { StoreOperations, WireAttempt, WireOutcome } from './sqlite-protocol.ts';
import { number, textOrNull, toStateNumber } from './sqlite-rows.ts';
import type { Totals } from './sqlite-totals.ts';

/** What recording keeps account of. */
interface OutcomeParts {
  readonly interned: Interned;
  readonly totals: Totals;
}

/** Columns of the last attempt that a delivery has in its own row. */
const LAST_ATTEMPT =
  'attempts = ?, attempt = ?, started_at = ?, duration_ms = ?, revision = ?, outcome = ?, reason = ?, status = ?, error = ?, response = ?';

/** Creates the recording of outcomes. */
export function createOutcomes(
  db: DatabaseSync,
  { interned, totals }: OutcomeParts,
): Pick<StoreOperations, 'record'> {
  // Only a delivery that was tried before has an attempt that has to make room.
  const moveLast = db.prepare(
    `INSERT OR IGNORE INTO attempts SELECT id, attempts, attempt, started_at, duration_ms, revision, outcome, reason, status, error, response
     FROM deliveries WHERE id = ? AND attempts < ? AND attempt IS NOT NULL`,
  );
  const settle = db.prepare(
    `UPDATE deliveries SET state = ?, due_at = ?, finished_at = ?, tries = tries + 1, ${LAST_ATTEMPT}
     WHERE id = ? AND state = 0 RETURNING hook, order_key`,
  );
  // It ended otherwise meanwhile (its hook was given up, say): that it was tried is kept all the same.
  const note = db.prepare(`UPDATE deliveries SET ${LAST_ATTEMPT} WHERE id = ?`);
  const release = createRelease(db);

  function toColumns([id, attempt, startedAt, durationMs, revision, ...rest]: WireAttempt) {
    return [attempt, toIdBytes(id), startedAt, durationMs, interned.revision(revision), ...rest] as const;
  }

  return {
    record([deliveryId, state, dueAt, attempt]: WireOutcome) {
      const id = toIdBytes(deliveryId);
      const [, count, startedAt, durationMs] = attempt;
      if (count > 1) moveLast.run(id, count);
      const finishedAt = state === 'pending' ? null : Math.round(startedAt + durationMs);
      const columns = toColumns(attempt);
      const row = settle.get(toStateNumber(state), dueAt, finishedAt, ...columns, id);
      if (row === undefined) {
        note.run(...columns, id);
        return false;
      }
      if (state === 'pending') return false;
      totals.add('pending', -1);
      totals.add(state, 1);
      const orderKey = textOrNull(row, 'order_key');
      return orderKey !== null && release(number(row, 'hook'), orderKey);
    },
  };
}

/** Creates the function that makes the first of an order key due once the one ahead of it ended; true when there is one. */
export function createRelease(db: DatabaseSync): (hook: number, orderKey: string) => boolean {
  const first = db.prepare(
    'SELECT id FROM deliveries WHERE hook = ? AND order_key = ? AND state = 0 ORDER BY id LIMIT 1',
  );
  const makeDue = db.prepare('UPDATE deliveries SET due_at = since WHERE id = ? AND due_at IS NULL');
  return (hook, orderKey) => {
    const row = first.get(hook, orderKey);
    return row?.id !== undefined && Number(makeDue.run(row.id).changes) > 0;
  };
}
