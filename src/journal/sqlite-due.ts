import type { DatabaseSync } from 'node:sqlite';
import type { StoreOperations, WireDue } from './sqlite-protocol.ts';
import { idText, number, numberOrNull, type Row, text, toWireEvent } from './sqlite-rows.ts';

/** Characters of event data one page may have: what is more waits for the next. */
const MAX_PAGE_LENGTH = 4 * 1024 * 1024;

/** Creates the questions of what is due. Both go by the index of due deliveries, in a time that does not grow with their number. */
export function createDue(db: DatabaseSync): Pick<StoreOperations, 'due' | 'waiting'> {
  const due = db.prepare(
    `SELECT d.id, h.id AS hook_id, e.id AS event_id, e.source, e.event, e.data, e.time, d.attempts, d.tries, d.since
     FROM hooks h CROSS JOIN deliveries d  ON d.hook = h.seq CROSS JOIN events e ON e.seq = d.event
     WHERE h.id = ? AND d.state = 0 AND d.due_at <= ? ORDER BY d.due_at, d.id`,
  );
  const next = db.prepare(
    `SELECT min(d.due_at) AS due_at FROM hooks h CROSS JOIN deliveries d  ON d.hook = h.seq
     WHERE h.id = ? AND d.state = 0 AND d.due_at > ?`,
  );
  const waiting = db.prepare(
    `SELECT h.id, (SELECT min(d.due_at) FROM deliveries d 
       WHERE d.hook = h.seq AND d.state = 0 AND d.due_at IS NOT NULL) AS due_at FROM hooks h`,
  );
  return {
    due({ hookId, until, limit, except }) {
      const left = new Set(except);
      const deliveries: WireDue[] = [];
      let length = 0;
      let more = false;
      for (const row of due.iterate(hookId, until)) {
        const found = toDue(row);
        if (left.has(found.deliveryId)) continue;
        more = deliveries.length >= limit || length >= MAX_PAGE_LENGTH;
        if (more) break;
        deliveries.push(found);
        length += found.event.data.length;
      }
      return { deliveries, more, nextDueAt: numberOrNull(next.get(hookId, until) ?? {}, 'due_at') };
    },
    waiting: () =>
      waiting.all().flatMap((row) => {
        const dueAt = numberOrNull(row, 'due_at');
        return dueAt === null ? [] : [{ hookId: text(row, 'id'), dueAt }];
      }),
  };
}

function toDue(row: Row): WireDue {
  return {
    deliveryId: idText(row, 'id'),
    hookId: text(row, 'hook_id'),
    event: toWireEvent(row, 'event_id'),
    attempts: number(row, 'attempts'),
    tries: number(row, 'tries'),
    since: number(row, 'since'),
  };
}
