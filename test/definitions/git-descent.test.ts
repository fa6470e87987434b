import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkDescent, type DescentOptions } from '../../src/definitions/git-descent.ts';
import { createGit } from '../../src/definitions/git-runner.ts';
import type { Notice } from '../../src/definitions/source.ts';
import { createGitRepo, GIT_TEST_ENV, type GitRepo } from '../helpers/git-repo.ts';
import { log, readNow, refusalOf } from '../helpers/git-source.ts';
import { createVerifyBench } from '../helpers/verify-bench.ts';

const FILES = { 'a.yaml': log() };

/** Commits by what they are to each other. */
type History = Readonly<
  Record<'first' | 'second' | 'third' | 'beside' | 'alone' | 'merge' | 'stranger', string>
>;

/** Three commits in a row, one beside them, one without a parent, a merge, and one that is in no repository. */
function createHistory(repo: GitRepo): History {
  const commit = (branch: string, parent: string | null): string =>
    repo.commit(FILES, { branch, parent, message: `${branch} of ${parent}` });
  const first = commit('main', null);
  const second = commit('main', first);
  const third = commit('main', second);
  const beside = commit('beside', second);
  const alone = commit('alone', null);
  const merge = repo.git(['commit-tree', '-m', 'merge', '-p', beside, '-p', third, `${third}^{tree}`]);
  return { first, second, third, beside, alone, merge, stranger: '1'.repeat(40) };
}

describe('checkDescent()', () => {
  it.each<[string, keyof History, keyof History | null]>([
    ['the commit after the live one', 'third', 'second'],
    ['one further on', 'third', 'first'],
    ['the live one itself', 'second', 'second'],
    ['a merge of it', 'merge', 'third'],
    ['anything when nothing is live', 'alone', null],
  ])('lets %s go on without a word', async (_what, next, live) => {
    using repo = createGitRepo();
    const shas = createHistory(repo);
    expect(await check(repo, { sha: shas[next], live: live && shas[live], allowRewind: false })).toBeNull();
  });

  it.each<[string, keyof History, keyof History]>([
    ['an earlier commit', 'first', 'third'],
    ['one beside the live one', 'beside', 'third'],
    ['one of another history', 'alone', 'third'],
    ['any when the repository does not have the live one', 'third', 'stranger'],
  ])('refuses %s, or says it where that is allowed', async (_what, next, live) => {
    using repo = createGitRepo();
    const shas = createHistory(repo);
    const asked = { sha: shas[next], live: shas[live] };
    const said = (which: string): string =>
      `Commit ${shas[next].slice(0, 12)} does not descend from ${shas[live].slice(0, 12)}, which ${which} live: history was rewritten`;
    await expect(check(repo, { ...asked, allowRewind: false })).rejects.toMatchObject({
      name: 'SourceError',
      reason: 'HistoryRewritten',
      message: `${said('is')}; set allow_rewind: true on the source if that is meant`,
    });
    expect(await check(repo, { ...asked, allowRewind: true })).toEqual({
      type: 'HistoryRewritten',
      status: 'True',
      reason: 'Rewound',
      message: said('was'),
    });
  });

  it('says nothing of history when git is ended', async () => {
    using repo = createGitRepo();
    const { third, first } = createHistory(repo);
    const git = createGit({ dir: repo.path, env: process.env, signal: AbortSignal.abort() });
    await expect(
      checkDescent(git, { sha: third, live: first, allowRewind: true, timeoutMs: 10_000 }),
    ).rejects.toMatchObject({ name: 'GitError' });
  });

  it('says nothing of history when the repository cannot be read', async () => {
    using repo = createGitRepo();
    const shas = createHistory(repo);
    const { third, first, second } = shas;
    loseCommit(repo.path, second);
    for (const allowRewind of [true, false])
      await expect(check(repo, { sha: third, live: first, allowRewind })).rejects.toMatchObject({
        name: 'GitError',
      });
  });
});

describe('a source whose branch is pushed by force', () => {
  it('refuses what does not go on from the live commit, and takes up what does', async () => {
    await using bench = createVerifyBench();
    const { shas, push } = createPushes(bench.repo);
    const source = bench.create(null, { allowRewind: false });
    const { third, first, beside, alone, merge } = shas;
    const live = (await readNow(source)).revision;
    expect(live).toBe(`main@sha1:${third}`);
    for (const sha of [first, beside, alone]) {
      push(sha);
      expect(await refusalOf(readNow(source, live))).toMatch(/^HistoryRewritten: /);
    }
    push(third);
    expect((await readNow(source, live)).revision).toBe(live);
    push(merge);
    expect((await readNow(source, live)).revision).toBe(`main@sha1:${merge}`);
    push(third);
    expect(await refusalOf(readNow(source, `main@sha1:${merge}`))).toMatch(/^HistoryRewritten: /);
  });

  it('follows where that is allowed, and says it for as long as that commit is the last', async () => {
    await using bench = createVerifyBench();
    const { shas, push } = createPushes(bench.repo);
    const source = bench.create(null, { allowRewind: true });
    const before = (await readNow(source)).revision;
    push(shas.first);
    const { revision } = await readNow(source, before);
    expect(revision).toBe(`main@sha1:${shas.first}`);
    for (const _look of [1, 2]) {
      expect(source.notices()).toMatchObject([
        { type: 'HistoryRewritten', status: 'True', reason: 'Rewound' },
      ]);
      await readNow(source, revision);
    }
    push(shas.third);
    expect((await readNow(source, revision)).revision).toBe(before);
    expect(source.notices()).toEqual([]);
  });

  it('holds a commit against what was live before a restart, which a new mirror may not have', async () => {
    await using bench = createVerifyBench();
    const { shas, push } = createPushes(bench.repo);
    const live = (await readNow(bench.create(null, { allowRewind: false }))).revision;
    push(shas.alone);
    expect(await refusalOf(readNow(bench.create(null, { allowRewind: false }), live))).toMatch(
      /^HistoryRewritten: /,
    );
    rmSync(join(bench.state, 'git'), { recursive: true });
    const anew = bench.create(null, { allowRewind: false });
    expect(await refusalOf(readNow(anew, live))).toMatch(/^HistoryRewritten: /);
    push(shas.third);
    expect((await readNow(anew, live)).revision).toBe(live);
  });
});

describe('a mirror with a hole in its history', () => {
  it('is made anew, and what goes on from the live commit is taken up', async () => {
    await using bench = createVerifyBench();
    const shas = createHistory(bench.repo);
    await readNow(bench.create(null, { allowRewind: false }));
    const [mirror = ''] = globSync(join(bench.state, 'git', '*'));
    loseCommit(mirror, shas.second);
    const source = bench.create(null, { allowRewind: false });
    const live = `main@sha1:${shas.first}`;
    expect(await refusalOf(readNow(source, live))).toMatch(/^Unreadable: /);
    expect((await readNow(source, live)).revision).toBe(`main@sha1:${shas.third}`);
  });
});

/** Where `main` may be pushed to; it is at the third commit. */
function createPushes(repo: GitRepo): { readonly shas: History; push(sha: string): void } {
  const shas = createHistory(repo);
  return { shas, push: (sha) => void repo.git(['update-ref', 'refs/heads/main', sha]) };
}

/** Takes a commit out of a repository, as a disk does that rots. */
function loseCommit(dir: string, sha: string): void {
  const packs = join(dir, 'objects', 'pack');
  const contents = globSync(join(packs, '*.pack')).map((pack) => readFileSync(pack));
  rmSync(packs, { recursive: true, force: true });
  mkdirSync(packs);
  for (const input of contents)
    execFileSync('git', [`--git-dir=${dir}`, 'unpack-objects', '-q'], { input, env: GIT_TEST_ENV });
  rmSync(join(dir, 'objects', sha.slice(0, 2), sha.slice(2)));
}

function check(repo: GitRepo, options: Omit<DescentOptions, 'timeoutMs'>): Promise<Notice | null> {
  const git = createGit({ dir: repo.path, env: process.env });
  return checkDescent(git, { ...options, timeoutMs: 10_000 });
}
