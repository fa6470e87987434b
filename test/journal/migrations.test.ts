import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import type { GateCheck } from '../../src/gate/gate.ts';
import { migrate } from '../../src/journal/migrations.ts';
import { openSqliteJournal } from '../../src/journal/sqlite.ts';
import { START } from '../helpers/held-clock.ts';
import { toAttempt, toCandidate, toEntry } from '../helpers/journal-entries.ts';
import { createTempDir, type TempDir } from '../helpers/temp-dir.ts';
import { EVERYTHING } from './contract-history.ts';

/** Deliveries of the file, which the program that had schema 1 wrote. */
const IDS = {
  succeeded: '01a212e6-0eaa-700d-8d2c-d4a2013ed02f',
  exhausted: '01a212e6-0eaa-700d-8d2c-d938f9dba6a4',
  waiting: '01a212e6-0eaa-700d-8d2c-de06cbeb983e',
  first: '01a212e6-0eaa-700d-8d2c-e2e633336243',
  second: '01a212e6-0eaa-700d-8d2c-e76f7d8e2e15',
  parked: '01a212e6-0eaa-700d-8d2c-ef5289b868d2',
};
const FIXTURE = new URL('../fixtures/journal-1.sql', import.meta.url);
const ATTRIBUTES = { source: '/kong/crud', subject: 'größe', n: 5, sampled: true };

/** Writes the file as it was and answers its place. */
function writeJournal(dir: TempDir): string {
  const file = join(dir.path, 'journal.db');
  const db = new DatabaseSync(file);
  db.exec(readFileSync(FIXTURE, 'utf8'));
  db.close();
  return file;
}

function describeSchema(db: DatabaseSync): unknown {
  return {
    ...db.prepare('PRAGMA user_version').get(),
    schema: db
      .prepare("SELECT type, name, tbl_name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name")
      .all(),
    columns: ['events', 'gate_states'].map((table) => db.prepare(`PRAGMA table_info(${table})`).all()),
  };
}

describe('migrate()', () => {
  it('brings a file of schema 1 to the schema a new file has', () => {
    using dir = createTempDir();
    using old = new DatabaseSync(writeJournal(dir));
    using fresh = new DatabaseSync(':memory:');
    migrate(old);
    migrate(fresh);
    expect(describeSchema(old)).toEqual(describeSchema(fresh));
    expect(old.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
  });

  it('leaves a file alone that has the newest schema', () => {
    using db = new DatabaseSync(':memory:');
    migrate(db);
    const before = describeSchema(db);
    migrate(db);
    expect(describeSchema(db)).toEqual(before);
  });

  it('changes nothing when it does not get to its end', () => {
    using dir = createTempDir();
    const file = writeJournal(dir);
    using db = new DatabaseSync(file);
    const before = describeSchema(db);
    using other = new DatabaseSync(file);
    other.exec('BEGIN IMMEDIATE');
    expect(() => migrate(db)).toThrow('locked');
    other.exec('ROLLBACK');
    expect(describeSchema(db)).toEqual(before);
    migrate(db);
    expect(describeSchema(db)).not.toEqual(before);
  });
});

describe('a journal of schema 1 with data, opened by this program', () => {
  it('has every event as it was, with nothing else that came with it', async () => {
    using dir = createTempDir();
    const journal = await openSqliteJournal({ file: writeJournal(dir) });
    for (const n of [1, 2, 3, 4, 5, 6]) {
      const event = {
        id: `event-${n}`,
        source: 'crud',
        event: 'consumers',
        data: { n, text: 'größe €' },
        time: '2026-01-01T00:00:00.000Z',
        attributes: null,
      };
      expect(await journal.findEvents(`event-${n}`)).toMatchObject([{ event, acceptedAt: START + n }]);
    }
    await journal.close();
  });

  it('has every delivery with its attempts, and every stop', async () => {
    using dir = createTempDir();
    const journal = await openSqliteJournal({ file: writeJournal(dir) });
    const states = (await journal.listDeliveries(EVERYTHING)).map(({ id, state }) => [id, state]);
    expect(Object.fromEntries(states)).toEqual({
      [IDS.succeeded]: 'succeeded',
      [IDS.exhausted]: 'exhausted',
      [IDS.waiting]: 'pending',
      [IDS.first]: 'pending',
      [IDS.second]: 'pending',
      [IDS.parked]: 'parked',
    });
    expect((await journal.findDelivery(IDS.succeeded))?.attempts).toMatchObject([
      { number: 1, outcome: 'retry', status: 500, response: 'no' },
      { number: 2, outcome: 'success', status: 204 },
    ]);
    expect(await journal.findEvents('event-2')).toMatchObject([
      { stops: [{ hookName: 'a-gone', reason: 'gone' }] },
    ]);
    expect(await journal.findEvents('event-5')).toMatchObject([
      { stops: [{ hookName: 'a-hook', reason: 'snoozed' }] },
    ]);
    expect(await journal.counts()).toEqual({ pending: 3, parked: 1, succeeded: 1, failed: 0, exhausted: 1 });
    expect(await journal.openReplays()).toHaveLength(1);
    expect(await journal.gone()).toEqual([{ hookId: 'gone', digest: 'd3' }]);
    await journal.close();
  });

  it('goes on where it stood: what is due, what waits its turn, what a gate remembers', async () => {
    using dir = createTempDir();
    const journal = await openSqliteJournal({ file: writeJournal(dir) });
    const due = async (hookId: string): Promise<readonly object[]> =>
      (await journal.due({ hookId, until: START + 10_000, limit: 10, except: new Set() })).deliveries;
    expect(await due('hook')).toMatchObject([
      { deliveryId: IDS.waiting, attempts: 1, event: { id: 'event-2', attributes: null } },
    ]);
    expect(await due('queue')).toMatchObject([{ deliveryId: IDS.first }]);
    await journal.record({ deliveryId: IDS.first, attempt: toAttempt(), state: 'succeeded', dueAt: null });
    expect(await due('queue')).toMatchObject([{ deliveryId: IDS.second }]);
    const check: GateCheck = {
      key: 'hook crud consumers',
      onChange: true,
      snoozeMs: 3_600_000,
      digest: 'A',
      at: START + 1_000,
      eventId: 'e-1',
    };
    const entry = toEntry({ candidates: [toCandidate('hook', { check })] });
    expect(await journal.append([entry])).toMatchObject([{ deliveries: [], stops: [{ reason: 'snoozed' }] }]);
    expect(await journal.gateStates([check.key])).toEqual([{ digest: 'A', passedAt: START, eventId: null }]);
    await journal.close();
  });

  it('keeps attributes of what comes in from now on, and is migrated once', async () => {
    using dir = createTempDir();
    const file = writeJournal(dir);
    const journal = await openSqliteJournal({ file });
    await journal.append([toEntry({ event: { id: 'new', attributes: ATTRIBUTES } })]);
    await journal.close();
    const again = await openSqliteJournal({ file });
    expect(await again.findEvents('new')).toMatchObject([{ event: { attributes: ATTRIBUTES } }]);
    expect(await again.findEvents('event-1')).toMatchObject([{ event: { attributes: null } }]);
    await again.close();
  });
});
