import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isReference, parseReference, SecretError, toMeantReference } from '../../src/secrets/reference.ts';

const PLAIN = { key: null, prefix: '', previous: false };

describe('isReference()', () => {
  it.each([
    ['{vault://env/NAME}', true],
    ['{vault://}', true],
    ['Bearer {vault://env/NAME}', false],
    ['{vault://env/NAME} ', false],
    [' {vault://env/NAME}', false],
    ['{vault:/env/NAME}', false],
    ['{VAULT://env/NAME}', false],
    ['vault://env/NAME', false],
    ['{{ vault }}', false],
    ['', false],
  ])('%j: %s', (text, expected) => {
    expect(isReference(text)).toBe(expected);
  });
});

describe('toMeantReference()', () => {
  it.each([
    ['{vault:/env/NAME}', '{vault://env/NAME}'],
    ['{vault//env/NAME}', '{vault://env/NAME}'],
    ['{valt://env/NAME}', '{vault://env/NAME}'],
    ['{vault://envv/NAME}', '{vault://env/NAME}'],
    ['{vault://fil/app/token}', '{vault://file/app/token}'],
    ['{vault://env/NAME', '{vault://env/NAME}'],
    [' {vault://env/NAME}', '{vault://env/NAME}'],
    ['{{ vault://env/NAME }}', '{vault://env/NAME}'],
    ['\u0024{vault://env/NAME}', '{vault://env/NAME}'],
    ['{VAULT://ENV/NAME}', '{vault://env/NAME}'],
  ])('takes %j for %j', (text, meant) => {
    expect(toMeantReference(text)).toBe(meant);
  });

  it.each([
    '{vault://env/NAME}',
    '{vault://file//app///token//}',
    '{vault://env/a?prefix=B_#2}',
    '{vault://aws/name}',
    'Bearer {vault:/env/NAME}',
    '{vault://env/A}{vault://env/B}',
    '{{ entity/name }}',
    '{{#if a}}b{{/if}}',
    '{"a": "b/c"}',
    '\u0024{HOME}/file',
    'hunter2',
    '',
  ])('takes %j for none', (text) => {
    expect(toMeantReference(text)).toBeNull();
  });

  it('reads a long text once: a file may have many', () => {
    const text = `{${'a'.repeat(990)}`;
    const meant = Array.from({ length: 20_000 }, () => toMeantReference(text));
    expect(new Set(meant)).toEqual(new Set([null]));
  });
});

describe('parseReference()', () => {
  it.each([
    [
      'one part is the resource',
      '{vault://env/my-secret-value}',
      { vault: 'env', resource: 'my-secret-value' },
    ],
    [
      'the last of two is the key',
      '{vault://env/pg-creds/username}',
      { vault: 'env', resource: 'pg-creds', key: 'username' },
    ],
    [
      'the last of several is the key',
      '{vault://file/app/db/password}',
      { vault: 'file', resource: 'app/db', key: 'password' },
    ],
    [
      'a slash at the end: all is the resource',
      '{vault://file/app/token/}',
      { vault: 'file', resource: 'app/token' },
    ],
    ['empty parts are ignored', '{vault://file//app///token//}', { vault: 'file', resource: 'app/token' }],
    [
      'a key keeps its case',
      '{vault://env/creds/UserName}',
      { vault: 'env', resource: 'creds', key: 'UserName' },
    ],
    [
      'parts are decoded',
      '{vault://env/test%3Asecret/a%20b%7D}',
      { vault: 'env', resource: 'test:secret', key: 'a b}' },
    ],
    ['a slash may be part of a part', '{vault://file/a%2Fb}', { vault: 'file', resource: 'a/b' }],
    [
      'other characters may stand as they are',
      '{vault://file/pässwort datei}',
      { vault: 'file', resource: 'pässwort datei' },
    ],
    ['a prefix', '{vault://env/env?prefix=test-}', { vault: 'env', resource: 'env', prefix: 'test-' }],
    ['an empty prefix', '{vault://env/env?prefix=}', { vault: 'env', resource: 'env' }],
    ['version 1 is the present one', '{vault://env/a#1}', { vault: 'env', resource: 'a' }],
    [
      'version 2 is the one before',
      '{vault://env/a/k?prefix=p#2}',
      { vault: 'env', resource: 'a', key: 'k', prefix: 'p', previous: true },
    ],
  ])('%s', (_what, text, expected) => {
    expect(parseReference(text)).toEqual({ ...PLAIN, ...expected });
  });

  it.each([
    ['plain text', 'not a reference [plain text]'],
    ['Bearer {vault://env/a}', 'not a reference [Bearer {vault://env/a}]'],
    ['{vault://env/a} and {{more}}', 'not a reference [{vault://env/a} and {{more}}]'],
    ['{vault://env/a}{vault://env/b}', 'not a reference [{vault://env/a}{vault://env/b}]'],
    ['{vault://env:x/a}', 'not a reference [{vault://env:x/a}]'],
    ['{vault://env}', 'reference url is missing path [{vault://env}]'],
    ['{vault://env/}', 'reference url has empty path [{vault://env/}]'],
    ['{vault://env/////}', 'reference url has invalid path [{vault://env/////}]'],
    ['{vault://env/%zz}', 'reference url has invalid path [{vault://env/%zz}]'],
    ['{vault://env/%ff}', 'reference url has invalid path [{vault://env/%ff}]'],
    ['{vault://env/a#3}', 'reference url has invalid version [{vault://env/a#3}]'],
    ['{vault://env/a#0}', 'reference url has invalid version [{vault://env/a#0}]'],
    ['{vault://env/a#two}', 'reference url has invalid version [{vault://env/a#two}]'],
    ['{vault://env/a?prefix=1a}', 'reference url has invalid prefix [{vault://env/a?prefix=1a}]'],
    ['{vault://env/a?prefix=a.b}', 'reference url has invalid prefix [{vault://env/a?prefix=a.b}]'],
    ['{vault://aws/a}', 'could not find vault (aws)'],
    ['{vault://ENV/a}', 'could not find vault (ENV)'],
    ['{vault:///a}', 'could not find vault ()'],
    ['{vault://}', 'reference url is missing path [{vault://}]'],
  ])('refuses %j', (text, message) => {
    expect(() => parseReference(text)).toThrow(new SecretError(message));
  });

  it('never lets a path begin with a dot part: URLs have none', () => {
    expect(parseReference('{vault://file/../../etc/passwd}')).toMatchObject({
      resource: 'etc',
      key: 'passwd',
    });
    expect(parseReference('{vault://file/%2e%2e/%2E%2e/shadow}')).toMatchObject({
      resource: 'shadow',
      key: null,
    });
  });

  it('answers any string or refuses it with a SecretError', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('', 'env', 'file', 'env/', 'file/a/'),
        (text, start) => {
          try {
            expect(parseReference(`{vault://${start}${text}}`).resource).not.toBe('');
          } catch (error) {
            expect(error).toBeInstanceOf(SecretError);
          }
        },
      ),
    );
  });
});
