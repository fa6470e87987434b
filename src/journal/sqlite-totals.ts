import type { DatabaseSync } from 'node:sqlite';
import type { DeliveryCounts, OutcomeState } from './delivery.ts';
import { number, STATES, toStateNumber } from './sqlite-rows.ts';

/** How many deliveries there are of each state, kept as they change. */
export interface Totals {
  /** Notes a change within the present transaction. */
  add(state: OutcomeState, change: number): void;
  /** Writes what was noted; the last thing a transaction does. */
  write(): void;
  /** Forgets what was noted: called after a rollback. */
  forget(): void;
  read(): DeliveryCounts;
}

/** Keeps the totals in the table `totals`. Pending deliveries of parked hooks are counted: they are few, or at rest. */
export function createTotals(db: DatabaseSync): Totals {
  const update = db.prepare('UPDATE totals SET number = number + ? WHERE state = ?');
  const all = db.prepare('SELECT state, number FROM totals');
  const parked = db.prepare(
    `SELECT count(*) AS number FROM hooks h CROSS JOIN deliveries d INDEXED BY deliveries_due ON d.hook = h.seq
     WHERE h.parked_at IS NOT NULL AND d.state = 0`,
  );
  const changes = new Map<OutcomeState, number>();
  return {
    add(state, change) {
      changes.set(state, (changes.get(state) ?? 0) + change);
    },
    write() {
      for (const [state, change] of changes) if (change !== 0) update.run(change, toStateNumber(state));
      changes.clear();
    },
    forget: () => changes.clear(),
    read() {
      const counts = { pending: 0, parked: 0, succeeded: 0, failed: 0, exhausted: 0 };
      for (const row of all.all()) counts[STATES[number(row, 'state')] ?? 'pending'] = number(row, 'number');
      counts.parked = number(parked.get() ?? {}, 'number');
      counts.pending -= counts.parked;
      return counts;
    },
  };
}
