import { describe, expect, it } from 'vitest';
import { loadSettings } from '../src/settings.ts';
import type { TokenSettings } from '../src/token-settings.ts';

const DIGEST = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
const HASH = `sha256:${DIGEST}`;
const REFERENCE = '{vault://file/ci-token}';
const CI = { name: 'ci', hash: HASH, scopes: ['emit'] };

function load(...tokens: object[]): readonly TokenSettings[] {
  return loadSettings({ flags: { tokens }, env: {}, file: '/dev/null' }).tokens;
}

function mistakesOf(...tokens: object[]): string {
  try {
    load(...tokens);
  } catch (error) {
    expect(error).toMatchObject({ name: 'HooklineError', code: 'usage' });
    return (error as Error).message;
  }
  throw new Error('Cannot find a mistake');
}

describe('tokens in settings', () => {
  it('are known by a hash or through a reference, and may send anything unless they say what', () => {
    expect(load(CI, { name: 'ops', token: REFERENCE, scopes: ['read', 'operate'] })).toEqual([
      { name: 'ci', proof: { kind: 'hash', digest: DIGEST }, scopes: ['emit'], sources: null, rate: null },
      {
        name: 'ops',
        proof: { kind: 'reference', reference: REFERENCE },
        scopes: ['read', 'operate'],
        sources: null,
        rate: null,
      },
    ]);
  });

  it('may be limited to sources and to a rate, by the second when nothing else is said', () => {
    const [token] = load({ ...CI, sources: ['billing', 'invoices.*'], rate: { limit: 100 } });
    expect(token).toMatchObject({ sources: ['billing', 'invoices.*'], rate: { limit: 100, per: 'second' } });
  });

  it('are frozen all through', () => {
    const tokens = load({ ...CI, sources: ['billing'], rate: { limit: 1 } });
    const [{ proof, scopes, sources, rate } = CI as never] = tokens;
    for (const part of [tokens, tokens[0], proof, scopes, sources, rate])
      expect(Object.isFrozen(part)).toBe(true);
  });

  it.each<[string, object[], string]>([
    ['neither hash nor token', [{ name: 'ci', scopes: ['emit'] }], '"tokens.0" must have hash or token'],
    ['both', [{ ...CI, token: REFERENCE }], '"tokens.0" must have hash or token'],
    ['no scopes', [{ name: 'ci', hash: HASH }], `"tokens.0" must have required property 'scopes'`],
    ['an empty list of scopes', [{ ...CI, scopes: [] }], '"tokens.0.scopes" must NOT have fewer than 1'],
    [
      'a scope that is none',
      [{ ...CI, scopes: ['write'] }],
      'must be one of emit, read, operate: got "write"',
    ],
    ['an empty list of sources', [{ ...CI, sources: [] }], '"tokens.0.sources" must NOT have fewer than 1'],
    ['a rate of nothing', [{ ...CI, rate: { limit: 0 } }], '"tokens.0.rate.limit" must be >= 1'],
    ['a name twice', [CI, { ...CI, hash: undefined, token: REFERENCE }], 'two tokens are called "ci"'],
    ['a hash twice', [CI, { ...CI, name: 'cd' }], 'tokens "ci" and "cd" are the same'],
    [
      'limits of what it may not send',
      [{ ...CI, scopes: ['read'], sources: ['billing'], rate: { limit: 1 } }],
      '"tokens.0.sources" limits what is sent, but emit is none of its scopes; "tokens.0.rate" limits',
    ],
  ])('are refused with %s', (_what, tokens, message) => {
    const given = tokens.map((token) => JSON.parse(JSON.stringify(token)) as object);
    expect(mistakesOf(...given)).toContain(message);
  });

  it('are refused in clear, wherever they stand, without being shown', () => {
    const secret = 'hkl_this-is-no-place-for-it';
    for (const token of [
      { name: 'ci', token: secret, scopes: ['emit'] },
      { name: 'ci', hash: secret, scopes: ['emit'] },
      { name: 'ci', hash: `sha256:${secret}`, scopes: ['emit'] },
    ])
      expect(mistakesOf(token)).not.toContain(secret);
  });
});
