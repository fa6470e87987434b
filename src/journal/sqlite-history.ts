import type { DatabaseSync } from 'node:sqlite';
import type { StopReason } from '../gate/gate.ts';
import type { Attempt } from './delivery.ts';
import { createReadGateState } from './sqlite-appends.ts';
import { ID_BYTES, parseId } from './sqlite-ids.ts';
import { createList } from './sqlite-list.ts';
import type { StoreOperations, WireRecorded } from './sqlite-protocol.ts';
import {
  DELIVERY_COLUMNS,
  DELIVERY_TABLES,
  idBytes,
  number,
  type Row,
  text,
  textOrNull,
  toAttempt,
  toDelivery,
  toWireEvent,
} from './sqlite-rows.ts';

/** The read side. */
export type History = Pick<StoreOperations, 'gateStates' | 'findEvents' | 'findDelivery' | 'listDeliveries'>;

/** Creates the operations that answer what happened. */
export function createHistory(db: DatabaseSync): History {
  const events = db.prepare(
    `SELECT e.id, e.source, e.event, e.data, e.time, e.attributes, e.accepted_at, e.deliveries, e.stops, r.revision
     FROM events e JOIN revisions r ON r.seq = e.revision WHERE e.id = ? ORDER BY e.seq DESC`,
  );
  const hook = db.prepare('SELECT id, name FROM hooks WHERE seq = ?');
  const delivery = db.prepare(`SELECT ${DELIVERY_COLUMNS} FROM ${DELIVERY_TABLES} WHERE d.id = ?`);
  const attempts = db.prepare(
    'SELECT a.*, r.revision FROM attempts a JOIN revisions r ON r.seq = a.revision WHERE a.delivery = ? ORDER BY a.number',
  );
  const lastAttempt = db.prepare(
    `SELECT d.attempt AS id, d.attempts AS number, d.started_at, d.duration_ms, d.outcome, d.reason, d.status, d.error, d.response,
       r.revision FROM deliveries d JOIN revisions r ON r.seq = d.revision WHERE d.id = ? AND d.attempt IS NOT NULL`,
  );

  function toRecorded(row: Row): WireRecorded {
    return {
      event: toWireEvent(row),
      acceptedAt: number(row, 'accepted_at'),
      revision: text(row, 'revision'),
      deliveries: splitIds(idBytes(row, 'deliveries')).flatMap((id) => delivery.all(id).map(toDelivery)),
      stops: (JSON.parse(textOrNull(row, 'stops') ?? '[]') as readonly [number, StopReason][]).map(
        ([seq, reason]) => {
          const named = hook.get(seq) ?? {};
          return { hookId: text(named, 'id'), hookName: text(named, 'name'), reason };
        },
      ),
    };
  }

  function attemptsOf(id: Uint8Array): readonly Attempt[] {
    return [...attempts.all(id), ...lastAttempt.all(id)].map(toAttempt);
  }

  const readGateState = createReadGateState(db);
  return {
    gateStates: (keys) => keys.map(readGateState),
    findEvents: (id) => events.all(id).map(toRecorded),
    findDelivery(text) {
      const id = parseId(text);
      const row = id === null ? undefined : delivery.get(id);
      return id === null || row === undefined
        ? null
        : { delivery: toDelivery(row), attempts: attemptsOf(id) };
    },
    listDeliveries: createList(db),
  };
}

/** The ids of an event's deliveries, as its row has them. */
export function splitIds(bytes: Uint8Array): readonly Uint8Array[] {
  return Array.from({ length: bytes.length / ID_BYTES }, (_, index) =>
    bytes.subarray(index * ID_BYTES, (index + 1) * ID_BYTES),
  );
}
