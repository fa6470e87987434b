import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createGitRepo, type GitRepo } from '../helpers/git-repo.ts';
import { createGitBench, log, pathsOf, readNow, refusalOf } from '../helpers/git-source.ts';

/** Writes a tree of entries as they are, which git itself would refuse to make of files; answers a commit of it. */
function commitTree(
  repo: GitRepo,
  entries: readonly (readonly [mode: string, name: string | Buffer, oid: string])[],
): string {
  const body = Buffer.concat(
    entries.map(([mode, name, oid]) =>
      Buffer.concat([Buffer.from(`${mode} `), Buffer.from(name), Buffer.from([0]), Buffer.from(oid, 'hex')]),
    ),
  );
  const tree = repo.git(['hash-object', '-t', 'tree', '-w', '--stdin', '--literally'], body);
  const sha = repo.git(['commit-tree', '-m', 'Hostile', tree]);
  repo.git(['update-ref', 'refs/heads/main', sha]);
  return tree;
}

function blobOf(repo: GitRepo, content: string): string {
  return repo.git(['hash-object', '-w', '--stdin'], content);
}

describe('the files of a git source', () => {
  it('are those below its directory, with the right ending, without dot files and tests', async () => {
    using repo = createGitRepo();
    await using bench = createGitBench();
    repo.commit({
      'hooks/a.yaml': log(),
      'hooks/b/c.yml': log(),
      'hooks/d.JSON': '{"source":"crud","handler":"log"}',
      'hooks/a.test.yaml': 'kind: HookTest',
      'hooks/b/c.test.yml': 'kind: HookTest',
      'hooks/.hidden.yaml': log(),
      'hooks/.git-crypt/x.yaml': log(),
      'hooks/readme.md': '# none',
      'beside.yaml': log(),
      'hooks2/e.yaml': log(),
    });
    const source = bench.create({ url: `file://${repo.path}`, path: 'hooks' });
    const { files } = await readNow(source);
    expect(files.map(({ path }) => path)).toEqual(['a.yaml', 'b/c.yml', 'd.JSON']);
    expect(files.flatMap(({ definitions }) => definitions.map(({ definition }) => definition.name))).toEqual([
      'a',
      'b/c',
      'd',
    ]);
  });

  it.each([
    ['nowhere', 'the commit has no such directory'],
    ['hooks/a.yaml', 'it is no directory in the commit'],
  ])('are not below %s: that is said', async (path, why) => {
    using repo = createGitRepo();
    await using bench = createGitBench();
    repo.commit({ 'hooks/a.yaml': log() });
    expect(await refusalOf(readNow(bench.create({ url: `file://${repo.path}`, path })))).toBe(
      `PathNotFound: Cannot read "${path}": ${why}`,
    );
  });

  it('are what the revision says: the bytes are those of its tree', async () => {
    using repo = createGitRepo();
    await using bench = createGitBench();
    const source = bench.create({ url: `file://${repo.path}` });
    for (let n = 0; n < 5; n += 1) {
      repo.commit({ 'a.yaml': log(`description: "${n}"\n`), [`b${n}.yaml`]: log(), 'same.yaml': log() });
      const { revision, files } = await readNow(source);
      const sha = revision.replace('main@sha1:', '');
      const served = files.map(({ path, bytes }) => {
        const oid = createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
        return `100644 blob ${oid}\t${path}`;
      });
      expect(served.join('\n')).toBe(repo.git(['ls-tree', '-r', sha]));
    }
  });

  it('are parsed again only where their bytes changed', async () => {
    using repo = createGitRepo();
    await using bench = createGitBench();
    const source = bench.create({ url: `file://${repo.path}` });
    repo.commit({ 'a.yaml': log(), 'b.yaml': log(), 'c.yaml': log('snooze: 1\n') });
    const before = await readNow(source);
    repo.commit({ 'a.yaml': log(), 'b.yaml': log('snooze: 2\n'), 'c.yaml': log('snooze: 1\n') });
    const after = await readNow(source);
    expect(after.files.map((file, index) => file === before.files[index])).toEqual([true, false, true]);
  });

  it('are not parsed again when they were kept over a restart', async () => {
    using repo = createGitRepo();
    await using bench = createGitBench();
    repo.commit({ 'a.yaml': log(), 'b.yaml': log() });
    const source = bench.create({ url: `file://${repo.path}` });
    const files = ['a.yaml', 'b.yaml'].map((path) => ({ path, bytes: Buffer.from(log()) }));
    const restored = await source.restore({ revision: 'main@sha1:1', commit: null, files });
    const read = await readNow(source);
    expect(read.files.map((file, index) => file === restored.files[index])).toEqual([true, true]);
  });

  it('say that one is a pointer of LFS', async () => {
    using repo = createGitRepo();
    await using bench = createGitBench();
    repo.commit({ 'a.yaml': 'version https://git-lfs.github.com/spec/v1\noid sha256:4d\nsize 1\n' });
    const { files } = await readNow(bench.create({ url: `file://${repo.path}` }));
    expect(files[0]?.problems).toMatchObject([{ code: 'lfs_pointer' }]);
  });
});

describe('a tree that was made to do harm', () => {
  it('has no links, submodules, dots or names that are no text', async () => {
    using repo = createGitRepo();
    await using bench = createGitBench();
    const good = blobOf(repo, log());
    const link = blobOf(repo, '/etc/passwd');
    const nested = repo.git(['mktree'], `100644 blob ${good}\tx.yaml\n`);
    commitTree(repo, [
      ['100644', '..', good],
      ['40000', '.git', nested],
      ['100644', '.yaml', good],
      ['100644', 'a.yaml', good],
      ['100644', Buffer.from([0x62, 0xff, 0x2e, 0x79, 0x6d, 0x6c]), good],
      ['120000', 'link.yaml', link],
      ['160000', 'module.yaml', good],
      ['100644', 'new\nline.yaml', good],
      ['100755', 'run.yaml', good],
      ['100644', '"quoted".yaml', good],
    ]);
    const read = await readNow(bench.create({ url: `file://${repo.path}` }));
    expect(pathsOf(read)).toEqual(['"quoted".yaml', 'a.yaml', 'new\nline.yaml', 'run.yaml']);
    expect(read.files.flatMap(({ problems }) => problems.map(({ code }) => code))).toEqual([
      'name_missing',
      'name_missing',
    ]);
  });

  it('has no path that leaves it by its names', async () => {
    using repo = createGitRepo();
    await using bench = createGitBench();
    const good = blobOf(repo, log());
    const inner = repo.git(['mktree'], `100644 blob ${good}\tx.yaml\n`);
    commitTree(repo, [
      ['40000', '..', inner],
      ['40000', 'a', inner],
    ]);
    expect(pathsOf(await readNow(bench.create({ url: `file://${repo.path}` })))).toEqual(['a/x.yaml']);
  });

  it('stops no other file by one that is an alias bomb, too large, or not UTF-8', async () => {
    using repo = createGitRepo();
    await using bench = createGitBench();
    const bomb = `l0: &l0 [x, x, x, x, x, x, x, x, x]\n${Array.from({ length: 9 }, (_, n) => `l${n + 1}: &l${n + 1} [${`*l${n}, `.repeat(8)}*l${n}]\n`).join('')}`;
    repo.commit({
      'bomb.yaml': bomb,
      'good.yaml': log(),
      'huge.yaml': randomBytes(3 * 1024 * 1024),
      'bytes.yaml': Buffer.from([0xff, 0xfe]),
    });
    const { files } = await readNow(bench.create({ url: `file://${repo.path}` }));
    expect(files.map(({ path, problems }) => [path, problems[0]?.code ?? null])).toEqual([
      ['bomb.yaml', 'yaml_alias_limit'],
      ['bytes.yaml', 'file_not_utf8'],
      ['good.yaml', null],
      ['huge.yaml', 'file_too_large'],
    ]);
  });

  it('does not fetch what is beside its directory: 200 MB stay where they are', async () => {
    using repo = createGitRepo();
    await using bench = createGitBench();
    // Noise does not get smaller, and trying takes git longer than all else here.
    for (const key of ['core.compression', 'pack.compression']) repo.git(['config', key, '0']);
    const noise = Buffer.concat(Array.from({ length: 200 }, () => randomBytes(1024 * 1024)));
    repo.commit({ 'hooks/a.yaml': log(), 'video.bin': noise });
    const source = bench.create({ url: `file://${repo.path}`, path: 'hooks' });
    expect(pathsOf(await readNow(source))).toEqual(['a.yaml']);
    const kib = Number(
      execFileSync('du', ['-sk', join(bench.state.path, 'git')], { encoding: 'utf8' }).split('\t')[0],
    );
    expect(kib).toBeLessThan(1_024);
  });

  it('of more files than a source may have is refused', async () => {
    using repo = createGitRepo();
    await using bench = createGitBench();
    const blob = blobOf(repo, log());
    const names = Array.from({ length: 50_001 }, (_, n) => `100644 blob ${blob}\t${n}.yaml\n`);
    const tree = repo.git(['mktree'], names.join(''));
    repo.git(['update-ref', 'refs/heads/main', repo.git(['commit-tree', '-m', 'Many', tree])]);
    expect(await refusalOf(readNow(bench.create({ url: `file://${repo.path}` })))).toMatch(
      /^Unreadable: Cannot read "": it has more files than a source may have \(50000 of definitions\)$/,
    );
  });

  it('of 10,000 files is read, and then what changed of it', async () => {
    using repo = createGitRepo();
    await using bench = createGitBench();
    const files = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, n) => [`d${n % 100}/${n}.yaml`, log(`snooze: ${n}\n`)]),
    );
    repo.commit(files);
    const source = bench.create({ url: `file://${repo.path}` });
    const before = await readNow(source);
    expect(before.files).toHaveLength(10_000);
    repo.commit({ ...files, 'd0/0.yaml': log('snooze: 77\n') });
    const after = await readNow(source);
    const known = new Set(before.files);
    expect(after.files.filter((file) => !known.has(file)).map(({ path }) => path)).toEqual(['d0/0.yaml']);
  }, 60_000);
});
