import type { SQLOutputValue } from 'node:sqlite';
import type { StopReason } from '../gate/gate.ts';
import type { Attempt, AttemptOutcome, Delivery, DeliveryState, Stop } from './journal.ts';
import type { WireDue, WireEvent } from './sqlite-protocol.ts';

/** A row as node:sqlite gives it. */
export type Row = Readonly<Record<string, SQLOutputValue>>;

/** States by the number they are stored as. */
export const STATES: readonly DeliveryState[] = ['pending', 'succeeded', 'failed', 'exhausted'];

/** The number a state is stored as. */
export function toStateNumber(state: DeliveryState): number {
  return STATES.indexOf(state);
}

/** Columns of a delivery with its event and hook, to be selected FROM `DELIVERY_TABLES`. */
export const DELIVERY_COLUMNS = `d.seq, d.id, e.id AS event_id, e.source, e.event, h.hook_id, h.hook_name, d.state,
  d.created_at, r.revision, d.attempts, d.due_at, d.finished_at, d.last_status, d.last_error`;

/** Where `DELIVERY_COLUMNS` are found. CROSS JOIN keeps SQLite from starting anywhere but at the deliveries. */
export const DELIVERY_TABLES = `deliveries d CROSS JOIN events e ON e.seq = d.event CROSS JOIN hook_names h ON h.seq = d.hook
  CROSS JOIN revisions r ON r.seq = e.revision`;

/** Reads `DELIVERY_COLUMNS`. */
export function toDelivery(row: Row): Delivery {
  return {
    id: text(row, 'id'),
    eventId: text(row, 'event_id'),
    source: text(row, 'source'),
    event: text(row, 'event'),
    hookId: text(row, 'hook_id'),
    hookName: text(row, 'hook_name'),
    state: STATES[number(row, 'state')] ?? 'pending',
    createdAt: number(row, 'created_at'),
    revision: text(row, 'revision'),
    attempts: number(row, 'attempts'),
    dueAt: numberOrNull(row, 'due_at'),
    finishedAt: numberOrNull(row, 'finished_at'),
    lastStatus: numberOrNull(row, 'last_status'),
    lastError: textOrNull(row, 'last_error'),
  };
}

/** Reads an attempt with its revision. */
export function toAttempt(row: Row): Attempt {
  return {
    id: text(row, 'id'),
    number: number(row, 'number'),
    startedAt: number(row, 'started_at'),
    durationMs: number(row, 'duration_ms'),
    revision: text(row, 'revision'),
    outcome: text(row, 'outcome') as AttemptOutcome,
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
  };
}

/** Reads a due delivery with its event. */
export function toDue(row: Row): WireDue {
  return {
    deliveryId: text(row, 'id'),
    hookId: text(row, 'hook_id'),
    event: toWireEvent(row, 'event_id'),
    attempts: number(row, 'attempts'),
    dueAt: number(row, 'due_at'),
  };
}

/** Reads a stop with its hook. */
export function toStop(row: Row): Stop {
  return {
    hookId: text(row, 'hook_id'),
    hookName: text(row, 'hook_name'),
    reason: text(row, 'reason') as StopReason,
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

function numberOrNull(row: Row, column: string): number | null {
  const value = row[column];
  return value === null || value === undefined ? null : Number(value);
}
