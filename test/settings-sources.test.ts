import { describe, expect, it } from 'vitest';
import { loadSettings, type Settings } from '../src/settings.ts';
import type { GitSettings } from '../src/source-settings.ts';
import { createTempDir } from './helpers/temp-dir.ts';

function load(file: string, env: Readonly<Record<string, string>> = {}): Settings {
  using dir = createTempDir();
  return loadSettings({ flags: {}, env, file: dir.write('settings.yaml', file) });
}

/** What is said of a file that is wrong, without the words before it. */
function mistakesOf(file: string): string {
  try {
    load(file);
  } catch (error) {
    return (error as Error).message.replace('Cannot use the settings: ', '');
  }
  throw new Error('Cannot find a mistake');
}

/** The one repository of a source written as `git: …`. */
function loadGit(git: string): GitSettings {
  const [source] = load(`sources: [{ git: ${git} }]`).sources;
  if (source?.kind !== 'git') throw new Error('Cannot find a repository');
  return source;
}

describe('a source', () => {
  it('that is a repository has a default for everything but its URL', () => {
    expect(loadGit('{ url: "https://github.com/acme/hooks.git" }')).toEqual({
      kind: 'git',
      name: 'hooks',
      prefix: null,
      url: 'https://github.com/acme/hooks.git',
      ref: { kind: 'head' },
      path: '',
      intervalMs: 60_000,
      jitter: 0.1,
      timeoutMs: 60_000,
      auth: null,
      proxy: null,
      verify: null,
      allowRewind: true,
      commitStatus: null,
    });
  });

  it('has all that is said of a repository', () => {
    const git = `{
      url: "git@example.com:acme/hooks.git", ref: { semver: "^1", tag_prefix: v }, path: /a/./b/, interval: 5, jitter: 0,
      timeout: 7, auth: { ssh_key: "{vault://env/key}", known_hosts: "example.com ssh-ed25519 AAAA" }, proxy: "http://p:1",
      verify: { mode: tag, gpg_keys: [k], ssh_signers: ["a ssh-ed25519 AAAA"] },
      commit_status: { host: gitlab, repository: acme/hooks, token: t } }`;
    expect(loadGit(git)).toMatchObject({
      url: 'git@example.com:acme/hooks.git',
      ref: { kind: 'semver', range: '^1', tagPrefix: 'v' },
      path: 'a/b',
      intervalMs: 5_000,
      jitter: 0,
      timeoutMs: 7_000,
      auth: { kind: 'ssh', key: '{vault://env/key}', knownHosts: 'example.com ssh-ed25519 AAAA' },
      proxy: 'http://p:1',
      verify: { mode: 'tag', gpgKeys: ['k'], sshSigners: ['a ssh-ed25519 AAAA'] },
      allowRewind: false,
      commitStatus: {
        host: 'gitlab',
        api: 'https://gitlab.com/api/v4',
        repository: 'acme/hooks',
        token: 't',
        context: 'hookline',
      },
    });
  });

  it('may post statuses beside another of its repository, under a name of its own', () => {
    const [one, two] = ['a', 'b'].map(
      (name) =>
        `{ name: ${name}, git: { url: "https://example.com/x.git", path: ${name}, commit_status: { host: gitea, api: "https://example.com/api/v1/", repository: a/b, token: t, context: hookline/${name} } } }`,
    );
    expect(load(`sources: [${one}, ${two}]`).sources).toMatchObject([
      { commitStatus: { api: 'https://example.com/api/v1', context: 'hookline/a' } },
      { commitStatus: { api: 'https://example.com/api/v1', context: 'hookline/b' } },
    ]);
  });

  it.each([
    ['main', { kind: 'branch', name: 'main' }],
    ['{ branch: a/b }', { kind: 'branch', name: 'a/b' }],
    ['{ tag: v1 }', { kind: 'tag', name: 'v1' }],
    ['{ semver: ">=1" }', { kind: 'semver', range: '>=1', tagPrefix: '' }],
    [`{ commit: ${'a'.repeat(40)} }`, { kind: 'commit', sha: 'a'.repeat(40) }],
    ['null', { kind: 'head' }],
  ])('follows %s', (ref, expected) => {
    expect(loadGit(`{ url: "file:///x.git", ref: ${ref} }`).ref).toEqual(expected);
  });

  it.each([
    ['{ username: u, password: p }', { kind: 'basic', username: 'u', password: 'p' }],
    ['{ token: t }', { kind: 'bearer', token: 't' }],
  ])('is asked with %s', (auth, expected) => {
    expect(loadGit(`{ url: "https://example.com/x.git", auth: ${auth} }`).auth).toEqual(expected);
  });

  it.each(['https://token@example.com', 'https://token@example.com/', 'ssh://token@example.com'])(
    'is not called after who asks: %s',
    (url) => {
      expect(loadGit(`{ url: "${url}" }`).name).toBe('example.com');
    },
  );

  it('may go back unless it is verified, or as it says', () => {
    const verify = 'verify: { gpg_keys: [k] }';
    const allowed = (more: string): boolean => loadGit(`{ url: "file:///x.git", ${more} }`).allowRewind;
    expect([
      allowed('path: a'),
      allowed('allow_rewind: false'),
      allowed(verify),
      allowed(`${verify}, allow_rewind: true`),
    ]).toEqual([true, false, false, true]);
  });

  it.each([
    ['dir: hooks.d', 'hooks.d'],
    ['dir: /etc/hooks/', 'hooks'],
    ['dir: .', 'hooks'],
    ['git: { url: "https://github.com/acme/my-hooks.git" }', 'my-hooks'],
    ['git: { url: "git@github.com:my_hooks" }', 'my_hooks'],
    ['git: { url: "ssh://git@example.com:22/~/a b" }', 'a-b'],
    ['dir: a, name: given', 'given'],
  ])('of %s is called %s', (source, name) => {
    expect(load(`sources: [{ ${source} }]`).sources[0]?.name).toBe(name);
  });

  it.each([
    ['hooks.d', { kind: 'dir', dir: 'hooks.d' }],
    ['a:b', { kind: 'dir', dir: 'a:b' }],
    ['https://example.com/x.git', { kind: 'git', url: 'https://example.com/x.git', ref: { kind: 'head' } }],
    [
      'git@example.com:x.git#v1/y',
      { kind: 'git', url: 'git@example.com:x.git', ref: { kind: 'branch', name: 'v1/y' } },
    ],
    ['file:///x.git', { kind: 'git', url: 'file:///x.git' }],
    ['file:///x.git#fix/#7', { kind: 'git', url: 'file:///x.git', ref: { kind: 'branch', name: 'fix/#7' } }],
    ['[{"dir": "a"}]', { kind: 'dir', dir: 'a' }],
  ])('is written %s where there is room for a word', (text, expected) => {
    expect(load('', { HOOKLINE_SOURCES: text }).sources[0]).toMatchObject(expected);
  });

  it('may stand beside others, each with a prefix of its own', () => {
    const { sources } = load('sources: [{ dir: a, prefix: a/ }, { dir: b, prefix: b/ }, { dir: c }]');
    expect(sources.map(({ name, prefix }) => [name, prefix])).toEqual([
      ['a', 'a/'],
      ['b', 'b/'],
      ['c', null],
    ]);
  });
});

describe('mistakes in sources and receivers', () => {
  const GIT = 'url: "https://example.com/x.git"';

  it.each([
    ['sources: [{ name: a }]', '"sources.0" needs dir or git'],
    [
      'sources: [{ dir: a, git: { url: "file:///b" } }]',
      '"sources.0" has dir and git: one source is one of them',
    ],
    ['sources: [{ dir: a/x }, { dir: b/x }]', 'two sources are called "x": give one another "name"'],
    ['sources: [{ dir: a, name: "a b" }]', '"sources.0.name" must match pattern'],
    [
      'sources: [{ dir: a, prefix: a/ }, { dir: b, prefix: a/b }]',
      'prefixes "a/" and "a/b" of two sources overlap',
    ],
    ...['hooks', '--upload-pack=x', 'ext::sh -c x', '-x@y:z', 'ftp://x/y'].map((url) => [
      `sources: [{ git: { url: "${url}" } }]`,
      '"sources.0.git.url" must be a URL of https, http, ssh, git or file, or user@host:path',
    ]),
    ['sources: [{ git: { url: "https://" } }]', '"sources.0.git.url" is no URL'],
    ...['HTTPS://token@example.com/x', 'htps://token@example.com/x'].map((url) => [
      `sources: [{ dir: "${url}" }]`,
      '"sources.0.dir" is a URL, and of none of https, http, ssh, git and file',
    ]),
    [
      `sources: [{ git: { ${GIT}, commit_status: { host: gitea, repository: a/b, token: t, api: "https://u:secret@h" } } }]`,
      '"sources.0.git.commit_status.api" names a user: the token goes into token',
    ],
    [
      'sources: [{ git: { url: "https://u:secret@example.com/x" } }]',
      '"sources.0.git.url" holds a password: put it into auth, as a reference',
    ],
    ...['-x', 'a..b', 'a b', 'a~1', 'a:b', 'x.lock', 'a/', '/a', 'a@{1}', 'a//b', 'a\\eb'].map((ref) => [
      `sources: [{ git: { ${GIT}, ref: "${ref}" } }]`,
      '"sources.0.git.ref" is no name of a branch or tag',
    ]),
    [
      `sources: [{ git: { ${GIT}, ref: { branch: a, tag: b } } }]`,
      '"sources.0.git.ref" must have one of branch, tag, semver and commit',
    ],
    [
      `sources: [{ git: { ${GIT}, ref: { tag: a, tag_prefix: b } } }]`,
      '"sources.0.git.ref.tag_prefix" goes with semver only',
    ],
    [
      `sources: [{ git: { ${GIT}, ref: { semver: latest } } }]`,
      '"sources.0.git.ref.semver" is no range of versions: got "latest"',
    ],
    [
      `sources: [{ git: { ${GIT}, ref: { commit: ${'a'.repeat(64)} } } }]`,
      '"sources.0.git.ref.commit" must match pattern "^[0-9a-f]{40}$" (A full commit id of SHA-1, 40 hex digits: repositories of SHA-256 cannot be followed.)',
    ],
    [`sources: [{ git: { ${GIT}, path: a/../.. } }]`, '"sources.0.git.path" must stay inside the repository'],
    [
      `sources: [{ git: { ${GIT}, auth: { username: u } } }]`,
      '"sources.0.git.auth" must have username and password, or token, or ssh_key and known_hosts',
    ],
    [
      `sources: [{ git: { ${GIT}, auth: { ssh_key: k, known_hosts: h } } }]`,
      '"sources.0.git.auth.ssh_key" goes with ssh only',
    ],
    [
      'sources: [{ git: { url: "git@x:y", auth: { token: t } } }]',
      '"sources.0.git.auth" has credentials of HTTP, but the URL is none',
    ],
    [`sources: [{ git: { ${GIT}, verify: {} } }]`, '"sources.0.git.verify" needs gpg_keys or ssh_signers'],
    [
      `sources: [{ git: { ${GIT}, verify: { mode: tag, gpg_keys: [k] } } }]`,
      '"sources.0.git.verify.mode" is tag, but "sources.0.git.ref" is none',
    ],
    [
      `sources: [{ git: { ${GIT}, commit_status: { host: gitea, repository: a/b, token: t } } }]`,
      '"sources.0.git.commit_status.api" must be set for gitea',
    ],
    [
      `sources: [${['a', 'b'].map((path) => `{ name: ${path}, git: { ${GIT}, path: ${path}, commit_status: { host: github, repository: a/b, token: t } } }`)}]`,
      'two sources post the status "hookline" of "a/b": give one another "context"',
    ],
    [
      'receivers: [{ name: a, type: github, secret: s }, { name: a, type: gitea, secret: s }]',
      'two receivers are called "a"',
    ],
    [
      'receivers: [{ name: a, type: github, secret: s, sources: [nope] }]',
      'receiver "a" is for source "nope", which is none of hooks.d',
    ],
  ])('are named: %s', (file, mistake) => {
    expect(mistakesOf(file)).toContain(mistake);
  });

  it('are named all at once', () => {
    const file = `sources: [{ git: { url: x, path: .., verify: {} } }, { name: b }]`;
    expect(mistakesOf(file).split('; ')).toHaveLength(4);
  });
});
