import { describe, expect, it } from 'vitest';
import schema from '../schemas/settings.schema.json' with { type: 'json' };
import { loadSettings, type Settings } from '../src/settings.ts';
import { listSecrets, listTexts } from '../src/settings-secrets.ts';

const ROOT = 'https://example.com/hooks.git';

/** Every place that may have a reference, each with a text that says which. */
function loadFull(): Settings {
  const sources = [
    {
      name: 'token',
      git: {
        url: ROOT,
        auth: { token: 'the token' },
        proxy: 'the proxy',
        commit_status: { host: 'github', repository: 'acme/hooks', token: 'the status token' },
        verify: { gpg_keys: ['the gpg key'], ssh_signers: ['the ssh signer'] },
      },
    },
    { name: 'basic', git: { url: ROOT, auth: { username: 'the username', password: 'the password' } } },
    {
      name: 'ssh',
      git: { url: 'ssh://example.com/x', auth: { ssh_key: 'the ssh key', known_hosts: 'the known hosts' } },
    },
  ];
  const receivers = [{ name: 'push', type: 'generic', secret: 'the secret' }];
  const tokens = [{ name: 'ci', token: '{vault://file/the-token}', scopes: ['emit'] }];
  const egress = { proxy: 'http://jane:the%20egress%20password@127.0.0.1:3128' };
  return loadSettings({ flags: { sources, receivers, egress, tokens }, env: {}, file: '/dev/null' });
}

/** Where the settings are that say of themselves that they may be a reference. */
function* referable(value: unknown, path = ''): Generator<string> {
  if (typeof value !== 'object' || value === null) return;
  const { description } = value as { readonly description?: unknown };
  if (typeof description === 'string' && /may be a reference/i.test(description)) yield path;
  for (const [key, item] of Object.entries(value))
    yield* referable(item, ['properties', 'items'].includes(key) ? path : `${path}.${key}`);
}

describe('secrets of settings', () => {
  it('are every setting that may be a reference, but those anyone may know', () => {
    // A setting that is new here has to be in loadFull() and, unless anyone may know it, among the secrets below.
    expect([...referable(schema)]).toEqual([
      '.sources.git.auth',
      '.sources.git.proxy',
      '.sources.git.verify.gpg_keys',
      '.sources.git.verify.ssh_signers',
      '.sources.git.commit_status.token',
      '.egress.proxy',
      '.receivers.secret',
    ]);
    expect(listSecrets(loadFull()).toSorted()).toEqual(
      [
        'http://jane:the%20egress%20password@127.0.0.1:3128',
        'the egress password',
        '{vault://file/the-token}',
        'the password',
        'the proxy',
        'the secret',
        'the ssh key',
        'the status token',
        'the token',
      ].toSorted(),
    );
  });

  it.each([
    ['https://ghp_0123456789abcdef@example.com/hooks.git', ['ghp_0123456789abcdef']],
    ['https://%67hp_0123456789abcdef@example.com/hooks.git', ['ghp_0123456789abcdef']],
    ['https://jane@example.com/hooks.git', []],
    ['ssh://deployment-robot@example.com/hooks.git', []],
    ['git@example.com:acme/hooks.git', []],
  ])('are the token a URL begins with, and no name: %s', (url, secrets) => {
    const settings = loadSettings({ flags: { sources: [{ git: { url } }] }, env: {}, file: '/dev/null' });
    expect(listSecrets(settings)).toEqual(secrets);
  });
});

describe('texts of settings', () => {
  it('are all of them, at any depth', () => {
    const texts = listTexts(loadFull());
    for (const text of [
      'the token',
      'the proxy',
      'the status token',
      'the gpg key',
      'the ssh signer',
      'the username',
      'the password',
      'the ssh key',
      'the known hosts',
      'the secret',
      '{vault://file/the-token}',
    ])
      expect(texts).toContain(text);
  });
});
