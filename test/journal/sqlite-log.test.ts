import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openSqliteJournal } from '../../src/journal/sqlite.ts';
import { toEntry } from '../helpers/journal-entries.ts';
import { createTempDir } from '../helpers/temp-dir.ts';

/** What the log is cut back to when it begins anew (src/journal/sqlite-store.ts): doing that takes time. */
const LIMIT_BYTES = 64 * 1024 * 1024;

it('takes the log over before it must be cut back, also where each commit has one entry', async () => {
  using dir = createTempDir();
  const file = join(dir.path, 'journal.db');
  const journal = await openSqliteJournal({ file });
  let longest = 0;
  for (let entries = 0; entries < 6_000; entries += 1) {
    await journal.append([toEntry()]);
    if (entries % 100 === 0) longest = Math.max(longest, statSync(`${file}-wal`).size);
  }
  await journal.close();
  expect(longest).toBeGreaterThan(8 * 1024 * 1024);
  expect(longest).toBeLessThan(LIMIT_BYTES);
});
