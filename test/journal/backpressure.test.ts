import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../src/journal/entry.ts';
import { openSqliteJournal } from '../../src/journal/sqlite.ts';
import { toEntry } from '../helpers/journal-entries.ts';
import { runApp } from '../helpers/running-app.ts';
import { createTempDir } from '../helpers/temp-dir.ts';

const MIB = 1024 * 1024;
/** Characters of event data that may wait to be committed. */
const MAX_WAITING = 64 * MIB;

function toLarge(id: string): Entry {
  return toEntry({ event: { id, data: { text: 'x'.repeat(MIB) } }, candidates: [] });
}

describe('a journal that is handed more than it can commit', () => {
  it('refuses the rest at once, keeps what it took, and takes more when it has caught up', async () => {
    using dir = createTempDir();
    const journal = await openSqliteJournal({ file: join(dir.path, 'journal.db') });
    const taken = MAX_WAITING / MIB;
    const settled: string[] = [];
    const appends = Array.from({ length: taken + 3 }, async (_, n) => {
      const id = `e-${n}`;
      await journal.append([toLarge(id)]).finally(() => settled.push(id));
    });
    const results = await Promise.allSettled(appends);
    const refused = [`e-${taken}`, `e-${taken + 1}`, `e-${taken + 2}`];
    expect(settled.slice(0, 3)).toEqual(refused);
    expect(results.slice(0, taken).every(({ status }) => status === 'fulfilled')).toBe(true);
    for (const result of results.slice(taken))
      expect(result).toMatchObject({
        status: 'rejected',
        reason: {
          code: 'unavailable',
          message: 'Cannot write to the journal: it cannot keep up, try again',
        },
      });
    expect(await journal.findEvents(`e-${taken - 1}`)).toHaveLength(1);
    expect(await journal.findEvents(`e-${taken}`)).toEqual([]);
    expect(await journal.append([toLarge(`e-${taken}`)])).toMatchObject([{ kind: 'accepted' }]);
    await journal.close();
  });

  it('takes again as much after a commit that failed', async () => {
    using dir = createTempDir();
    const file = join(dir.path, 'journal.db');
    const journal = await openSqliteJournal({ file });
    const other = new DatabaseSync(file);
    other.exec('BEGIN IMMEDIATE');
    const entries = Array.from({ length: 65 }, (_, n) => toLarge(`e-${n}`));
    await expect(journal.append(entries)).rejects.toMatchObject({ code: 'unavailable' });
    other.close();
    expect(await journal.append(entries)).toHaveLength(65);
    await journal.close();
  });
});

describe('intake while the journal takes nothing', () => {
  it('answers 503 with Retry-After, keeps nothing, and goes on by itself', async () => {
    await using app = await runApp({ 'a.yaml': 'source: crud\nevent: consumers\nhandler: log\n' });
    const event = { source: 'crud', event: 'consumers', data: {}, id: 'e-1' };
    const other = new DatabaseSync(join(app.stateDir, 'journal.db'));
    other.exec('BEGIN IMMEDIATE');
    const refused = await app.post('/events', event);
    expect(refused).toMatchObject({
      status: 503,
      body: { message: expect.stringContaining('another process has it open; stop that one') },
    });
    expect(refused.headers.get('retry-after')).toBe('1');
    expect((await app.get('/status')).status).toBe(200);
    expect((await app.get('/events/e-1')).status).toBe(404);
    other.close();
    expect(await app.post('/events', event)).toMatchObject({ status: 202, body: { hooks: [{ hook: 'a' }] } });
    await app.app.idle();
    expect((await app.get('/events/e-1')).body).toMatchObject({ deliveries: [{ state: 'succeeded' }] });
  });
});
