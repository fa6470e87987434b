import type { DatabaseSync } from 'node:sqlite';
import type { GateCheck, GateState, StopReason } from '../gate/gate.ts';
import { judge } from '../gate/judge.ts';
import { toIdBytes } from './sqlite-ids.ts';
import type { Interned } from './sqlite-interned.ts';
import type { StoreOperations, WireAppended, WireCandidate, WireEntry } from './sqlite-protocol.ts';
import { number, textOrNull } from './sqlite-rows.ts';
import type { Totals } from './sqlite-totals.ts';

/** Expired gate states taken away with each one that is written: more than come in, few enough not to be felt. */
const EXPIRED_AT_ONCE = 2;

/** What appending keeps account of. */
interface AppendParts {
  readonly interned: Interned;
  readonly totals: Totals;
}

/** Creates the function that appends entries: duplicate check, stateful gates, event, deliveries and stops. */
export function createAppend(db: DatabaseSync, { interned, totals }: AppendParts): StoreOperations['append'] {
  const isKnown = db.prepare('SELECT 1 FROM events WHERE id = ? AND source = ?');
  const insertEvent = db.prepare(
    `INSERT INTO events (id, source, event, time, data, accepted_at, revision, deliveries, stops, attributes)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id, source) DO NOTHING`,
  );
  const insertDelivery = db.prepare(
    'INSERT INTO deliveries (id, event, hook, state, created_at, since, order_key, due_at) VALUES (?, ?, ?, 0, ?, ?, ?, ?)',
  );
  const isAnyAhead = createIsAnyAhead(db);
  const judgeCheck = createJudge(db);

  function appendEntry(entry: WireEntry): WireAppended {
    const [id, source, event, time, data, acceptedAt, revision, candidates, , attributes] = entry;
    // Gate state changes as it is judged, so an event that is known must not get that far.
    const isJudged = candidates.some(([, , , , check]) => check !== null);
    if (isJudged && isKnown.get(id, source) !== undefined) return null;
    const stopped = isJudged ? judgeAll(candidates) : [];
    const passed = stopped.length === 0 ? candidates : withoutStopped(candidates, stopped);
    const ids = passed.map(([deliveryId]) => toIdBytes(deliveryId));
    const idBytes = ids.length === 0 ? null : Buffer.concat(ids);
    const stops = toStops(entry, stopped);
    const revisionSeq = interned.revision(revision);
    const row = [id, source, event, time, data, acceptedAt, revisionSeq, idBytes, stops, attributes] as const;
    const inserted = insertEvent.run(...row);
    if (inserted.changes === 0) return null;
    const seq = Number(inserted.lastInsertRowid);
    for (const [index, candidate] of passed.entries())
      addDelivery(candidate, { id: ids[index] ?? toIdBytes(candidate[0]), seq, acceptedAt });
    totals.add('pending', passed.length);
    return stopped;
  }

  function judgeAll(candidates: readonly WireCandidate[]): readonly Stopped[] {
    return candidates.flatMap(([, , , , check], index): Stopped[] => {
      const reason = check === null ? null : judgeCheck(check);
      return reason === null ? [] : [[index, reason]];
    });
  }

  function toStops([, , , , , , , candidates, stops]: WireEntry, stopped: readonly Stopped[]): string | null {
    if (stops.length + stopped.length === 0) return null;
    const ours = stopped.flatMap(([index, reason]) => {
      const [, hookId, hookName] = candidates[index] ?? [];
      return hookId === undefined || hookName === undefined ? [] : [{ hookId, hookName, reason }];
    });
    const rows = [...stops, ...ours].map(({ hookId, hookName, reason }) => [
      interned.hook(hookId, hookName),
      reason,
    ]);
    return JSON.stringify(rows);
  }

  /** Behind another of its order key a delivery has no due time: it gets one when the one ahead of it ends. */
  function addDelivery([, hookId, hookName, orderKey]: WireCandidate, { id, seq, acceptedAt }: Row): void {
    const hook = interned.hook(hookId, hookName);
    const dueAt = isAnyAhead(hook, orderKey) ? null : acceptedAt;
    insertDelivery.run(id, seq, hook, acceptedAt, acceptedAt, orderKey, dueAt);
  }

  return (entries) => entries.map(appendEntry);
}

/** Creates the function that tells whether a delivery of an order key has to wait for another. */
export function createIsAnyAhead(db: DatabaseSync): (hook: number, orderKey: string | null) => boolean {
  const pending = db.prepare(
    'SELECT 1 FROM deliveries WHERE hook = ? AND order_key = ? AND state = 0 LIMIT 1',
  );
  return (hook, orderKey) => orderKey !== null && pending.get(hook, orderKey) !== undefined;
}

/** A candidate that was stopped, by its index. */
type Stopped = readonly [candidate: number, reason: StopReason];

/** What the row of a delivery has besides its candidate. */
interface Row {
  readonly id: Buffer;
  /** Of its event. */
  readonly seq: number;
  readonly acceptedAt: number;
}

function withoutStopped(
  candidates: readonly WireCandidate[],
  stopped: readonly Stopped[],
): readonly WireCandidate[] {
  const indexes = new Set(stopped.map(([index]) => index));
  return candidates.filter((_, index) => !indexes.has(index));
}

/** Reads, judges and keeps gate states: within the transaction of the event, so that all of it happens or nothing. */
function createJudge(db: DatabaseSync): (check: GateCheck) => StopReason | null {
  const read = createReadGateState(db);
  const write = db.prepare(
    'INSERT OR REPLACE INTO gate_states (key, digest, passed_at, expires_at, event) VALUES (?, ?, ?, ?, ?)',
  );
  const prune = db.prepare(
    'DELETE FROM gate_states WHERE key IN (SELECT key FROM gate_states WHERE expires_at <= ? LIMIT ?)',
  );
  return (check) => {
    const verdict = judge(check, read(check.key));
    if (verdict.kind === 'stop') return verdict.reason;
    const { digest, passedAt, eventId } = verdict.state;
    prune.run(check.at, EXPIRED_AT_ONCE);
    write.run(check.key, digest, passedAt, check.snoozeMs === 0 ? null : passedAt + check.snoozeMs, eventId);
    return null;
  };
}

/** Creates the read of what is kept under a gate's key. */
export function createReadGateState(db: DatabaseSync): (key: string) => GateState | null {
  const read = db.prepare('SELECT digest, passed_at, event FROM gate_states WHERE key = ?');
  return (key) => {
    const row = read.get(key);
    if (row === undefined) return null;
    return {
      digest: textOrNull(row, 'digest'),
      passedAt: number(row, 'passed_at'),
      eventId: textOrNull(row, 'event'),
    };
  };
}
