import { existsSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startSshServer } from '../helpers/git-daemons.ts';
import { createGitRepo } from '../helpers/git-repo.ts';
import { startGitServer } from '../helpers/git-server.ts';
import { createGitBench, log, NOTHING_FOUND, pathsOf, readNow, refusalOf } from '../helpers/git-source.ts';
import { createHangingGit } from '../helpers/hanging-git.ts';

/** The packs of the one mirror of a state directory. */
function packsOf(state: string): string {
  const root = join(state, 'git');
  return join(root, readdirSync(root)[0] ?? '', 'objects', 'pack');
}

function countPacks(state: string): number {
  return readdirSync(packsOf(state)).filter((name) => name.endsWith('.pack')).length;
}

describe('a mirror', () => {
  it('whose packs were cut off is made anew', async () => {
    using repo = createGitRepo();
    await using bench = createGitBench();
    const source = bench.create({ url: `file://${repo.path}` });
    repo.commit({ 'a.yaml': log() });
    await readNow(source);
    const packs = packsOf(bench.state.path);
    for (const name of readdirSync(packs)) {
      rmSync(join(packs, name));
      writeFileSync(join(packs, name), 'PACK');
    }
    repo.commit({ 'b.yaml': log() });
    expect(await refusalOf(readNow(source))).toMatch(/^(?:FetchFailed|Unreadable)/);
    expect(pathsOf(await readNow(source))).toEqual(['b.yaml']);
  });

  it('has few packs after many changes', async () => {
    using repo = createGitRepo();
    await using bench = createGitBench();
    const source = bench.create({ url: `file://${repo.path}` });
    for (let change = 1; change <= 22; change += 1) {
      repo.commit({ 'a.yaml': log(`snooze: ${change}\n`) });
      await readNow(source);
    }
    expect(countPacks(bench.state.path)).toBeLessThan(55);
  });

  it('of a remote that gives out no single objects has everything, and is added to', async () => {
    using repo = createGitRepo();
    await using server = await startSshServer();
    await using bench = createGitBench();
    const auth = { kind: 'ssh', key: server.key, knownHosts: server.knownHosts() } as const;
    const url = `ssh://${userInfo().username}@127.0.0.1:${server.port}${repo.path}`;
    repo.commit({ 'a.yaml': log() });
    expect(pathsOf(await readNow(bench.create({ url, auth })))).toEqual(['a.yaml']);
    expect(countPacks(bench.state.path)).toBe(1);
    bench.restart();
    repo.commit({ 'b.yaml': log(), 'c/d.yaml': log('snooze: 1\n') });
    expect(pathsOf(await readNow(bench.create({ url, auth, path: 'c' })))).toEqual(['d.yaml']);
    expect(countPacks(bench.state.path)).toBe(2);
  });

  it('of an sshd that passes the version of the protocol on has no more than was read', async () => {
    using repo = createGitRepo();
    await using server = await startSshServer({ takesProtocol: true });
    await using bench = createGitBench();
    const auth = { kind: 'ssh', key: server.key, knownHosts: server.knownHosts() } as const;
    const url = `ssh://${userInfo().username}@127.0.0.1:${server.port}${repo.path}`;
    repo.commit({ 'a.yaml': log() });
    expect(pathsOf(await readNow(bench.create({ url, auth })))).toEqual(['a.yaml']);
    expect(countPacks(bench.state.path)).toBe(3);
  });

  it('that holds the commit that is followed needs no remote, after a restart too', async () => {
    using repo = createGitRepo();
    await using server = await startGitServer({ root: repo.parent });
    await using bench = createGitBench();
    const sha = repo.commit({ 'a.yaml': log() });
    const settings = { url: `${server.url}/hooks.git`, ref: { kind: 'commit', sha } } as const;
    await readNow(bench.create(settings));
    server.mode = 'down';
    bench.restart();
    expect(pathsOf(await readNow(bench.create(settings)))).toEqual(['a.yaml']);
  });

  it('that closes lets go of a remote that hangs', async () => {
    using repo = createGitRepo();
    await using server = await startGitServer({ root: repo.parent });
    await using bench = createGitBench();
    server.mode = 'hang';
    const refused = refusalOf(readNow(bench.create({ url: `${server.url}/hooks.git` })));
    await expect.poll(() => server.asked.requests).toBeGreaterThan(0);
    await bench.mirrors.close();
    expect(await refused).toMatch(/^FetchFailed/);
  });

  it('is asked again for what was pushed while it was asked', async () => {
    using repo = createGitRepo();
    await using bench = createGitBench();
    repo.commit({ 'a.yaml': log() });
    let last = '';
    const source = bench.create({ url: `file://${repo.path}` }, async () => {
      if (last === '') {
        last = repo.commit({ 'b.yaml': log() });
        source.refresh();
      }
      return NOTHING_FOUND;
    });
    await source.read({ live: null });
    expect((await source.read({ live: null })).revision).toBe(`main@sha1:${last}`);
  });

  it('reaches no remote for who checks a commit', async () => {
    using repo = createGitRepo();
    await using bench = createGitBench();
    repo.commit({ 'a.yaml': log() });
    const source = bench.create({ url: `file://${repo.path}` }, async ({ git, timeoutMs }) => {
      await expect(git.run({ args: ['ls-remote', repo.path], timeoutMs })).rejects.toThrow(/not allowed/);
      return NOTHING_FOUND;
    });
    expect(pathsOf(await readNow(source))).toEqual(['a.yaml']);
  });

  it('refuses a tag that is of no commit', async () => {
    using repo = createGitRepo();
    await using bench = createGitBench();
    repo.git(['tag', 'tree', `${repo.commit({ 'a.yaml': log() })}^{tree}`]);
    const source = bench.create({ url: `file://${repo.path}`, ref: { kind: 'tag', name: 'tree' } });
    expect(await refusalOf(readNow(source))).toMatch(/^RefNotFound: .*it is a tree, no commit$/);
  });
});

describe('a mirror whose command was ended', () => {
  /** A file that no mirror has which was made anew. */
  const MARK = 'mark';

  it('is the same after a stop while it is opened, and after one of who waited for that', async () => {
    using repo = createGitRepo();
    using git = createHangingGit();
    await using bench = createGitBench({ PATH: git.path });
    const url = `file://${repo.path}`;
    const ref = { kind: 'commit', sha: repo.commit({ 'a.yaml': log() }) } as const;
    await readNow(bench.create({ url, ref }));
    const mark = join(packsOf(bench.state.path), MARK);
    writeFileSync(mark, '');
    git.hangAt('init');
    bench.restart();
    const [one, two] = [bench.create({ url }), bench.create({ url, ref })];
    const refused = [refusalOf(readNow(one)), refusalOf(readNow(two))];
    await git.hung();
    await bench.mirrors.close();
    expect(await Promise.all(refused)).toEqual([
      expect.stringMatching(/^Unreadable: /),
      expect.stringMatching(/^Unreadable: /),
    ]);
    expect(existsSync(mark)).toBe(true);
  });

  it.each(['init', 'ls-tree'])('is the same after a %s that took too long', async (command) => {
    using repo = createGitRepo();
    using git = createHangingGit();
    await using bench = createGitBench({ PATH: git.path });
    const url = `file://${repo.path}`;
    repo.commit({ 'a.yaml': log() });
    await readNow(bench.create({ url }));
    const mark = join(packsOf(bench.state.path), MARK);
    writeFileSync(mark, '');
    git.hangAt(command);
    bench.restart();
    const refused = await refusalOf(readNow(bench.create({ url, timeoutMs: 2_000 })));
    expect(refused).toMatch(/^Timeout: /);
    expect(existsSync(mark)).toBe(true);
    git.hangAt('');
    expect(pathsOf(await readNow(bench.create({ url })))).toEqual(['a.yaml']);
    expect(existsSync(mark)).toBe(true);
  });

  it('is the same when there is no git for a while', async () => {
    using repo = createGitRepo();
    await using bench = createGitBench();
    const url = `file://${repo.path}`;
    repo.commit({ 'a.yaml': log() });
    await readNow(bench.create({ url }));
    const mark = join(packsOf(bench.state.path), MARK);
    writeFileSync(mark, '');
    bench.env.PATH = bench.state.path;
    const refused = await refusalOf(readNow(bench.restart().create({ url })));
    expect(refused).toMatch(/^Unreadable: .*git cannot be run/);
    expect(existsSync(mark)).toBe(true);
  });

  it('is made anew where git was ended while it said what it cannot read', async () => {
    using repo = createGitRepo();
    await using bench = createGitBench();
    const url = `file://${repo.path}`;
    repo.commit({ 'a.yaml': log() });
    await readNow(bench.create({ url }));
    const packs = packsOf(bench.state.path);
    // git looks for what is not in them by asking for it, and again for what that would need.
    for (const name of readdirSync(packs)) if (name.endsWith('.pack')) truncateSync(join(packs, name), 20);
    repo.commit({ 'b.yaml': log() });
    const source = bench.restart().create({ url, timeoutMs: 3_000 });
    expect(await refusalOf(readNow(source))).toMatch(/^(?:Timeout|Unreadable): /);
    expect(pathsOf(await readNow(source))).toEqual(['b.yaml']);
  });
});
