import type { CommitStatusSettings } from '../source-settings.ts';
import { VERSION } from '../version.ts';
import type { CommitState, CommitStatus } from './commit-status.ts';

/** The request that posts a status. */
export interface StatusRequest {
  readonly method: 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body: string;
}

type HostName = CommitStatusSettings['host'];

/** How one host wants it. */
interface Host {
  /** Below the URL of its API. */
  path(repository: string, sha: string): string;
  credentials(token: string): Readonly<Record<string, string>>;
  readonly body: (status: CommitStatus, context: string) => object;
}

/** Characters a host takes of a description: GitHub refuses more, GitLab too, Gitea shows no more. */
export const MAX_DESCRIPTION: Readonly<Record<HostName, number>> = { github: 140, gitlab: 255, gitea: 255 };

/** What a token needs at each host, for people. */
export const TOKEN_NEEDS: Readonly<Record<HostName, string>> = {
  github: 'a fine-grained token needs "Commit statuses: write", a classic one the scope repo:status',
  gitlab: 'it needs the scope api and the role Developer, for a protected branch one that may push to it',
  gitea: 'it needs the scope write:repository, and its user write access to the code',
};

/** GitLab has another word for a failure, and none for an error. */
const GITLAB_STATES: Readonly<Record<CommitState, string>> = {
  pending: 'pending',
  success: 'success',
  failure: 'failed',
  error: 'failed',
};

const HOSTS: Readonly<Record<HostName, Host>> = {
  github: {
    path: toRepositoryPath,
    credentials: (token) => ({
      authorization: `Bearer ${token}`,
      accept: 'application/vnd.github+json',
      'x-github-api-version': '2022-11-28',
    }),
    body: toStateAndContext,
  },
  gitlab: {
    // The path of a project is one segment, its slashes encoded.
    path: (repository, sha) => `/projects/${encodeURIComponent(repository)}/statuses/${sha}`,
    credentials: (token) => ({ 'private-token': token, accept: 'application/json' }),
    body: ({ state, description }, context) => ({ state: GITLAB_STATES[state], name: context, description }),
  },
  gitea: {
    path: toRepositoryPath,
    credentials: (token) => ({ authorization: `token ${token}`, accept: 'application/json' }),
    body: toStateAndContext,
  },
};

/** Makes the request that posts a status to the host of its settings. */
export function toStatusRequest(
  { host, api, repository, context }: CommitStatusSettings,
  { status, token }: { readonly status: CommitStatus; readonly token: string },
): StatusRequest {
  const { path, credentials, body } = HOSTS[host];
  return {
    method: 'POST',
    url: `${api}${path(repository, encodeURIComponent(status.sha))}`,
    // GitHub refuses whoever does not say what it is.
    headers: {
      ...credentials(token),
      'content-type': 'application/json',
      'user-agent': `hookline/${VERSION}`,
    },
    body: JSON.stringify(body(status, context)),
  };
}

/**
 * Whether GitLab refuses a status because it has that state already: it takes no second `pending`, and says so with 400
 * and the transition it would not make.
 */
export function isSameStateAtGitLab(state: CommitState, message: string): boolean {
  return /^Cannot transition status via :\w+ from :(\w+)/.exec(message)?.[1] === GITLAB_STATES[state];
}

function toRepositoryPath(repository: string, sha: string): string {
  return `/repos/${repository.split('/').map(encodeURIComponent).join('/')}/statuses/${sha}`;
}

function toStateAndContext({ state, description }: CommitStatus, context: string): object {
  return { state, context, description };
}
