import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { CHANGES, toNarrowerNames } from '../catalogue/change-names.ts';
import type { Delivery, DeliveryFilter, DeliveryQuery, OutcomeState } from './delivery.ts';
import { parseId, toFirstId } from './sqlite-ids.ts';
import {
  DELIVERY_COLUMNS,
  DELIVERY_TABLES,
  number,
  type Row,
  STATES,
  toDelivery,
  toStateNumber,
} from './sqlite-rows.ts';

/** A piece of a WHERE with its values. */
export type Condition = readonly [sql: string, ...values: SQLInputValue[]];

/** Creates the list of deliveries, newest first. */
export function createList(db: DatabaseSync): (query: DeliveryQuery) => readonly Delivery[] {
  const hooks = db.prepare('SELECT seq FROM hooks WHERE id = ?1 OR name = ?1');
  const listRows = (query: DeliveryQuery, { state, hook }: Walk): readonly Row[] => {
    const conditions = [
      ...toStateCondition(state),
      ...toHookCondition(hook),
      ...toConditions(query),
      ...toCursor(query.after),
    ];
    const { where, values } = joinConditions(conditions);
    return db
      .prepare(
        `SELECT ${DELIVERY_COLUMNS} FROM ${toKeys(state)} ${DETAILS} WHERE ${where} ORDER BY k.id DESC LIMIT ?`,
      )
      .all(...values, query.size);
  };
  return (query) => {
    // One ordered walk for each state and hook, then merged: an index cannot keep one order over several of its keys.
    const seqs = query.hook === null ? [null] : hooks.all(query.hook).map((row) => number(row, 'seq'));
    const walks = toStates(query.state).flatMap((state) => seqs.map((hook): Walk => ({ state, hook })));
    return walks
      .flatMap((walk) => listRows(query, walk))
      .map(toDelivery)
      .sort((a, b) => (a.id < b.id ? 1 : -1))
      .slice(0, query.size);
  };
}

/** What one walk along an index is for; null is every. */
interface Walk {
  readonly state: OutcomeState | null;
  /** Its number. */
  readonly hook: number | null;
}

function toHookCondition(hook: number | null): readonly Condition[] {
  return hook === null ? [] : [['k.hook = ?', hook]];
}

/** What a list is narrowed by: keys `k`, from an index where there is one, so that no row is read that is not meant. */
function toKeys(state: OutcomeState | null): string {
  const isIndexed = state !== null && state !== 'succeeded';
  return isIndexed ? 'deliveries k INDEXED BY deliveries_undelivered' : 'deliveries k';
}

/** What the keys are of. */
export const DETAILS = `CROSS JOIN ${DELIVERY_TABLES.replace('deliveries d', 'deliveries d ON d.id = k.id')}`;

/** The stored states a filter names; [null] is every state. */
export function toStates(state: DeliveryFilter['state']): readonly (OutcomeState | null)[] {
  if (state === 'undelivered') return STATES.filter((one) => one !== 'succeeded');
  return [state === 'parked' ? 'pending' : state];
}

/** A literal, not a bound value: only so does SQLite see that the partial index on undelivered ones applies. */
function toStateCondition(state: OutcomeState | null): readonly Condition[] {
  if (state === null) return [];
  const stored = toStateNumber(state);
  return [[state === 'succeeded' ? `k.state = ${stored}` : `k.state = ${stored} AND k.state <> 1`]];
}

/** Hooks whose pending deliveries are parked. */
const PARKED = 'SELECT seq FROM hooks WHERE parked_at IS NOT NULL';

/** The conditions of a filter but for its stored state and its hook, over `k` and `DETAILS`. */
export function toConditions({ state, source, event, since, until }: DeliveryFilter): readonly Condition[] {
  const conditions: Condition[] = [];
  if (state === 'parked') conditions.push([`k.hook IN (${PARKED})`]);
  if (state === 'pending') conditions.push([`k.hook NOT IN (${PARKED})`]);
  if (source !== null) conditions.push(['e.source = ?', source]);
  if (event !== null) conditions.push(toEventCondition(event));
  if (since !== null) conditions.push(['k.id >= ?', toFirstId(since)], ['d.created_at >= ?', since]);
  if (until !== null) conditions.push(['d.created_at < ?', until]);
  return conditions;
}

/** An event, and what is that event too by a name that says more. */
function toEventCondition(event: string): Condition {
  const names = toNarrowerNames(CHANGES, event);
  const marks = names.map(() => '?').join(', ');
  return [`(e.event = ? OR (e.source = ? AND e.event IN (${marks})))`, event, CHANGES, ...names];
}

/** Joins conditions to one WHERE. */
export function joinConditions(conditions: readonly Condition[]): {
  readonly where: string;
  readonly values: readonly SQLInputValue[];
} {
  return {
    where: ['1', ...conditions.map(([sql]) => sql)].join(' AND '),
    values: conditions.flatMap(([, ...values]) => values),
  };
}

function toCursor(after: string | null): readonly Condition[] {
  if (after === null) return [];
  const id = parseId(after);
  return [id === null ? ['0'] : ['k.id < ?', id]];
}
