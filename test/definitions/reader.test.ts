import { renameSync, rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createDirectorySource } from '../../src/definitions/directory-source.ts';
import {
  createDefinitionsReader,
  type DefinitionsReader,
  type FileSet,
} from '../../src/definitions/reader.ts';
import { createLogger } from '../../src/logger.ts';
import { createGitRepo } from '../helpers/git-repo.ts';
import { createGitBench } from '../helpers/git-source.ts';
import { START } from '../helpers/held-clock.ts';
import { createTempDir } from '../helpers/temp-dir.ts';

const LOG = 'source: crud\nhandler: log\n';
const NOTHING: ReadonlyMap<string, string> = new Map();

/** A reader of directories by name. */
function openReader(dirs: Readonly<Record<string, string>>): DefinitionsReader & AsyncDisposable {
  const logger = createLogger('silent');
  const labelled = Object.keys(dirs).length > 1;
  const sources = Object.entries(dirs).map(([name, dir]) =>
    createDirectorySource({ name, dir, labelled, clock: systemClock, logger, pollMs: 3_600_000 }),
  );
  return {
    ...createDefinitionsReader(sources, systemClock),
    async [Symbol.asyncDispose]() {
      await Promise.all(sources.map((source) => source.close()));
    },
  };
}

function filesOf({ files }: FileSet): readonly string[] {
  return files.map(({ file }) => file);
}

describe('a reader of one source', () => {
  it('reads now and says when to read again', async () => {
    using dir = createTempDir();
    await using reader = openReader({ hooks: dir.path });
    expect((await reader.read(NOTHING)).files).toEqual([]);
    const changed = new Promise<readonly string[]>((resolve) => {
      reader.watch(
        () => void reader.read(NOTHING).then((set) => set.files.length > 0 && resolve(filesOf(set))),
      );
    });
    dir.write('a.yaml', LOG);
    expect(await changed).toEqual(['a.yaml']);
  });

  it('has the revision of the source, and says why there is none', async () => {
    using dir = createTempDir();
    await using reader = openReader({ hooks: `${dir.path}/hooks.d` });
    const failed = await reader.read(NOTHING);
    expect(failed).toMatchObject({
      revision: 'none',
      files: [],
      sources: [{ name: 'hooks', revision: null, readAt: null, failure: { reason: 'Unreadable' } }],
    });
    dir.write('hooks.d/a.yaml', LOG);
    const read = await reader.read(NOTHING);
    expect(read.sources).toMatchObject([{ revision: read.revision, failure: null }]);
    expect(read.revision).toMatch(/^dir@sha256:/);
  });
});

describe('when a source was read', () => {
  it('is when the remote was asked, not when what was fetched last was answered', async () => {
    using repo = createGitRepo();
    await using bench = createGitBench();
    repo.commit({ 'a.yaml': LOG });
    const source = bench.create({ url: `file://${repo.path}` });
    const reader = createDefinitionsReader([source], bench.clock);
    const readAts: (number | null | undefined)[] = [];
    for (const waitMs of [0, 30_000, 30_000]) {
      bench.clock.advance(waitMs);
      readAts.push((await reader.read(NOTHING)).sources[0]?.readAt);
    }
    expect(readAts).toEqual([START, START, START + 60_000]);
  });

  it('does not move when the remote does not answer', async () => {
    using repo = createGitRepo();
    await using bench = createGitBench();
    repo.commit({ 'a.yaml': LOG });
    const source = bench.create({ url: `file://${repo.path}` });
    const reader = createDefinitionsReader([source], bench.clock);
    await reader.read(NOTHING);
    bench.clock.advance(60_000);
    renameSync(repo.path, `${repo.path}.away`);
    for (const _look of ['asked', 'answered from memory'])
      expect((await reader.read(NOTHING)).sources).toMatchObject([
        { readAt: START, failure: { reason: 'FetchFailed' } },
      ]);
  });
});

describe('a reader of several sources', () => {
  it('reads them side by side, each file behind the name of its source', async () => {
    using one = createTempDir();
    using two = createTempDir();
    one.write('a.yaml', LOG);
    two.write('a.yaml', LOG);
    await using reader = openReader({ one: one.path, two: two.path });
    const set = await reader.read(NOTHING);
    expect(filesOf(set)).toEqual(['one:a.yaml', 'two:a.yaml']);
    expect(set.revision).toMatch(/^set@sha256:/);
    two.write('b.yaml', LOG);
    expect((await reader.read(NOTHING)).revision).not.toBe(set.revision);
  });

  it('keeps what a source held that cannot be read, and the others advance', async () => {
    using one = createTempDir();
    using two = createTempDir();
    one.write('hooks/a.yaml', LOG);
    two.write('a.yaml', LOG);
    await using reader = openReader({ one: `${one.path}/hooks`, two: two.path });
    const before = await reader.read(NOTHING);
    rmSync(`${one.path}/hooks`, { recursive: true });
    expect((await reader.read(NOTHING)).revision).toBe(before.revision);
    two.write('b.yaml', LOG);
    const after = await reader.read(NOTHING);
    expect(filesOf(after)).toEqual(['one:a.yaml', 'two:a.yaml', 'two:b.yaml']);
    expect(after.sources).toMatchObject([
      { revision: before.sources[0]?.revision, failure: { reason: 'Unreadable' } },
      { failure: null },
    ]);
  });

  it('offers what was kept over a restart of a source that cannot be read', async () => {
    using one = createTempDir();
    one.write('a.yaml', LOG);
    await using reader = openReader({ one: one.path, two: `${one.path}/nowhere` });
    const kept = {
      revision: 'dir@sha256:2',
      commit: null,
      files: [{ path: 'b.yaml', bytes: Buffer.from(LOG) }],
    };
    const restored = await reader.restore({ revision: 'set@sha256:1', sources: new Map([['two', kept]]) });
    if (restored === null) throw new Error('Cannot find what was kept');
    expect(restored.revision).not.toBe('set@sha256:1');
    expect([filesOf(restored), restored.sources.map(({ revision }) => revision)]).toEqual([
      ['two:b.yaml'],
      [null, 'dir@sha256:2'],
    ]);
    expect(filesOf(await reader.read(NOTHING))).toEqual(['one:a.yaml', 'two:b.yaml']);
  });

  it('restores the set that was kept under its revision, and nothing of sources that are no more', async () => {
    using dir = createTempDir();
    await using reader = openReader({ one: dir.path });
    const kept = {
      revision: 'dir@sha256:2',
      commit: null,
      files: [{ path: 'b.yaml', bytes: Buffer.from(LOG) }],
    };
    const other = { revision: 'dir@sha256:2', sources: new Map([['other', kept]]) };
    expect(await reader.restore(other)).toBeNull();
    const held = 'dir@sha256:2+held@sha256:3';
    expect(await reader.restore({ revision: held, sources: new Map([['one', kept]]) })).toMatchObject({
      revision: held,
    });
  });
});
