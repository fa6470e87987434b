import type { SQLOutputValue } from 'node:sqlite';
import type { Attempt, Delivery, OutcomeState } from './delivery.ts';
import { toIdText } from './sqlite-ids.ts';
import type { WireEvent } from './sqlite-protocol.ts';

/** A row as node:sqlite gives it. */
export type Row = Readonly<Record<string, SQLOutputValue>>;

/** States by the number they are stored as. Parked is pending of a parked hook. */
export const STATES: readonly OutcomeState[] = ['pending', 'succeeded', 'failed', 'exhausted'];

/** The number a state is stored as. */
export function toStateNumber(state: OutcomeState): number {
  return STATES.indexOf(state);
}

/** Columns of a delivery with its event and hook, to be selected FROM `DELIVERY_TABLES`. */
export const DELIVERY_COLUMNS = `d.id, e.id AS event_id, e.source, e.event, h.id AS hook_id, h.name AS hook_name, d.state,
  h.parked_at, d.reason, d.created_at, r.revision, d.order_key, d.attempts, d.due_at, d.finished_at, d.status, d.error`;

/** Where `DELIVERY_COLUMNS` are found. CROSS JOIN keeps SQLite from starting anywhere but at the deliveries. */
export const DELIVERY_TABLES = `deliveries d CROSS JOIN events e ON e.seq = d.event CROSS JOIN hooks h ON h.seq = d.hook
  CROSS JOIN revisions r ON r.seq = e.revision`;

/** Reads `DELIVERY_COLUMNS`. */
export function toDelivery(row: Row): Delivery {
  const state = STATES[number(row, 'state')] ?? 'pending';
  return {
    id: idText(row, 'id'),
    eventId: text(row, 'event_id'),
    source: text(row, 'source'),
    event: text(row, 'event'),
    hookId: text(row, 'hook_id'),
    hookName: text(row, 'hook_name'),
    state: state === 'pending' && row.parked_at !== null ? 'parked' : state,
    reason: textOrNull(row, 'reason') as Delivery['reason'],
    createdAt: number(row, 'created_at'),
    revision: text(row, 'revision'),
    orderKey: textOrNull(row, 'order_key'),
    attempts: number(row, 'attempts'),
    dueAt: numberOrNull(row, 'due_at'),
    finishedAt: numberOrNull(row, 'finished_at'),
    lastStatus: numberOrNull(row, 'status'),
    lastError: textOrNull(row, 'error'),
  };
}

/** Reads an attempt with its revision. */
export function toAttempt(row: Row): Attempt {
  return {
    id: idText(row, 'id'),
    number: number(row, 'number'),
    startedAt: number(row, 'started_at'),
    durationMs: number(row, 'duration_ms'),
    revision: text(row, 'revision'),
    outcome: text(row, 'outcome') as Attempt['outcome'],
    reason: textOrNull(row, 'reason') as Attempt['reason'],
    status: numberOrNull(row, 'status'),
    error: textOrNull(row, 'error'),
    response: textOrNull(row, 'response'),
  };
}

/** Reads an event; `id` may stand in another column. */
export function toWireEvent(row: Row, idColumn = 'id'): WireEvent {
  return {
    id: text(row, idColumn),
    source: text(row, 'source'),
    event: text(row, 'event'),
    data: text(row, 'data'),
    time: text(row, 'time'),
    attributes: textOrNull(row, 'attributes'),
  };
}

/** A column that holds text. */
export function text(row: Row, column: string): string {
  return String(row[column]);
}

/** A column that holds a number. */
export function number(row: Row, column: string): number {
  return Number(row[column]);
}

/** A column that holds text or nothing. */
export function textOrNull(row: Row, column: string): string | null {
  const value = row[column];
  return value === null || value === undefined ? null : String(value);
}

/** A column that holds a number or nothing. */
export function numberOrNull(row: Row, column: string): number | null {
  const value = row[column];
  return value === null || value === undefined ? null : Number(value);
}

/** A column that holds an id. */
export function idText(row: Row, column: string): string {
  return toIdText(idBytes(row, column));
}

/** A column that holds an id or several, as bytes; empty when it holds nothing. */
export function idBytes(row: Row, column: string): Uint8Array {
  const value = row[column];
  return value instanceof Uint8Array ? value : new Uint8Array();
}
