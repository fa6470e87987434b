import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toMessage } from '../../src/errors.ts';
import { createReserved, NOTHING_RESERVED } from '../../src/secrets/reserved.ts';
import { createSecrets, type Resolvers } from '../../src/secrets/resolver.ts';
import type { Secrets } from '../../src/secrets/secrets.ts';
import { createTempDir } from '../helpers/temp-dir.ts';

const MARKER = 'marker-value';

function createWith(env: Readonly<Record<string, string>>, fileRoot = '/nowhere'): Secrets {
  return createSecrets({ env, envAllow: null, fileRoot, reserved: NOTHING_RESERVED }).hooks;
}

describe('resolving secrets', () => {
  it('answers the value behind a reference and any other text as it is', () => {
    const secrets = createWith({ TOKEN: MARKER });
    expect(secrets.resolve('{vault://env/token}')).toBe(MARKER);
    for (const text of ['', 'plain', 'Bearer {vault://env/token}', '{{ vault }}'])
      expect(secrets.resolve(text)).toBe(text);
  });

  it('answers the string under a key of a JSON object', () => {
    using dir = createTempDir();
    dir.write('db.json', '{"user":"jane","password":"in a file"}\n');
    const env = { PG_CREDS: '{"username":"user","password":"pass","":"empty key"}' };
    const secrets = createWith(env, dir.path);
    expect(secrets.resolve('{vault://env/pg-creds/username}')).toBe('user');
    expect(secrets.resolve('{vault://env/pg-creds/password}')).toBe('pass');
    expect(secrets.resolve('{vault://file/db.json/password}')).toBe('in a file');
  });

  it.each([
    [
      'a key that is not there',
      `{"a":"${MARKER}"}`,
      'could not get subfield value: no string under key "key"',
    ],
    ['a key in another case', `{"KEY":"${MARKER}"}`, 'no string under key "key"'],
    ['a number', '{"key":123456}', 'no string under key "key"'],
    ['an object', `{"key":{"a":"${MARKER}"}}`, 'no string under key "key"'],
    ['null', '{"key":null}', 'no string under key "key"'],
    ['a list', `["${MARKER}"]`, 'no string under key "key"'],
    ['what is no JSON', `{"key":"${MARKER}`, 'could not get subfield value: the secret is not a JSON object'],
    ['plain text', MARKER, 'the secret is not a JSON object'],
    ['empty text', '', 'the secret is not a JSON object'],
  ])('refuses %s, without a word of it', (_what, value, message) => {
    const attempt = (): string => createWith({ CREDS: value }).resolve('{vault://env/creds/key}');
    expect(attempt).toThrow(message);
    expect(attempt).not.toThrow(MARKER);
  });

  it.each(['constructor', '__proto__', 'toString', 'length'])('finds no value under %s', (key) => {
    expect(() => createWith({ CREDS: '{}' }).resolve(`{vault://env/creds/${key}}`)).toThrow(
      'no string under key',
    );
  });

  it('sees a variable that changed', () => {
    const env: Record<string, string> = { TOKEN: 'one' };
    const secrets = createWith(env);
    expect(secrets.resolve('{vault://env/token}')).toBe('one');
    env.TOKEN = 'two';
    expect(secrets.resolve('{vault://env/token}')).toBe('two');
  });

  it('takes what it gave out and what it was told of out of every text', () => {
    const secrets = createWith({ TOKEN: MARKER });
    expect(secrets.redact(`a ${MARKER} b`)).toBe(`a ${MARKER} b`);
    secrets.resolve('{vault://env/token}');
    secrets.conceal('plain-in-the-file');
    expect(secrets.redact(`a ${MARKER} b plain-in-the-file`)).toBe('a [redacted] b [redacted]');
  });

  it('says nothing of any secret when one cannot be had', () => {
    using dir = createTempDir();
    dir.write('token', MARKER);
    const secrets = createWith({ TOKEN: MARKER, JSON: `{"a":"${MARKER}"}` }, dir.path);
    for (const reference of [
      'env/other',
      'env/token/key',
      'env/json/b',
      'env/token#2',
      'env/token#9',
      'file/token/key',
      'file/other',
      'aws/token',
    ])
      expect(
        messageOf(() => secrets.resolve(`{vault://${reference}}`)),
        reference,
      ).not.toContain(MARKER);
  });
});

describe('resolving for hooks', () => {
  function createBoth(texts: readonly string[], fileRoot = '/nowhere'): Resolvers {
    const env = { GIT_TOKEN: MARKER, GIT_TOKEN_PREVIOUS: MARKER, OTHER: 'other' };
    return createSecrets({ env, envAllow: null, fileRoot, reserved: createReserved(texts, fileRoot) });
  }

  it('refuses what settings refer to, which settings go on to resolve', () => {
    const { settings, hooks } = createBoth(['{vault://env/git-token}']);
    for (const reference of ['env/git-token', 'env/token?prefix=git_', 'env/Git-Token#2']) {
      expect(() => hooks.resolve(`{vault://${reference}}`), reference).toThrow(
        /^could not get value from external vault \(variable GIT_TOKEN(?:_PREVIOUS)? is the settings' own: they refer to it\)$/,
      );
      expect(settings.resolve(`{vault://${reference}}`)).toBe(MARKER);
    }
    expect(hooks.resolve('{vault://env/other}')).toBe('other');
  });

  it('refuses a link that was moved to a file of settings', () => {
    using dir = createTempDir();
    dir.write('token', MARKER);
    dir.write('other', 'other');
    const link = join(dir.path, 'link');
    const { settings, hooks } = createBoth(['{vault://file/token}'], dir.path);
    symlinkSync('other', link);
    expect(hooks.resolve('{vault://file/link}')).toBe('other');
    rmSync(link);
    symlinkSync('token', link);
    expect(() => hooks.resolve('{vault://file/link}')).toThrow("file link is the settings' own");
    expect(settings.resolve('{vault://file/link}')).toBe(MARKER);
  });

  it('takes what either gave out or was told of out of every text', () => {
    const { settings, hooks } = createBoth(['{vault://env/git-token}']);
    settings.resolve('{vault://env/git-token}');
    settings.conceal('plain-in-settings');
    expect(hooks.redact(`${MARKER} plain-in-settings`)).toBe('[redacted] [redacted]');
  });
});

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return toMessage(error);
  }
  throw new Error('Cannot get a message: nothing was thrown');
}
