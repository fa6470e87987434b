import { describe, expect, it } from 'vitest';
import { createTestSecrets } from '../../src/hook-test/test-secrets.ts';

const URL_REFERENCE = '{vault://env/slack-url}';
const given = {
  env: { TOKEN: 'abc', CREDENTIALS: '{"user":"jane"}', MISSING: null, HOOKLINE_TOKEN: 'own' },
  files: { 'billing/key': 'from a file\n', gone: null },
};
const secrets = createTestSecrets({ given, urls: new Set([URL_REFERENCE]) });

describe('createTestSecrets()', () => {
  it.each([
    ['{vault://env/token}', 'abc'],
    ['{vault://env/credentials/user}', 'jane'],
    ['{vault://file/billing/key/}', 'from a file'],
    ['no reference', 'no reference'],
    [URL_REFERENCE, 'https://slack-url.test/'],
    ['{vault://env/path}', 'stand-in-path'],
    ['{vault://env/creds/password}', 'stand-in-creds-password'],
    ['{vault://file/a/b.pem/}', 'stand-in-a-b-pem'],
  ])('resolves %s to %s', (text, value) => {
    expect(secrets.resolve(text)).toBe(value);
  });

  it.each([
    ['{vault://env/missing}', 'variable MISSING is not set'],
    ['{vault://file/gone/}', 'no value found: file gone'],
    ['{vault://env/hookline-token}', 'is not allowed'],
    ['{vault://env/credentials/password}', 'no string under key "password"'],
  ])('has nothing for %s, as the server would not', (text, message) => {
    expect(() => secrets.resolve(text)).toThrow(message);
  });

  it('takes what it gave out out of texts', () => {
    secrets.resolve('{vault://file/billing/key/}');
    expect(secrets.redact('it was from a file, they said')).toBe('it was [redacted], they said');
  });
});
