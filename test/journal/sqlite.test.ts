import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { openSqliteJournal } from '../../src/journal/sqlite.ts';
import { createMemoryJournals } from '../../src/journal/sqlite-memory.ts';
import { toEntry } from '../helpers/journal-entries.ts';
import { createTempDir } from '../helpers/temp-dir.ts';
import { describeJournal, type JournalUnderTest } from './contract.ts';
import { EVERYTHING } from './contract-history.ts';

describeJournal('SQLite', async (): Promise<JournalUnderTest> => {
  const dir = createTempDir();
  const file = join(dir.path, 'journal.db');
  let journal = await openSqliteJournal({ file });
  return {
    get journal() {
      return journal;
    },
    async reopen() {
      await journal.close();
      journal = await openSqliteJournal({ file });
    },
    async [Symbol.asyncDispose]() {
      await journal.close();
      dir[Symbol.dispose]();
    },
  };
});

describeJournal('SQLite in memory', async (): Promise<JournalUnderTest> => {
  const journals = createMemoryJournals();
  const journal = journals.open();
  return {
    journal,
    // It lives as long as it is open: there is no storage to open again.
    reopen: async () => undefined,
    [Symbol.asyncDispose]: async () => journals[Symbol.dispose](),
  };
});

describe('createMemoryJournals()', () => {
  it('hands out journals that know nothing of the one before', async () => {
    using journals = createMemoryJournals();
    const first = journals.open();
    await first.append([toEntry({ event: { id: 'same' } }), toEntry()]);
    const [delivery] = await first.listDeliveries(EVERYTHING);
    expect(delivery).toBeDefined();
    const second = journals.open();
    expect(await second.listDeliveries(EVERYTHING)).toEqual([]);
    expect(await second.counts()).toEqual({ pending: 0, parked: 0, succeeded: 0, failed: 0, exhausted: 0 });
    expect(await second.append([toEntry({ event: { id: 'same' } })])).toMatchObject([{ kind: 'accepted' }]);
    await expect(first.counts()).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('openSqliteJournal()', () => {
  it('refuses a file that is no journal, says what to do and leaves it as it is', async () => {
    using dir = createTempDir();
    const file = dir.write('journal.db', 'these are the only notes of the meeting'.repeat(200));
    const before = readFileSync(file);
    await expect(openSqliteJournal({ file })).rejects.toMatchObject({
      code: 'state_unusable',
      message: expect.stringContaining('it is not a journal; restore a copy, or move it away to start empty'),
    });
    expect(readFileSync(file)).toEqual(before);
  });

  it('refuses a damaged file, says what to do and leaves it as it is', async () => {
    using dir = createTempDir();
    const file = join(dir.path, 'journal.db');
    const journal = await openSqliteJournal({ file });
    await journal.append(Array.from({ length: 200 }, () => toEntry()));
    await journal.close();
    const bytes = readFileSync(file);
    // The schema itself: every journal reads it as it opens.
    bytes.fill(0xff, 100, 4096);
    writeFileSync(file, bytes);
    await expect(openSqliteJournal({ file })).rejects.toMatchObject({
      code: 'state_unusable',
      message: expect.stringContaining('it is damaged; restore a copy, or move it away to start empty'),
    });
    expect(readFileSync(file)).toEqual(bytes);
  });

  it('refuses the file of a newer program', async () => {
    using dir = createTempDir();
    const file = join(dir.path, 'journal.db');
    await (await openSqliteJournal({ file })).close();
    const db = new DatabaseSync(file);
    db.exec('PRAGMA user_version = 99');
    db.close();
    await expect(openSqliteJournal({ file })).rejects.toMatchObject({
      code: 'state_unusable',
      message: expect.stringContaining('schema 99'),
    });
  });

  it('refuses to start an empty file beside the log of one that is gone', async () => {
    using dir = createTempDir();
    const file = join(dir.path, 'journal.db');
    dir.write('journal.db-wal', 'what was committed last');
    await expect(openSqliteJournal({ file })).rejects.toMatchObject({
      code: 'state_unusable',
      message: expect.stringContaining('put the file back'),
    });
    expect(existsSync(file)).toBe(false);
  });

  it('refuses a directory in the place of the file', async () => {
    using dir = createTempDir();
    await expect(openSqliteJournal({ file: dir.path })).rejects.toMatchObject({
      code: 'state_unusable',
      message: expect.stringContaining('it cannot be opened'),
    });
  });

  it('says so while another process writes, and goes on when it has ended', async () => {
    using dir = createTempDir();
    const file = join(dir.path, 'journal.db');
    const journal = await openSqliteJournal({ file });
    const other = new DatabaseSync(file);
    other.exec('BEGIN IMMEDIATE');
    const entry = toEntry();
    await expect(journal.append([entry])).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('another process has it open'),
    });
    other.exec('ROLLBACK');
    other.close();
    expect(await journal.append([entry])).toMatchObject([{ kind: 'accepted' }]);
    await journal.close();
  });
});
