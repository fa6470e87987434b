import { existsSync, mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createGitRepo } from '../helpers/git-repo.ts';
import { startGitServer } from '../helpers/git-server.ts';
import { createGitBench, type GitBench, log, pathsOf, readNow, refusalOf } from '../helpers/git-source.ts';

/** The one mirror of a bench. */
function mirrorOf({ state }: GitBench): string {
  const root = join(state.path, 'git');
  const [name] = readdirSync(root);
  if (name === undefined) throw new Error('Cannot find a mirror');
  return join(root, name);
}

describe('a git source whose remote rewrites history', () => {
  it('follows a force-push, forward and back', async () => {
    using repo = createGitRepo();
    await using bench = createGitBench();
    const source = bench.create({ url: `file://${repo.path}` });
    const first = repo.commit({ 'a.yaml': log() });
    const second = repo.commit({ 'b.yaml': log() });
    expect((await readNow(source)).revision).toBe(`main@sha1:${second}`);
    repo.git(['update-ref', 'refs/heads/main', first]);
    expect((await readNow(source)).revision).toBe(`main@sha1:${first}`);
    const unrelated = repo.commit({ 'c.yaml': log() }, { parent: null });
    expect((await readNow(source)).revision).toBe(`main@sha1:${unrelated}`);
    repo.git(['update-ref', 'refs/heads/main', second]);
    expect(pathsOf(await readNow(source))).toEqual(['b.yaml']);
  });

  it('says that a branch was deleted, and reads it when it is back', async () => {
    using repo = createGitRepo();
    await using bench = createGitBench();
    const source = bench.create({ url: `file://${repo.path}`, ref: { kind: 'branch', name: 'live' } });
    const sha = repo.commit({ 'a.yaml': log() }, { branch: 'live' });
    await readNow(source);
    repo.git(['update-ref', '-d', 'refs/heads/live']);
    expect(await refusalOf(readNow(source))).toMatch(/^RefNotFound: Cannot find branch "live"/);
    repo.git(['update-ref', 'refs/heads/live', sha]);
    expect(pathsOf(await readNow(source))).toEqual(['a.yaml']);
  });

  it('follows a branch whose name was a directory of branches, and the other way round', async () => {
    using repo = createGitRepo();
    await using bench = createGitBench();
    const url = `file://${repo.path}`;
    const below = bench.create({ url, ref: { kind: 'branch', name: 'a/b' } });
    const above = bench.create({ url, ref: { kind: 'branch', name: 'a' } });
    repo.commit({ 'below.yaml': log() }, { branch: 'a/b' });
    expect(pathsOf(await readNow(below))).toEqual(['below.yaml']);
    repo.git(['update-ref', '-d', 'refs/heads/a/b']);
    repo.commit({ 'above.yaml': log() }, { branch: 'a' });
    expect(pathsOf(await readNow(above))).toEqual(['above.yaml']);
    repo.git(['update-ref', '-d', 'refs/heads/a']);
    repo.commit({ 'again.yaml': log() }, { branch: 'a/b' });
    expect(pathsOf(await readNow(below))).toEqual(['again.yaml']);
  });
});

describe('a git source whose mirror was left by a process that was killed', () => {
  const LOCKS = [
    'shallow.lock',
    'packed-refs.lock',
    'config.lock',
    'HEAD.lock',
    'index.lock',
    'FETCH_HEAD.lock',
  ];

  it('reads on beside every lock git knows, of the ref it writes too', async () => {
    using repo = createGitRepo();
    await using bench = createGitBench();
    const source = bench.create({ url: `file://${repo.path}` });
    repo.commit({ 'a.yaml': log() });
    await readNow(source);
    const mirror = mirrorOf(bench);
    const [own = ''] = readdirSync(join(mirror, 'refs/hookline'));
    for (const lock of [...LOCKS, `refs/hookline/${own}.lock`]) writeFileSync(join(mirror, lock), '');
    const left = ['tmp_pack_x', '.tmp-1-pack-x', 'pack-x.keep'].map((name) =>
      join(mirror, 'objects/pack', name),
    );
    for (const path of left) writeFileSync(path, 'half');
    repo.commit({ 'b.yaml': log() });
    expect(pathsOf(await readNow(source))).toEqual(['b.yaml']);
    expect(left.filter((path) => existsSync(path))).toEqual([]);
  });

  it('has the keys taken away that stood beside it, before anything is read', async () => {
    await using bench = createGitBench();
    const key = bench.state.write('git/keys-AbCdEf/key', 'a private key');
    bench.restart();
    expect(existsSync(dirname(key))).toBe(false);
  });

  it.each<[string, (mirror: string) => void]>([
    ['is empty', (mirror) => rmSync(mirror, { recursive: true })],
    [
      'is a file',
      (mirror) => {
        rmSync(mirror, { recursive: true });
        writeFileSync(mirror, '');
      },
    ],
    ['has no HEAD', (mirror) => rmSync(join(mirror, 'HEAD'))],
    ['has a broken config', (mirror) => writeFileSync(join(mirror, 'config'), '[core\n')],
    [
      'lost its objects',
      (mirror) => {
        rmSync(join(mirror, 'objects'), { recursive: true });
        mkdirSync(join(mirror, 'objects/pack'), { recursive: true });
      },
    ],
    [
      'has a pack that is cut off',
      (mirror) => {
        for (const name of readdirSync(join(mirror, 'objects/pack'), { encoding: 'utf8' }))
          if (name.endsWith('.pack')) truncateSync(join(mirror, 'objects/pack', name), 20);
      },
    ],
  ])('makes it anew when it %s, after one refusal at most', async (_how, damage) => {
    using repo = createGitRepo();
    await using bench = createGitBench();
    const first = bench.create({ url: `file://${repo.path}` });
    repo.commit({ 'a.yaml': log() });
    await readNow(first);
    damage(mirrorOf(bench));
    repo.commit({ 'b.yaml': log() });
    const source = bench.restart().create({ url: `file://${repo.path}` });
    let read: readonly string[] = [];
    for (let attempts = 0; attempts < 3 && read.length === 0; attempts += 1)
      read = await readNow(source).then(pathsOf, () => []);
    expect(read).toEqual(['b.yaml']);
  });
});

describe('a git source whose remote fails', () => {
  it('is refused by one that is down, cut off or hangs, and reads once it is well', async () => {
    using repo = createGitRepo();
    await using server = await startGitServer({ root: repo.parent });
    await using bench = createGitBench();
    const source = bench.create({ url: `${server.url}/hooks.git`, timeoutMs: 2_000 });
    repo.commit({ 'a.yaml': log() });
    server.mode = 'down';
    expect(await refusalOf(readNow(source))).toMatch(/^FetchFailed: .*503/);
    server.mode = 'cut';
    for (let n = 0; n < 3; n += 1) expect(await refusalOf(readNow(source))).toMatch(/^FetchFailed/);
    server.mode = 'hang';
    expect(await refusalOf(readNow(source))).toMatch(/^Timeout: Cannot fetch ".*": it took longer than 2 s$/);
    server.mode = 'well';
    expect(pathsOf(await readNow(source))).toEqual(['a.yaml']);
    server.mode = 'cut';
    repo.commit({ 'b.yaml': log() });
    expect(await refusalOf(readNow(source))).toMatch(/^FetchFailed/);
    server.mode = 'well';
    expect(pathsOf(await readNow(source))).toEqual(['b.yaml']);
  });

  it('is asked less and less often, and as usual once it is well', async () => {
    using repo = createGitRepo();
    await using server = await startGitServer({ root: repo.parent });
    await using bench = createGitBench();
    const source = bench.create({ url: `${server.url}/hooks.git`, intervalMs: 60_000 });
    repo.commit({ 'a.yaml': log() });
    server.mode = 'down';
    const reads: Promise<unknown>[] = [];
    source.watch(() => void reads.push(source.read({ live: null }).catch(() => undefined)));
    await source.read({ live: null }).catch(() => undefined);
    for (const waitMs of [5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]) {
      const before = reads.length;
      bench.clock.advance(waitMs - 1);
      expect(reads).toHaveLength(before);
      bench.clock.advance(1);
      expect(reads).toHaveLength(before + 1);
      await reads.at(-1);
    }
    server.mode = 'well';
    bench.clock.advance(300_000);
    await reads.at(-1);
    const before = reads.length;
    bench.clock.advance(60_000);
    expect(reads).toHaveLength(before + 1);
    await reads.at(-1);
  });

  it('is not asked between looks: what was read last is the answer', async () => {
    using repo = createGitRepo();
    await using server = await startGitServer({ root: repo.parent });
    await using bench = createGitBench();
    const source = bench.create({ url: `${server.url}/hooks.git` });
    repo.commit({ 'a.yaml': log() });
    const read = await source.read({ live: null });
    server.reset();
    for (let n = 0; n < 5; n += 1) expect(await source.read({ live: null })).toBe(read);
    expect(server.asked.requests).toBe(0);
  });
});

describe('git sources of one remote', () => {
  it('ask and fetch once for the same ref, and show the same commit', async () => {
    using repo = createGitRepo();
    await using server = await startGitServer({ root: repo.parent });
    await using bench = createGitBench();
    const url = `${server.url}/hooks.git`;
    const [one, two] = [bench.create({ url, path: 'one' }), bench.create({ url, path: 'two', name: 'two' })];
    repo.commit({ 'one/a.yaml': log(), 'two/b.yaml': log() });
    const sets = await Promise.all([readNow(one), readNow(two)]);
    expect(sets.map(pathsOf)).toEqual([['a.yaml'], ['b.yaml']]);
    expect(sets[0]?.revision).toBe(sets[1]?.revision);
    expect(server.asked.lists).toBe(1);
    server.reset();
    repo.commit({ 'one/c.yaml': log(), 'two/b.yaml': log() });
    one.refresh();
    const after = await Promise.all([one.read({ live: null }), two.read({ live: null })]);
    expect(after.map(({ revision }) => revision)).toEqual([after[0]?.revision, after[0]?.revision]);
    expect(server.asked.lists).toBe(1);
  });
});
