import type { DatabaseSync } from 'node:sqlite';
import type { GateCheck, GateState, StopReason } from '../gate/gate.ts';
import { judge } from '../gate/judge.ts';
import type { Candidate, Stop } from './journal.ts';
import type { Interned } from './sqlite-interned.ts';
import type { WireAppended, WireEntry } from './sqlite-protocol.ts';
import { number, textOrNull } from './sqlite-rows.ts';

/** Expired gate states taken away with each one that is written: more than come in, few enough not to be felt. */
const EXPIRED_AT_ONCE = 2;

/** Creates the function that appends entries: duplicate check, stateful gates, event, deliveries and stops. */
export function createAppend(
  db: DatabaseSync,
  interned: Interned,
): (entries: readonly WireEntry[]) => readonly WireAppended[] {
  const insertEvent = db.prepare(
    `INSERT INTO events (id, source, event, data, time, accepted_at, revision) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id, source) DO NOTHING`,
  );
  const insertDelivery = db.prepare(
    'INSERT INTO deliveries (id, event, hook, state, created_at, attempts, due_at) VALUES (?, ?, ?, 0, ?, 0, ?)',
  );
  const insertStop = db.prepare('INSERT INTO stops (event, hook, reason) VALUES (?, ?, ?)');
  const judgeCheck = createJudge(db);

  function appendEntry({ event, acceptedAt, revision, candidates, stops }: WireEntry): WireAppended {
    const { id, source, data, time } = event;
    const inserted = insertEvent.run(
      id,
      source,
      event.event,
      data,
      time,
      acceptedAt,
      interned.revision(revision),
    );
    if (inserted.changes === 0) return null;
    const seq = Number(inserted.lastInsertRowid);
    for (const stop of stops) stopAt(seq, stop);
    const stopped: [number, StopReason][] = [];
    for (const [index, candidate] of candidates.entries()) {
      const reason = candidate.check === null ? null : judgeCheck(candidate.check);
      if (reason === null)
        insertDelivery.run(candidate.deliveryId, seq, hookOf(candidate), acceptedAt, acceptedAt);
      else {
        stopAt(seq, { ...candidate, reason });
        stopped.push([index, reason]);
      }
    }
    return stopped;
  }

  function stopAt(seq: number, stop: Stop): void {
    insertStop.run(seq, hookOf(stop), stop.reason);
  }

  function hookOf({ hookId, hookName }: Pick<Candidate, 'hookId' | 'hookName'>): number {
    return interned.hook(hookId, hookName);
  }

  return (entries) => entries.map(appendEntry);
}

/** Reads, judges and keeps gate states: within the transaction of the event, so that all of it happens or nothing. */
function createJudge(db: DatabaseSync): (check: GateCheck) => StopReason | null {
  const read = db.prepare('SELECT digest, passed_at FROM gate_states WHERE key = ?');
  const write = db.prepare(
    'INSERT OR REPLACE INTO gate_states (key, digest, passed_at, expires_at) VALUES (?, ?, ?, ?)',
  );
  const prune = db.prepare(
    'DELETE FROM gate_states WHERE key IN (SELECT key FROM gate_states WHERE expires_at <= ? LIMIT ?)',
  );
  return (check) => {
    const row = read.get(check.key);
    const state: GateState | null =
      row === undefined ? null : { digest: textOrNull(row, 'digest'), passedAt: number(row, 'passed_at') };
    const verdict = judge(check, state);
    if (verdict.kind === 'stop') return verdict.reason;
    const { digest, passedAt } = verdict.state;
    prune.run(check.at, EXPIRED_AT_ONCE);
    write.run(check.key, digest, passedAt, check.snoozeMs === 0 ? null : passedAt + check.snoozeMs);
    return null;
  };
}
