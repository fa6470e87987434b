import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { Delivery, DeliveryCounts, DeliveryQuery, DeliveryState } from './journal.ts';
import type { StoreOperations, WireRecorded } from './sqlite-protocol.ts';
import {
  DELIVERY_COLUMNS,
  DELIVERY_TABLES,
  number,
  type Row,
  STATES,
  text,
  toAttempt,
  toDelivery,
  toStateNumber,
  toStop,
  toWireEvent,
} from './sqlite-rows.ts';

/** The read side. */
type History = Pick<StoreOperations, 'findEvents' | 'findDelivery' | 'listDeliveries' | 'counts'>;

/** Creates the operations that answer what happened. */
export function createHistory(db: DatabaseSync): History {
  const events = db.prepare(
    `SELECT e.seq, e.id, e.source, e.event, e.data, e.time, e.accepted_at, r.revision
     FROM events e JOIN revisions r ON r.seq = e.revision WHERE e.id = ? ORDER BY e.seq DESC`,
  );
  const ofEvent = db.prepare(
    `SELECT ${DELIVERY_COLUMNS} FROM ${DELIVERY_TABLES} WHERE d.event = ? ORDER BY d.seq`,
  );
  const stops = db.prepare(
    'SELECT h.hook_id, h.hook_name, s.reason FROM stops s JOIN hook_names h ON h.seq = s.hook WHERE s.event = ? ORDER BY h.hook_name',
  );
  const delivery = db.prepare(`SELECT ${DELIVERY_COLUMNS} FROM ${DELIVERY_TABLES} WHERE d.id = ?`);
  const attempts = db.prepare(
    'SELECT a.*, r.revision FROM attempts a JOIN revisions r ON r.seq = a.revision WHERE a.delivery = ? ORDER BY a.number',
  );

  function toRecorded(row: Row): WireRecorded {
    const seq = number(row, 'seq');
    return {
      event: toWireEvent(row),
      acceptedAt: number(row, 'accepted_at'),
      revision: text(row, 'revision'),
      deliveries: ofEvent.all(seq).map(toDelivery),
      stops: stops.all(seq).map(toStop),
    };
  }

  return {
    findEvents: (id) => events.all(id).map(toRecorded),
    findDelivery(id) {
      const row = delivery.get(id);
      if (row === undefined) return null;
      return { delivery: toDelivery(row), attempts: attempts.all(number(row, 'seq')).map(toAttempt) };
    },
    listDeliveries: createList(db),
    counts: createCounts(db),
  };
}

/** A piece of a WHERE with its values. */
type Condition = readonly [sql: string, ...values: SQLInputValue[]];

function createList(db: DatabaseSync): (query: DeliveryQuery) => readonly Delivery[] {
  const listRows = (query: DeliveryQuery, state: DeliveryState | null): readonly Row[] => {
    const conditions = toConditions(query, state);
    const where = conditions.map(([sql]) => sql).join(' AND ');
    const values = conditions.flatMap(([, ...bound]) => bound);
    return db
      .prepare(
        `SELECT ${DELIVERY_COLUMNS} FROM ${DELIVERY_TABLES} WHERE ${where} ORDER BY d.seq DESC LIMIT ?`,
      )
      .all(...values, query.size);
  };
  return (query) => {
    if (query.state !== 'undelivered') return listRows(query, query.state).map(toDelivery);
    // One ordered walk for each state, then merged: an index cannot keep one order over several of its keys.
    const rows = STATES.filter((state) => state !== 'succeeded').flatMap((state) => listRows(query, state));
    return rows
      .sort((a, b) => number(b, 'seq') - number(a, 'seq'))
      .slice(0, query.size)
      .map(toDelivery);
  };
}

function toConditions(
  { hook, source, event, since, after }: DeliveryQuery,
  state: DeliveryState | null,
): readonly Condition[] {
  const conditions: Condition[] = [['1']];
  // A literal, not a bound value: only so does SQLite see that the partial index on undelivered ones applies.
  if (state !== null)
    conditions.push([`d.state = ${toStateNumber(state)}${state === 'succeeded' ? '' : ' AND d.state <> 1'}`]);
  if (hook !== null)
    conditions.push([
      'd.hook IN (SELECT seq FROM hook_names WHERE hook_id = ? OR hook_name = ?)',
      hook,
      hook,
    ]);
  if (source !== null) conditions.push(['e.source = ?', source]);
  if (event !== null) conditions.push(['e.event = ?', event]);
  if (since !== null) conditions.push(['d.created_at >= ?', since]);
  if (after !== null)
    conditions.push(['d.seq < coalesce((SELECT seq FROM deliveries WHERE id = ?), 0)', after]);
  return conditions;
}

/** Undelivered ones by an index that leaves the succeeded out; those are what remains of all. */
function createCounts(db: DatabaseSync): () => DeliveryCounts {
  const undelivered = db.prepare(
    'SELECT state, count(*) AS number FROM deliveries WHERE state <> 1 GROUP BY state',
  );
  const all = db.prepare('SELECT count(*) AS number FROM deliveries');
  return () => {
    const counts = { pending: 0, succeeded: 0, failed: 0, exhausted: 0 };
    counts.succeeded = number(all.get() ?? {}, 'number');
    for (const row of undelivered.all()) {
      counts[STATES[number(row, 'state')] ?? 'pending'] = number(row, 'number');
      counts.succeeded -= number(row, 'number');
    }
    return counts;
  };
}
