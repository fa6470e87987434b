import { describe, expect, it } from 'vitest';
import { createGitRepo } from '../helpers/git-repo.ts';
import { startGitServer } from '../helpers/git-server.ts';
import { createGitBench, log, pathsOf, readNow } from '../helpers/git-source.ts';

/** What a check has found that has nothing against a commit. */
const AGREED = { notices: [], refusal: null };

describe('a git source', () => {
  it('reads what is committed, changed and removed', async () => {
    using repo = createGitRepo();
    await using bench = createGitBench();
    const source = bench.create({ url: `file://${repo.path}` });
    const first = repo.commit({ 'a.yaml': log(), 'team/b.yaml': log(), 'notes.txt': 'none' });
    const read = await readNow(source);
    expect(pathsOf(read)).toEqual(['a.yaml', 'team/b.yaml']);
    expect(read).toMatchObject({
      revision: `main@sha1:${first}`,
      commit: {
        sha: first,
        author: 'Ada <ada@example.com>',
        at: 1767225660000,
        subject: 'Change hooks',
      },
      files: [
        { definitions: [{ origin: { source: `git:file://${repo.path}`, owner: 'hooks', file: 'a.yaml' } }] },
        {},
      ],
    });
    const second = repo.commit({ 'a.yaml': log(), 'c.yaml': log('snooze: 1\n') });
    const next = await readNow(source);
    expect([next.revision, pathsOf(next)]).toEqual([`main@sha1:${second}`, ['a.yaml', 'c.yaml']]);
    expect(next.files[0]).toBe(read.files[0]);
  });

  it('costs one question while nothing changes, and parses nothing', async () => {
    using repo = createGitRepo();
    await using server = await startGitServer({ root: repo.parent });
    await using bench = createGitBench();
    const source = bench.create({ url: `${server.url}/hooks.git` });
    repo.commit({ 'a.yaml': log() });
    const before = await readNow(source);
    server.reset();
    const after = await readNow(source);
    expect(server.asked).toEqual({ lists: 1, packs: 0, requests: 2 });
    expect(after.files).toBe(before.files);
  });

  it('is asked once by two sources, and both show one commit', async () => {
    using repo = createGitRepo();
    await using server = await startGitServer({ root: repo.parent });
    await using bench = createGitBench();
    const url = `${server.url}/hooks.git`;
    const one = bench.create({ url, name: 'one', path: 'one' });
    const other = bench.create({ url, name: 'other', path: 'other' });
    const tree = (extra: string) => ({ 'one/a.yaml': log(extra), 'other/b.yaml': log(extra) });
    repo.commit(tree(''));
    await Promise.all([one.read({ live: null }), other.read({ live: null })]);
    expect(server.asked.lists).toBe(1);

    for (const order of [
      [one, other],
      [other, one],
    ] as const) {
      const sha = repo.commit(tree(`description: "${Math.random()}"\n`));
      server.reset();
      order[0].refresh();
      const reads = await Promise.all(order.map((source) => source.read({ live: null })));
      expect(reads.map(({ revision }) => revision)).toEqual([`main@sha1:${sha}`, `main@sha1:${sha}`]);
      expect(server.asked.lists).toBe(1);
    }
    const sha = repo.commit(tree('snooze: 5\n'));
    await readNow(one);
    server.reset();
    expect((await other.read({ live: null })).revision).toBe(`main@sha1:${sha}`);
    expect(server.asked.lists).toBe(0);
  });

  it('hints at once when its interval ended before anyone watched', async () => {
    using repo = createGitRepo();
    await using bench = createGitBench();
    repo.commit({ 'a.yaml': log() });
    const source = bench.create({ url: `file://${repo.path}` });
    await source.read({ live: null });
    bench.clock.advance(60_000);
    const sha = repo.commit({ 'b.yaml': log() });
    let hints = 0;
    source.watch(() => {
      hints += 1;
    });
    expect(hints).toBe(1);
    expect((await source.read({ live: null })).revision).toBe(`main@sha1:${sha}`);
    bench.clock.advance(60_000);
    expect(hints).toBe(2);
  });

  it('has what it fetched agreed to anew when another revision has gone live meanwhile', async () => {
    using repo = createGitRepo();
    await using bench = createGitBench();
    const first = repo.commit({ 'a.yaml': log() });
    const second = repo.commit({ 'b.yaml': log() });
    const lives: (string | null)[] = [];
    const source = bench.create({ url: `file://${repo.path}` }, async ({ live }) => {
      lives.push(live);
      return AGREED;
    });
    const { readAt } = await source.read({ live: null });
    bench.clock.advance(1_000);
    for (const sha of [second, first, first])
      expect(await source.read({ live: `main@sha1:${sha}` })).toMatchObject({ readAt });
    expect(lives).toEqual([null, first]);
  });
});
