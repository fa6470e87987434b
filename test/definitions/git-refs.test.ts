import { describe, expect, it } from 'vitest';
import type { GitRef } from '../../src/source-settings.ts';
import { createGitRepo, type GitRepo } from '../helpers/git-repo.ts';
import { createGitBench, log, pathsOf, readNow, refusalOf } from '../helpers/git-source.ts';

/** A repository with a commit for each name: branches `main` and `a/b`, and tags. */
function createTaggedRepo(): { readonly repo: GitRepo; readonly shas: Readonly<Record<string, string>> } {
  const repo = createGitRepo();
  const shas: Record<string, string> = {};
  const commit = (name: string, branch = 'main'): string => {
    const sha = repo.commit({ [`${name}.yaml`]: log() }, { branch });
    shas[name] = sha;
    return sha;
  };
  for (const tag of ['v1.0.0', 'v1.2.0', 'v1.10.0', 'v2.0.0-rc.1', 'mono-1.0.0', 'nonsense'])
    repo.git(['tag', tag, commit(tag)]);
  commit('annotated');
  repo.git(['tag', '-a', '-m', 'a release', 'v1.11.0', 'main']);
  commit('branch', 'a/b');
  commit('main');
  return { repo, shas };
}

async function follow(repo: GitRepo, ref: GitRef): Promise<readonly [string, readonly string[]]> {
  await using bench = createGitBench();
  const files = await readNow(bench.create({ url: `file://${repo.path}`, ref }));
  return [files.revision, pathsOf(files)];
}

describe('what a git source follows', () => {
  it.each<[string, GitRef, string, string]>([
    ['a branch', { kind: 'branch', name: 'main' }, 'main', 'main'],
    ['a branch with a slash', { kind: 'branch', name: 'a/b' }, 'a/b', 'branch'],
    ['the default branch', { kind: 'head' }, 'main', 'main'],
    ['a tag', { kind: 'tag', name: 'v1.0.0' }, 'v1.0.0', 'v1.0.0'],
    ['an annotated tag', { kind: 'tag', name: 'v1.11.0' }, 'v1.11.0', 'annotated'],
    ['the highest in a range', { kind: 'semver', range: '1.x <1.11', tagPrefix: '' }, 'v1.10.0', 'v1.10.0'],
    ['the highest, annotated', { kind: 'semver', range: '^1', tagPrefix: 'v' }, 'v1.11.0', 'annotated'],
    [
      'a prerelease when it is asked for',
      { kind: 'semver', range: '>=2.0.0-0', tagPrefix: 'v' },
      'v2.0.0-rc.1',
      'v2.0.0-rc.1',
    ],
    [
      'a range behind a prefix',
      { kind: 'semver', range: '*', tagPrefix: 'mono-' },
      'mono-1.0.0',
      'mono-1.0.0',
    ],
  ])('is %s', async (_what, ref, label, name) => {
    const { repo, shas } = createTaggedRepo();
    using _repo = repo;
    expect(await follow(repo, ref)).toEqual([`${label}@sha1:${shas[name]}`, [`${name}.yaml`]]);
  });

  it('is a commit, which is asked for once', async () => {
    const { repo, shas } = createTaggedRepo();
    using _repo = repo;
    const sha = shas['v1.0.0'] ?? '';
    expect(await follow(repo, { kind: 'commit', sha })).toEqual([`commit@sha1:${sha}`, ['v1.0.0.yaml']]);
  });

  it.each<[string, GitRef, RegExp]>([
    [
      'a branch',
      { kind: 'branch', name: 'mian' },
      /^RefNotFound: Cannot find branch "mian" in "file:.*": it has main, a\/b$/,
    ],
    [
      'a tag',
      { kind: 'tag', name: 'v1.2' },
      /^RefNotFound: Cannot find tag "v1\.2" in ".*": it has v1\.2\.0, .* and \d more$/,
    ],
    ['a range', { kind: 'semver', range: '^7', tagPrefix: '' }, /^RefNotFound: Cannot find a tag in "\^7"/],
    ['a commit', { kind: 'commit', sha: '1'.repeat(40) }, /^RefNotFound: Cannot fetch/],
  ])('that is not there is said, with what is: %s', async (_what, ref, refusal) => {
    const { repo } = createTaggedRepo();
    using _repo = repo;
    await using bench = createGitBench();
    expect(await refusalOf(readNow(bench.create({ url: `file://${repo.path}`, ref })))).toMatch(refusal);
  });

  it('is no default branch where there is no commit', async () => {
    using repo = createGitRepo();
    await using bench = createGitBench();
    const source = bench.create({ url: `file://${repo.path}`, ref: { kind: 'head' } });
    expect(await refusalOf(readNow(source))).toMatch(/^RefNotFound: Cannot find the default branch/);
  });

  it.each<GitRef>([{ kind: 'head' }, { kind: 'branch', name: 'main' }])(
    'is not in a repository that names objects by SHA-256, which is said: %j',
    async (ref) => {
      using repo = createGitRepo({ objectFormat: 'sha256' });
      repo.commit({ 'a.yaml': log() });
      await using bench = createGitBench();
      expect(await refusalOf(readNow(bench.create({ url: `file://${repo.path}`, ref })))).toBe(
        `FetchFailed: Cannot follow "file://${repo.path}": it names objects by SHA-256, only SHA-1 can be followed`,
      );
    },
  );

  it('moves with a tag that is moved', async () => {
    const { repo, shas } = createTaggedRepo();
    using _repo = repo;
    await using bench = createGitBench();
    const source = bench.create({ url: `file://${repo.path}`, ref: { kind: 'tag', name: 'v1.0.0' } });
    await readNow(source);
    repo.git(['tag', '-f', 'v1.0.0', shas.main ?? '']);
    expect(pathsOf(await readNow(source))).toEqual(['main.yaml']);
  });
});
