import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createDirectorySource } from '../../src/definitions/directory-source.ts';
import {
  createDefinitionsReader,
  type DefinitionsReader,
  type FileSet,
} from '../../src/definitions/reader.ts';
import type { DefinitionSource } from '../../src/definitions/source.ts';
import { createLogger } from '../../src/logger.ts';
import { createGitRepo, type GitRepo } from '../helpers/git-repo.ts';
import { type GitServer, startGitServer } from '../helpers/git-server.ts';
import { createGitBench, type GitBench, log } from '../helpers/git-source.ts';
import { createHeldClock, type HeldClock, START } from '../helpers/held-clock.ts';
import { createTempDir, type TempDir } from '../helpers/temp-dir.ts';

const NOTHING: ReadonlyMap<string, string> = new Map();
const GRACE_MS = 1_000;

/** A reader of the directory `dir` and of the repository `git`, whose remote can be held. */
interface SlowBench extends AsyncDisposable {
  readonly dir: TempDir;
  readonly repo: GitRepo;
  readonly server: GitServer;
  readonly git: GitBench;
  /** Of the reader alone. */
  readonly clock: HeldClock;
  readonly reader: DefinitionsReader;
  /** Reads, and lets the grace pass once a source has ended and another has not. */
  readPastGrace(live?: ReadonlyMap<string, string>): Promise<FileSet>;
  /** The remote answers no more before what it gives back is called: well, or that it is down. */
  hold(): (mode?: 'well' | 'down') => void;
}

async function createSlowBench(
  addSources: (bench: Pick<SlowBench, 'git' | 'server'>) => readonly DefinitionSource[] = ({
    git,
    server,
  }) => [git.create({ url: `${server.url}/hooks.git`, name: 'git' })],
): Promise<SlowBench> {
  const dir = createTempDir();
  const repo = createGitRepo();
  const server = await startGitServer({ root: repo.parent });
  const git = createGitBench();
  const clock = createHeldClock();
  const logger = createLogger('silent');
  const options = {
    name: 'dir',
    dir: dir.path,
    labelled: false,
    clock: systemClock,
    logger,
    pollMs: 3_600_000,
  };
  const directory = createDirectorySource(options);
  const reader = createDefinitionsReader([directory, ...addSources({ git, server })], clock);
  dir.write('a.yaml', log());
  repo.commit({ 'b.yaml': log() });
  return {
    dir,
    repo,
    server,
    git,
    clock,
    reader,
    async readPastGrace(live = NOTHING) {
      const reading = reader.read(live);
      while (clock.timers === 0) await setImmediate();
      clock.advance(GRACE_MS);
      return reading;
    },
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      server.mode = { heldUntil: promise };
      return (mode = 'well') => {
        server.mode = mode;
        resolve();
      };
    },
    async [Symbol.asyncDispose]() {
      await directory.close();
      await git[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      repo[Symbol.dispose]();
      dir[Symbol.dispose]();
    },
  };
}

function pathsOf({ files }: FileSet): readonly string[] {
  return files.map(({ path }) => path);
}

/** Resolves at the next hint. */
function nextHint(reader: DefinitionsReader): Promise<void> {
  return new Promise((resolve) => reader.watch(resolve));
}

/** What a check has found that has nothing against a commit. */
const AGREED = { notices: [], refusal: null };

describe('a source that takes long', () => {
  it('holds up no other, and is taken in when it has ended', async () => {
    await using bench = await createSlowBench();
    const { reader, dir, repo, clock } = bench;
    await reader.read(NOTHING);
    const release = bench.hold();
    void reader.refresh(null);
    repo.commit({ 'c.yaml': log() });
    dir.write('d.yaml', log());
    clock.advance(5_000);
    const set = await bench.readPastGrace();
    expect(pathsOf(set)).toEqual(['a.yaml', 'd.yaml', 'b.yaml']);
    expect(set.sources).toMatchObject([
      { name: 'dir', readingSince: null },
      { name: 'git', readAt: START, readingSince: START + 5_000, failure: null },
    ]);
    const hinted = nextHint(reader);
    release();
    await hinted;
    const after = await reader.read(NOTHING);
    expect(pathsOf(after)).toEqual(['a.yaml', 'd.yaml', 'c.yaml']);
    expect(after.sources).toMatchObject([{}, { readingSince: null }]);
  });

  it('is under way once, however often others are read meanwhile', async () => {
    await using bench = await createSlowBench();
    await bench.reader.read(NOTHING);
    const release = bench.hold();
    void bench.reader.refresh(null);
    bench.server.reset();
    for (const _look of ['first', 'second', 'third']) await bench.readPastGrace();
    await expect.poll(() => bench.server.asked.requests).toBe(1);
    release();
  });

  it('is waited for while nothing is known of it: a set without it would lack its hooks', async () => {
    await using bench = await createSlowBench();
    const release = bench.hold();
    const reading = bench.readPastGrace();
    await expect.poll(() => bench.server.asked.requests).toBe(1);
    release();
    expect(pathsOf(await reading)).toEqual(['a.yaml', 'b.yaml']);
  });

  it('is not waited for once it has failed, and says that it failed before', async () => {
    await using bench = await createSlowBench();
    const { reader, server } = bench;
    server.mode = 'down';
    await reader.read(NOTHING);
    const release = bench.hold();
    void reader.refresh(null);
    const set = await bench.readPastGrace();
    expect(pathsOf(set)).toEqual(['a.yaml']);
    expect(set.sources).toMatchObject([
      {},
      { readAt: null, readingSince: START, failure: { reason: 'FetchFailed' } },
    ]);
    release();
  });

  it('keeps what it held when it fails in the end', async () => {
    await using bench = await createSlowBench();
    const { reader } = bench;
    await reader.read(NOTHING);
    const release = bench.hold();
    const asked = reader.refresh(null);
    await bench.readPastGrace();
    release('down');
    await asked;
    const set = await reader.read(NOTHING);
    expect(pathsOf(set)).toEqual(['a.yaml', 'b.yaml']);
    expect(set.sources).toMatchObject([
      {},
      { readAt: START, readingSince: null, failure: { reason: 'FetchFailed' } },
    ]);
  });

  it('that was restored is not waited for', async () => {
    await using bench = await createSlowBench();
    const kept = {
      revision: 'main@sha1:1',
      commit: null,
      files: [{ path: 'k.yaml', bytes: Buffer.from(log()) }],
    };
    await bench.reader.restore({ revision: 'set@sha256:1', sources: new Map([['git', kept]]) });
    const release = bench.hold();
    const set = await bench.readPastGrace();
    expect(pathsOf(set)).toEqual(['a.yaml', 'k.yaml']);
    expect(set.sources).toMatchObject([{}, { readAt: null, readingSince: START }]);
    release();
  });

  it('hints at once when it ended before anyone watched', async () => {
    await using bench = await createSlowBench();
    const { reader } = bench;
    await reader.read(NOTHING);
    const release = bench.hold();
    const asked = reader.refresh(null);
    await bench.readPastGrace();
    release();
    await asked;
    let hints = 0;
    reader.watch(() => {
      hints += 1;
    });
    expect(hints).toBe(1);
  });

  it('has what was pushed meanwhile asked for after it', async () => {
    await using bench = await createSlowBench();
    const { reader, repo, server } = bench;
    await reader.read(NOTHING);
    const release = bench.hold();
    void reader.refresh(null);
    await bench.readPastGrace();
    await expect.poll(() => server.asked.requests).toBeGreaterThan(0);
    const asked = reader.refresh(['git']);
    const joined = bench.readPastGrace();
    await joined;
    const sha = repo.commit({ 'c.yaml': log() });
    release();
    await asked;
    expect((await reader.read(NOTHING)).sources[1]?.revision).toBe(`main@sha1:${sha}`);
  });

  it('is held against what is live by then', async () => {
    const lives: (string | null)[] = [];
    await using bench = await createSlowBench(({ git, server }) => [
      git.create({ url: `${server.url}/hooks.git`, name: 'git' }, async ({ live }) => {
        lives.push(live);
        return AGREED;
      }),
    ]);
    const { reader, repo } = bench;
    const [one, other] = ['1'.repeat(40), '2'.repeat(40)];
    await reader.read(NOTHING);
    const release = bench.hold();
    const asked = reader.refresh(null);
    repo.commit({ 'c.yaml': log() });
    await bench.readPastGrace(new Map([['git', `main@sha1:${one}`]]));
    release();
    await asked;
    await reader.read(new Map([['git', `main@sha1:${other}`]]));
    expect(lives).toEqual([null, one, other]);
  });

  it('goes on with the others of its remote, which show one commit', async () => {
    const gate = { open: Promise.resolve() };
    await using bench = await createSlowBench(({ git, server }) => {
      const url = `${server.url}/hooks.git`;
      const held = async () => {
        await gate.open;
        return AGREED;
      };
      return [git.create({ url, name: 'one' }), git.create({ url, name: 'two' }, held)];
    });
    const { reader, repo } = bench;
    const revisionsOf = ({ sources }: FileSet) => sources.slice(1).map(({ revision }) => revision);
    const before = await reader.read(NOTHING);
    const { promise, resolve } = Promise.withResolvers<void>();
    gate.open = promise;
    const sha = repo.commit({ 'c.yaml': log() });
    const asked = reader.refresh(['one']);
    expect(revisionsOf(await bench.readPastGrace())).toEqual(revisionsOf(before));
    resolve();
    await asked;
    expect(revisionsOf(await reader.read(NOTHING))).toEqual([`main@sha1:${sha}`, `main@sha1:${sha}`]);
  });

  it('is no part of a read that a close came before', async () => {
    await using bench = await createSlowBench();
    const { reader } = bench;
    await reader.read(NOTHING);
    bench.hold();
    const asked = reader.refresh(null);
    let hints = 0;
    await bench.readPastGrace();
    reader.watch(() => {
      hints += 1;
    });
    const hintsBefore = hints;
    const closedOver = reader.read(NOTHING);
    closedOver.catch(() => undefined);
    reader.close();
    await bench.git.mirrors.close();
    await expect(closedOver).rejects.toThrow('their reader is closed');
    await asked;
    expect(hints).toBe(hintsBefore);
  });
});

describe('the only source', () => {
  it('is waited for, however long it takes', async () => {
    using repo = createGitRepo();
    await using server = await startGitServer({ root: repo.parent });
    await using git = createGitBench();
    const source = git.create({ url: `${server.url}/hooks.git` });
    const clock = createHeldClock();
    const reader = createDefinitionsReader([source], clock);
    repo.commit({ 'a.yaml': log() });
    await reader.read(NOTHING);
    const { promise, resolve } = Promise.withResolvers<void>();
    server.mode = { heldUntil: promise };
    repo.commit({ 'b.yaml': log() });
    server.reset();
    void reader.refresh(null);
    const reading = reader.read(NOTHING);
    await expect.poll(() => server.asked.requests).toBe(1);
    clock.advance(60_000);
    resolve();
    expect(pathsOf(await reading)).toEqual(['b.yaml']);
  });
});
