import { describe, expect, it } from 'vitest';
import type { CommitState } from '../../src/commit-status/commit-status.ts';
import { isSameStateAtGitLab, toStatusRequest } from '../../src/commit-status/hosts.ts';
import type { CommitStatusSettings } from '../../src/source-settings.ts';

const SHA = '4'.repeat(40);
const STATES = ['pending', 'success', 'failure', 'error'] as const;

function toRequest(settings: Partial<CommitStatusSettings>, state: CommitState = 'success') {
  const complete = {
    host: 'github',
    api: 'https://host.example/api',
    repository: 'acme/hooks',
    token: '{vault://env/token}',
    context: 'hookline',
    ...settings,
  } as const;
  return toStatusRequest(complete, { status: { sha: SHA, state, description: 'text' }, token: 't0ken' });
}

describe('toStatusRequest()', () => {
  it('posts to GitHub as its documentation says', () => {
    const request = toRequest({ host: 'github', api: 'https://api.github.com' });
    expect(request.method).toBe('POST');
    expect(request.url).toBe(`https://api.github.com/repos/acme/hooks/statuses/${SHA}`);
    expect(request.headers).toMatchObject({
      authorization: 'Bearer t0ken',
      accept: 'application/vnd.github+json',
      'x-github-api-version': '2022-11-28',
      'content-type': 'application/json',
      'user-agent': expect.stringMatching(/^hookline\/\d/),
    });
    expect(JSON.parse(request.body)).toEqual({ state: 'success', context: 'hookline', description: 'text' });
  });

  it('posts to GitLab with the path of the project as one segment, and calls the context its name', () => {
    const request = toRequest({
      host: 'gitlab',
      api: 'https://gitlab.com/api/v4',
      repository: 'acme/team/hooks',
    });
    expect(request.url).toBe(`https://gitlab.com/api/v4/projects/acme%2Fteam%2Fhooks/statuses/${SHA}`);
    expect(request.headers).toMatchObject({ 'private-token': 't0ken', 'content-type': 'application/json' });
    expect(request.headers).not.toHaveProperty('authorization');
    expect(JSON.parse(request.body)).toEqual({ state: 'success', name: 'hookline', description: 'text' });
  });

  it('posts to Gitea and Forgejo with their own kind of credentials', () => {
    const request = toRequest({ host: 'gitea', api: 'https://git.example/api/v1' });
    expect(request.url).toBe(`https://git.example/api/v1/repos/acme/hooks/statuses/${SHA}`);
    expect(request.headers).toMatchObject({ authorization: 'token t0ken' });
    expect(JSON.parse(request.body)).toEqual({ state: 'success', context: 'hookline', description: 'text' });
  });

  it.each([
    ['github', ['pending', 'success', 'failure', 'error']],
    ['gitlab', ['pending', 'success', 'failed', 'failed']],
    ['gitea', ['pending', 'success', 'failure', 'error']],
  ] as const)('has the words of %s for every state', (host, words) => {
    const said = STATES.map((state) => JSON.parse(toRequest({ host }, state).body).state);
    expect(said).toEqual(words);
  });

  it.each(['github', 'gitlab', 'gitea'] as const)(
    'sends no part of a name of %s anywhere else than into its path',
    (host) => {
      const { pathname, search, hash } = new URL(toRequest({ host, repository: 'a?x=1#y/b c' }).url);
      expect([search, hash]).toEqual(['', '']);
      expect(decodeURIComponent(pathname)).toContain('/a?x=1#y/b c/statuses/');
    },
  );
});

describe('isSameStateAtGitLab()', () => {
  it.each<readonly [CommitState, string, boolean]>([
    ['pending', 'Cannot transition status via :enqueue from :pending (Reason(s): Status …)', true],
    ['failure', 'Cannot transition status via :drop from :failed (Reason(s): Status …)', true],
    ['pending', 'Cannot transition status via :enqueue from :running (Reason(s): Status …)', false],
    ['success', 'Cannot transition status via :success from :failed', false],
    ['pending', 'State is required', false],
  ])('says of %s and "%s": %s', (state, message, expected) => {
    expect(isSameStateAtGitLab(state, message)).toBe(expected);
  });
});
