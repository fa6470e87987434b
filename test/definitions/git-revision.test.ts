import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MAX_FILE_BYTES } from '../../src/definitions/file-text.ts';
import { type RevisionPath, readRevision, resolveRevision } from '../../src/definitions/git-revision.ts';
import { createGit, type Git } from '../../src/definitions/git-runner.ts';
import { createLocalRepository, type LocalRepository } from '../helpers/local-repository.ts';

function gitOf({ path }: LocalRepository): Git {
  return createGit({ dir: join(path, '.git'), env: process.env });
}

async function textsOf(repository: LocalRepository, at: Partial<RevisionPath> = {}) {
  const { files } = await readRevision(gitOf(repository), { revision: 'main', path: 'hooks.d', ...at });
  return Object.fromEntries(files.map(({ path, bytes }) => [path, bytes.toString('utf8')]));
}

describe('readRevision()', () => {
  it('reads what was committed, whatever is checked out, staged or written over it', async () => {
    using repository = createLocalRepository();
    repository.write('hooks.d/a.yaml', 'one');
    const first = repository.commit();
    repository.git('tag', 'v1');
    repository.write('hooks.d/a.yaml', 'two');
    repository.commit();
    repository.write('hooks.d/a.yaml', 'three');
    repository.git('add', '-A');
    repository.write('hooks.d/b.yaml', 'not committed');
    expect(await textsOf(repository)).toEqual({ 'a.yaml': 'two' });
    expect(await textsOf(repository, { revision: 'HEAD~1' })).toEqual({ 'a.yaml': 'one' });
    expect((await readRevision(gitOf(repository), { revision: 'v1', path: 'hooks.d' })).commit).toBe(first);
    expect(await textsOf(repository, { path: '' })).toEqual({ 'hooks.d/a.yaml': 'two' });
  });

  it('takes definition files only, in the order of their paths, and no dot files', async () => {
    using repository = createLocalRepository();
    for (const file of [
      'team/z.yml',
      'b.json',
      'a.yaml',
      'ä\nb.yaml',
      '.hidden.yaml',
      '.dir/x.yaml',
      'README.md',
    ])
      repository.write(`hooks.d/${file}`, file);
    repository.commit();
    expect(Object.keys(await textsOf(repository))).toEqual(['a.yaml', 'b.json', 'team/z.yml', 'ä\nb.yaml']);
  });

  it('has no links, whatever they lead to, as a source of git has none', async () => {
    using repository = createLocalRepository();
    repository.write('hooks.d/real.yaml', 'inside');
    symlinkSync('real.yaml', join(repository.path, 'hooks.d/link.yaml'));
    symlinkSync('/etc/hosts', join(repository.path, 'hooks.d/root.yaml'));
    symlinkSync('loop.yaml', join(repository.path, 'hooks.d/loop.yaml'));
    symlinkSync('hooks.d', join(repository.path, 'all'));
    repository.commit();
    expect(await textsOf(repository)).toEqual({ 'real.yaml': 'inside' });
    await expect(textsOf(repository, { path: 'all' })).rejects.toMatchObject({
      reason: 'PathNotFound',
      message: 'Cannot read revision "main": Cannot read "all": it is no directory in the commit',
    });
  });

  it('reads a repository that names objects by SHA-256', async () => {
    using repository = createLocalRepository({ objectFormat: 'sha256' });
    repository.write('hooks.d/a.yaml', 'one');
    repository.commit();
    expect(await textsOf(repository)).toEqual({ 'a.yaml': 'one' });
  });

  it('does not read a file that is larger than any definition, and lets the loader say so', async () => {
    using repository = createLocalRepository();
    repository.write('hooks.d/large.yaml', 'x'.repeat(MAX_FILE_BYTES * 2));
    repository.write('hooks.d/empty.yaml', '');
    repository.write('hooks.d/same.yaml', '');
    repository.commit();
    const { files } = await readRevision(gitOf(repository), { revision: 'main', path: 'hooks.d' });
    expect(files.map(({ bytes }) => bytes.length)).toEqual([0, MAX_FILE_BYTES + 1, 0]);
  });

  it('says which revision or directory is not there', async () => {
    using repository = createLocalRepository();
    repository.write('hooks.d/a.yaml', 'one');
    repository.commit();
    await expect(textsOf(repository, { revision: 'v9' })).rejects.toMatchObject({ reason: 'RefNotFound' });
    for (const path of ['nowhere', 'hooks.d/a.yaml'])
      await expect(textsOf(repository, { path })).rejects.toMatchObject({ reason: 'PathNotFound' });
  });
});

describe('resolveRevision()', () => {
  it.each(['', 'v9', '-x', '--all', '^main', 'main..main', 'main:a.yaml', 'a b', 'main~9'])(
    'finds no commit by the name %j',
    async (name) => {
      using repository = createLocalRepository();
      repository.write('a.yaml', 'one');
      repository.commit();
      expect(await resolveRevision(gitOf(repository), name)).toBe(null);
      expect(await resolveRevision(gitOf(repository), 'main')).toMatch(/^[0-9a-f]{40}$/);
    },
  );
});
