import type { DatabaseSync } from 'node:sqlite';
import type { DeliveryFilter } from './delivery.ts';
import type { Replay } from './replay.ts';
import { createIsAnyAhead } from './sqlite-appends.ts';
import type { History } from './sqlite-history.ts';
import { parseId, toFirstId } from './sqlite-ids.ts';
import { type Condition, DETAILS, joinConditions, toConditions, toStates } from './sqlite-list.ts';
import type { StoreOperations } from './sqlite-protocol.ts';
import {
  idBytes,
  number,
  numberOrNull,
  type Row,
  STATES,
  text,
  textOrNull,
  toStateNumber,
} from './sqlite-rows.ts';
import type { Totals } from './sqlite-totals.ts';

type Replays = Pick<
  StoreOperations,
  'redeliver' | 'startReplay' | 'stepReplay' | 'findReplay' | 'openReplays'
>;

/** Creates redelivery: of one delivery, and of all that match a filter as a job that survives a restart. */
export function createReplays(
  db: DatabaseSync,
  { totals, history }: { readonly totals: Totals; readonly history: History },
): Replays {
  const insert = db.prepare(
    'INSERT INTO replays (id, filter, started_at, total, last) VALUES (?, ?, ?, ?, (SELECT max(id) FROM deliveries))',
  );
  const find = db.prepare('SELECT * FROM replays WHERE id = ?');
  const open = db.prepare('SELECT * FROM replays WHERE finished_at IS NULL ORDER BY id');
  const advance = db.prepare(
    'UPDATE replays SET cursor = ?, examined = examined + ?, redelivered = redelivered + ?, finished_at = ? WHERE id = ?',
  );
  const makeDue = createMakeDue(db, totals);
  const findReplay = (id: string): Replay | null => {
    const row = find.get(id);
    return row === undefined ? null : toReplay(row);
  };
  return {
    redeliver({ id: sent, at }) {
      const id = parseId(sent);
      if (id === null) return null;
      makeDue(id, at);
      return history.findDelivery(sent)?.delivery ?? null;
    },
    startReplay({ id, filter, at }) {
      const total = Object.values(totals.read()).reduce((sum, count) => sum + count, 0);
      insert.run(id, JSON.stringify(filter), at, total);
      return { id, filter, startedAt: at, finishedAt: null, total, examined: 0, redelivered: 0 };
    },
    stepReplay({ id, at, limit }) {
      const row = find.get(id);
      if (row === undefined) return null;
      const replay = toReplay(row);
      if (replay.finishedAt !== null) return replay;
      const range = { cursor: idBytes(row, 'cursor'), last: idBytes(row, 'last'), limit };
      const page = readPage(db, replay.filter, range);
      const redelivered = page.filter(({ matches, id: delivery }) => matches && makeDue(delivery, at)).length;
      const last = page.at(-1)?.id ?? idBytes(row, 'cursor');
      advance.run(last, page.length, redelivered, page.length < limit ? at : null, id);
      return findReplay(id);
    },
    findReplay,
    openReplays: () => open.all().map(toReplay),
  };
}

/** A delivery that a replay looks at. */
interface Examined {
  readonly id: Uint8Array;
  readonly matches: boolean;
}

/** The next deliveries after the cursor, oldest first, those that match and those that do not: each is looked at once. */
function readPage(
  db: DatabaseSync,
  filter: DeliveryFilter,
  { cursor, last, limit }: { readonly cursor: Uint8Array; readonly last: Uint8Array; readonly limit: number },
): readonly Examined[] {
  const start = cursor.length === 0 && filter.since !== null ? toFirstId(filter.since) : cursor;
  const { where, values } = joinConditions([
    ...toStateCondition(filter),
    ...toHookCondition(filter),
    ...toConditions(filter),
  ]);
  return db
    .prepare(
      `SELECT k.id, (${where}) AS matches FROM deliveries k ${DETAILS} WHERE k.id > ? AND k.id <= ? ORDER BY k.id LIMIT ?`,
    )
    .all(...values, start, last, limit)
    .map((row) => ({ id: idBytes(row, 'id'), matches: row.matches === 1 }));
}

function toStateCondition({ state }: DeliveryFilter): readonly Condition[] {
  const stored = toStates(state).flatMap((one) => (one === null ? [] : [toStateNumber(one)]));
  return stored.length === 0 ? [] : [[`k.state IN (${stored.map(() => '?')})`, ...stored]];
}

function toHookCondition({ hook }: DeliveryFilter): readonly Condition[] {
  return hook === null ? [] : [['k.hook IN (SELECT seq FROM hooks WHERE id = ? OR name = ?)', hook, hook]];
}

/**
 * Creates the function that makes a delivery due: one that has ended, or waits for its next attempt; false when it is due
 * or has no turn yet. While another of its order key is pending one that had ended waits for its turn.
 */
function createMakeDue(db: DatabaseSync, totals: Totals): (id: Uint8Array, at: number) => boolean {
  const find = db.prepare(
    'SELECT state, hook, order_key FROM deliveries WHERE id = ? AND (state <> 0 OR due_at > ?)',
  );
  const isAnyAhead = createIsAnyAhead(db);
  const makePending = db.prepare(
    'UPDATE deliveries SET state = 0, due_at = ?, since = ?, tries = 0, finished_at = NULL WHERE id = ?',
  );
  return (id, at) => {
    const row = find.get(id, at);
    if (row === undefined) return false;
    const hasEnded = number(row, 'state') !== 0;
    const waits = hasEnded && isAnyAhead(number(row, 'hook'), textOrNull(row, 'order_key'));
    makePending.run(waits ? null : at, at, id);
    totals.add(STATES[number(row, 'state')] ?? 'failed', -1);
    totals.add('pending', 1);
    return true;
  };
}

function toReplay(row: Row): Replay {
  return {
    id: text(row, 'id'),
    filter: JSON.parse(text(row, 'filter')) as DeliveryFilter,
    startedAt: number(row, 'started_at'),
    finishedAt: numberOrNull(row, 'finished_at'),
    total: number(row, 'total'),
    examined: number(row, 'examined'),
    redelivered: number(row, 'redelivered'),
  };
}
