import { describe, expect, it } from 'vitest';
import { createEnvVault, type EnvVaultOptions } from '../../src/secrets/env-vault.ts';
import { parseReference, SecretError } from '../../src/secrets/reference.ts';

function read(text: string, env: EnvVaultOptions['env'], allow: EnvVaultOptions['allow'] = null): string {
  return createEnvVault({ env, allow })(parseReference(text));
}

describe('the environment as a vault', () => {
  it.each([
    ['{vault://env/my-secret-value}', 'MY_SECRET_VALUE'],
    ['{vault://env/MY_SECRET_VALUE}', 'MY_SECRET_VALUE'],
    ['{vault://env/env?prefix=test-}', 'TEST_ENV'],
    ['{vault://env/env?prefix=TEST_}', 'TEST_ENV'],
    ['{vault://env/env/key?prefix=test-}', 'TEST_ENV'],
    ['{vault://env/token#2}', 'TOKEN_PREVIOUS'],
    ['{vault://env/token?prefix=my-#2}', 'MY_TOKEN_PREVIOUS'],
    ['{vault://env/token#1}', 'TOKEN'],
    ['{vault://env/a/b/}', 'A/B'],
  ])('%s is the variable %s', (text, name) => {
    expect(read(text, { [name]: 'the value' })).toBe('the value');
  });

  it('takes an empty variable as empty text', () => {
    expect(read('{vault://env/empty}', { EMPTY: '' })).toBe('');
  });

  it.each([
    ['{vault://env/unset}', 'UNSET'],
    ['{vault://env/constructor}', 'CONSTRUCTOR'],
    ['{vault://env/token#2}', 'TOKEN_PREVIOUS'],
  ])('says that the variable of %s is not set', (text, name) => {
    expect(() => read(text, { OTHER: 'x', TOKEN: 'y' })).toThrow(
      new SecretError(
        `could not get value from external vault (no value found: variable ${name} is not set)`,
      ),
    );
  });

  it.each([
    ['hookline_token', null, false],
    ['HOOKLINE_STATE', null, false],
    ['STATE?prefix=hookline-', null, false],
    ['hookline', null, true],
    ['slack-url', null, true],
    ['slack-url', ['SLACK_URL'], true],
    ['slack-url', ['SLACK_*'], true],
    ['slack-url', ['*'], true],
    ['slack-url', [], false],
    ['slack-url', ['SLACK'], false],
    ['slack-url', ['slack_url'], false],
    ['slack-url', ['SLACK.URL'], false],
    ['my-slack-url', ['SLACK_*'], false],
    ['slack-urls', ['SLACK_URL'], false],
    ['token#2', ['TOKEN'], false],
    ['hookline-token', ['HOOKLINE_*'], true],
  ])('lets %s through %j: %s', (name, allow, allowed) => {
    const env = new Proxy(
      {},
      {
        getOwnPropertyDescriptor: () => ({ value: 'the value', configurable: true }),
        get: () => 'the value',
      },
    );
    const attempt = (): string => read(`{vault://env/${name}}`, env, allow);
    if (allowed) expect(attempt()).toBe('the value');
    else expect(attempt).toThrow(/variable \w+ is not allowed: see secrets\.env_allow/);
  });
});
