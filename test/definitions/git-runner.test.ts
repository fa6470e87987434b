import { describe, expect, it } from 'vitest';
import { createGit } from '../../src/definitions/git-runner.ts';
import { createGitRepo } from '../helpers/git-repo.ts';

describe('createGit()', () => {
  it('reads the object that is asked for, whatever the repository says stands for it', async () => {
    using repo = createGitRepo();
    const first = repo.commit({ 'a.yaml': 'one' });
    const second = repo.commit({ 'a.yaml': 'two' });
    repo.git(['replace', second, first]);
    const git = createGit({ dir: repo.path, env: process.env });
    const { stdout } = await git.run({ args: ['cat-file', 'blob', `${second}:a.yaml`], timeoutMs: 20_000 });
    expect([stdout.toString(), repo.git(['cat-file', 'blob', `${second}:a.yaml`])]).toEqual(['two', 'one']);
  });
});
