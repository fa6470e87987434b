import type { DatabaseSync } from 'node:sqlite';
import type { Outcome } from './journal.ts';
import type { Interned } from './sqlite-interned.ts';
import type { StoreOperations } from './sqlite-protocol.ts';
import { number, toDue, toStateNumber } from './sqlite-rows.ts';

/** What the dispatcher does with deliveries. */
type Outcomes = Pick<StoreOperations, 'record' | 'postpone' | 'due' | 'nextDue'>;

/** Creates the operations on due deliveries and their outcomes. */
export function createOutcomes(db: DatabaseSync, interned: Interned): Outcomes {
  const find = db.prepare('SELECT seq, state FROM deliveries WHERE id = ?');
  const insertAttempt = db.prepare(
    `INSERT INTO attempts (delivery, number, id, started_at, duration_ms, revision, outcome, status, error, response)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  const settle = db.prepare(
    `UPDATE deliveries SET state = ?, attempts = ?, due_at = ?, finished_at = ?, last_status = ?, last_error = ? WHERE seq = ?`,
  );
  const postpone = db.prepare('UPDATE deliveries SET due_at = ? WHERE id = ? AND state = 0');
  const due = db.prepare(
    `SELECT d.id, h.hook_id, e.id AS event_id, e.source, e.event, e.data, e.time, d.attempts, d.due_at
     FROM deliveries d INDEXED BY deliveries_due CROSS JOIN events e ON e.seq = d.event CROSS JOIN hook_names h ON h.seq = d.hook
     WHERE d.state = 0 AND d.due_at <= ? ORDER BY d.due_at, d.seq`,
  );
  const nextDue = db.prepare('SELECT min(due_at) AS due_at FROM deliveries WHERE state = 0 AND due_at > ?');

  function record({ deliveryId, attempt, state, dueAt }: Outcome): null {
    const row = find.get(deliveryId);
    if (row === undefined) return null;
    const seq = number(row, 'seq');
    const { id, startedAt, durationMs, revision, outcome, status, error, response } = attempt;
    insertAttempt.run(
      seq,
      attempt.number,
      id,
      startedAt,
      durationMs,
      interned.revision(revision),
      outcome,
      status,
      error,
      response,
    );
    if (number(row, 'state') !== 0) return null;
    const finishedAt = state === 'pending' ? null : Math.round(startedAt + durationMs);
    settle.run(toStateNumber(state), attempt.number, dueAt, finishedAt, status, error, seq);
    return null;
  }

  return {
    record,
    postpone({ deliveryIds, dueAt }) {
      for (const id of deliveryIds) postpone.run(dueAt, id);
      return null;
    },
    due({ until, limit, except }) {
      return due
        .iterate(until)
        .filter((row) => !except.has(String(row.id)))
        .take(limit)
        .map(toDue)
        .toArray();
    },
    nextDue(after) {
      const row = nextDue.get(after);
      return row?.due_at === null || row === undefined ? null : number(row, 'due_at');
    },
  };
}
