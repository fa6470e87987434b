import type { DatabaseSync } from 'node:sqlite';
import { splitIds } from './sqlite-history.ts';
import type { StoreOperations } from './sqlite-protocol.ts';
import { idBytes, number, type Row, STATES } from './sqlite-rows.ts';
import type { Totals } from './sqlite-totals.ts';

/** Creates the step that takes old events away with their deliveries and attempts. Their pages are used again. */
export function createPrune(db: DatabaseSync, totals: Totals): StoreOperations['prune'] {
  const oldest = db.prepare(
    'SELECT seq, accepted_at, deliveries FROM events WHERE seq > ? ORDER BY seq LIMIT ?',
  );
  const stateOf = db.prepare('SELECT state FROM deliveries WHERE id = ?');
  const removeEvent = db.prepare('DELETE FROM events WHERE seq = ?');
  const removeDelivery = db.prepare('DELETE FROM deliveries WHERE id = ?');
  const removeAttempts = db.prepare('DELETE FROM attempts WHERE delivery = ?');
  const usedBytes = createUsedBytes(db);
  /** Where the last step stopped: events before it that are still there have pending deliveries. */
  let cursor = 0;

  function remove(row: Row, states: readonly number[]): void {
    for (const id of splitIds(idBytes(row, 'deliveries'))) {
      removeAttempts.run(id);
      removeDelivery.run(id);
    }
    for (const state of states) totals.add(STATES[state] ?? 'failed', -1);
    removeEvent.run(number(row, 'seq'));
  }

  return ({ before, maxBytes, limit }) => {
    const crowded = usedBytes() > maxBytes;
    let events = 0;
    let young = 0;
    const rows = oldest.all(cursor, limit);
    for (const row of rows) {
      cursor = number(row, 'seq');
      // One that is young may stand before those that are old: the clock was ahead, once.
      if (!crowded && number(row, 'accepted_at') >= before) {
        young += 1;
        continue;
      }
      const states = splitIds(idBytes(row, 'deliveries')).map((id) => number(stateOf.get(id) ?? {}, 'state'));
      if (states.includes(0)) continue;
      remove(row, states);
      events += 1;
    }
    const more = rows.length === limit && young < limit;
    if (!more) cursor = 0;
    return { events, more };
  };
}

/** Bytes of the file that hold something. */
function createUsedBytes(db: DatabaseSync): () => number {
  const read = (pragma: string): number =>
    Number(Object.values(db.prepare(`PRAGMA ${pragma}`).get() ?? {})[0]);
  return () => (read('page_count') - read('freelist_count')) * read('page_size');
}
