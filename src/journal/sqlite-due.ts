import type { DatabaseSync } from 'node:sqlite';
import { toIdText } from './sqlite-ids.ts';
import { type StoreOperations, toEventSize, type WireDue } from './sqlite-protocol.ts';
import { idText, number, numberOrNull, type Row, text, toWireEvent } from './sqlite-rows.ts';

/** Characters of events one page may have: what is more waits for the next. */
const MAX_PAGE_LENGTH = 4 * 1024 * 1024;

/** Creates the questions of what is due. Both go by the index of due deliveries, in a time that does not grow with their number. */
export function createDue(db: DatabaseSync): Pick<StoreOperations, 'due' | 'waiting'> {
  const ids = db.prepare(
    `SELECT d.id FROM hooks h CROSS JOIN deliveries d INDEXED BY deliveries_due ON d.hook = h.seq
     WHERE h.id = ? AND d.state = 0 AND d.due_at <= ? ORDER BY d.due_at, d.id`,
  );
  const delivery = db.prepare(
    `SELECT d.id, e.id AS event_id, e.source, e.event, e.data, e.time, e.attributes, d.attempts, d.tries, d.since
     FROM deliveries d JOIN events e ON e.seq = d.event WHERE d.id = ?`,
  );
  const next = db.prepare(
    `SELECT min(d.due_at) AS due_at FROM hooks h CROSS JOIN deliveries d INDEXED BY deliveries_due ON d.hook = h.seq
     WHERE h.id = ? AND d.state = 0 AND d.due_at > ?`,
  );
  const waiting = db.prepare(
    `SELECT h.id, (SELECT min(d.due_at) FROM deliveries d INDEXED BY deliveries_due
       WHERE d.hook = h.seq AND d.state = 0 AND d.due_at IS NOT NULL) AS due_at FROM hooks h`,
  );
  return {
    due({ hookId, until, limit, except }) {
      const left = new Set(except);
      const deliveries: WireDue[] = [];
      let length = 0;
      let more = false;
      for (const { id = null } of ids.iterate(hookId, until)) {
        // What is left out is told by its id: its data would be read for nothing.
        if (!(id instanceof Uint8Array) || left.has(toIdText(id))) continue;
        more = deliveries.length >= limit || length >= MAX_PAGE_LENGTH;
        if (more) break;
        const found = toDue(delivery.get(id) ?? {}, hookId);
        deliveries.push(found);
        length += toEventSize(found.event);
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

function toDue(row: Row, hookId: string): WireDue {
  return {
    deliveryId: idText(row, 'id'),
    hookId,
    event: toWireEvent(row, 'event_id'),
    attempts: number(row, 'attempts'),
    tries: number(row, 'tries'),
    since: number(row, 'since'),
  };
}
