import { chmodSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createLastGood, type KeptSet, type LastGood } from '../../src/definitions/last-good.ts';
import { createLogger } from '../../src/logger.ts';
import { createTempDir } from '../helpers/temp-dir.ts';

const COMMIT = { sha: 'a'.repeat(40), author: 'Jane <jane@example.com>', at: 1, subject: 'add a hook' };

function toSet(revision: string, text = 'source: crud\nhandler: log\n'): KeptSet {
  const bytes = Buffer.from(text);
  return {
    revision,
    sources: new Map([
      ['one', { revision, commit: COMMIT }],
      ['two', { revision: 'dir@sha256:2', commit: null }],
    ]),
    files: [
      { owner: 'one', path: 'a.yaml', bytes },
      { owner: 'two', path: 'b\n.yaml', bytes: Buffer.from([0, 10, 255]) },
      { owner: 'one', path: 'c.yaml', bytes: Buffer.alloc(0) },
    ],
  };
}

function open(dir: string): { readonly store: LastGood; readonly log: readonly string[] } {
  const log: string[] = [];
  const logger = createLogger('debug', { write: (line) => log.push(line) });
  return { store: createLastGood({ dir, logger }), log };
}

function copiesOf(dir: string): readonly string[] {
  return readdirSync(dir).sort();
}

describe('what is kept of the last good set', () => {
  it('is read back by another process as it was', async () => {
    using dir = createTempDir();
    const state = join(dir.path, 'last-good');
    await open(state).store.save(toSet('main@sha1:1'));
    expect(await open(state).store.load()).toEqual({
      revision: 'main@sha1:1',
      sources: new Map([
        [
          'one',
          {
            revision: 'main@sha1:1',
            commit: COMMIT,
            files: [
              { owner: 'one', path: 'a.yaml', bytes: Buffer.from('source: crud\nhandler: log\n') },
              { owner: 'one', path: 'c.yaml', bytes: Buffer.alloc(0) },
            ],
          },
        ],
        [
          'two',
          {
            revision: 'dir@sha256:2',
            commit: null,
            files: [{ owner: 'two', path: 'b\n.yaml', bytes: Buffer.from([0, 10, 255]) }],
          },
        ],
      ]),
    });
  });

  it('is nothing before anything was kept', async () => {
    using dir = createTempDir();
    const { store, log } = open(join(dir.path, 'last-good'));
    expect([await store.load(), log]).toEqual([null, []]);
  });

  it('is for its owner alone, and no more than three sets', async () => {
    using dir = createTempDir();
    const { store } = open(dir.path);
    for (let n = 1; n <= 5; n += 1) await store.save(toSet(`main@sha1:${n}`));
    expect(copiesOf(dir.path)).toEqual(['000000000003.set', '000000000004.set', '000000000005.set']);
    expect(statSync(join(dir.path, '000000000005.set')).mode & 0o777).toBe(0o600);
    expect((await store.load())?.revision).toBe('main@sha1:5');
  });

  it('keeps the newest of sets that come while one is written', async () => {
    using dir = createTempDir();
    const { store } = open(dir.path);
    await Promise.all([1, 2, 3, 4].map((n) => store.save(toSet(`main@sha1:${n}`))));
    expect((await store.load())?.revision).toBe('main@sha1:4');
    expect(copiesOf(dir.path)).toHaveLength(2);
  });

  it.each([
    ['a byte flipped', (path: string) => flip(path)],
    ['cut off', (path: string) => truncateSync(path, 100)],
    ['emptied', (path: string) => truncateSync(path, 0)],
    [
      'of another version',
      (path: string) => writeFileSync(path, readFileSync(path, 'utf8').replace('1', '2')),
    ],
  ])('falls back to the one before when the newest is %s, and says so', async (_what, damage) => {
    using dir = createTempDir();
    const { store } = open(dir.path);
    await store.save(toSet('main@sha1:1'));
    await store.save(toSet('main@sha1:2'));
    damage(join(dir.path, '000000000002.set'));
    const { store: again, log } = open(dir.path);
    expect((await again.load())?.revision).toBe('main@sha1:1');
    expect(log.join()).toContain('000000000002.set');
    await again.save(toSet('main@sha1:3'));
    expect((await again.load())?.revision).toBe('main@sha1:3');
  });

  it('is not what was only half written when the process died', async () => {
    using dir = createTempDir();
    const { store } = open(dir.path);
    await store.save(toSet('main@sha1:1'));
    writeFileSync(join(dir.path, '000000000002.set.tmp'), 'half');
    expect((await store.load())?.revision).toBe('main@sha1:1');
    await store.save(toSet('main@sha1:2'));
    expect(copiesOf(dir.path)).toEqual(['000000000001.set', '000000000002.set']);
  });

  it('stays as it is when the disk does not take more, and that is said', async () => {
    using dir = createTempDir();
    writeFileSync(join(dir.path, 'file'), '');
    const { store, log } = open(join(dir.path, 'file'));
    await store.save(toSet('main@sha1:1'));
    expect(log.join()).toContain('cannot keep the definitions');
  });
});

function flip(path: string): void {
  const bytes = readFileSync(path);
  const at = bytes.length - 2;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  chmodSync(path, 0o600);
  writeFileSync(path, bytes);
}
