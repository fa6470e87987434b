import { linkSync, mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseReference } from '../../src/secrets/reference.ts';
import { createReserved, NOTHING_RESERVED } from '../../src/secrets/reserved.ts';
import { createTempDir } from '../helpers/temp-dir.ts';

function isReserved(settings: readonly string[], hook: string, fileRoot = '/nowhere'): boolean {
  return createReserved(settings, fileRoot).look()(parseReference(hook));
}

describe('a variable settings refer to', () => {
  it.each([
    ['as it is', '{vault://env/git-token}'],
    ['in the case of the variable', '{vault://env/GIT_TOKEN}'],
    ['in mixed case', '{vault://env/Git_tOKEN}'],
    ['a key of it', '{vault://env/git-token/token}'],
    ['its first version', '{vault://env/git-token#1}'],
    ['the value before', '{vault://env/git-token#2}'],
    ['a key of the value before', '{vault://env/git-token/token#2}'],
    ['the variable of the value before', '{vault://env/GIT_TOKEN_PREVIOUS}'],
    ['a prefix', '{vault://env/token?prefix=git-}'],
    ['a prefix and a key', '{vault://env/token/key?prefix=GIT_}'],
    ['a prefix and the value before', '{vault://env/token?prefix=git_#2}'],
    ['a prefix and part of the name', '{vault://env/previous?prefix=git-token-}'],
    ['percent-encoding', '{vault://env/%67it%2Dtoken}'],
    ['double slashes', '{vault://env//git-token//}'],
    ['dots in the path', '{vault://env/a/../git-token}'],
    ['a parameter nobody reads', '{vault://env/git-token?a=b}'],
    ['a user nobody asks for', '{vault://me@env/git-token}'],
    ['a line break URLs take away', '{vault://env/git-\ntoken}'],
  ])('is reserved, written with %s', (_what, hook) => {
    expect(isReserved(['{vault://env/git-token}'], hook)).toBe(true);
  });

  it.each([
    '{vault://env/git-token#2}',
    '{vault://env/git-token/key}',
    '{vault://env/token?prefix=git-}',
    '{vault://env/GIT_TOKEN_PREVIOUS}',
  ])('is reserved, when settings write it %s', (settings) => {
    expect(isReserved([settings], '{vault://env/git-token}')).toBe(true);
  });

  it.each([
    '{vault://env/git-tokens}',
    '{vault://env/my-git-token}',
    '{vault://env/git}',
    '{vault://file/git-token}',
  ])('is not %s', (hook) => {
    expect(isReserved(['{vault://env/git-token}'], hook)).toBe(false);
  });
});

describe('a file settings refer to', () => {
  it.each([
    ['as it is', '{vault://file/app/token/}'],
    ['a key of it', '{vault://file/app/token/key}'],
    ['percent-encoding', '{vault://file/%61pp%2Ftok%65n}'],
    ['double slashes', '{vault://file//app//token//}'],
    ['encoded double slashes', '{vault://file/app%2F%2Ftoken}'],
    ['dots', '{vault://file/./b/../app/token/}'],
    ['encoded dots', '{vault://file/app%2F..%2Fapp%2F.%2Ftoken}'],
    ['a way out and back in', '{vault://file/..%2Fsecrets%2Fapp%2Ftoken}'],
    ['a link to it', '{vault://file/link}'],
    ['a link to its directory', '{vault://file/linked/token/}'],
    ['another name of it', '{vault://file/hard}'],
    ['a parameter nobody reads', '{vault://file/app/token/?prefix=x}'],
  ])('is reserved, written with %s', (_what, hook) => {
    using dir = createTempDir();
    const root = join(dir.path, 'secrets');
    const token = dir.write('secrets/app/token', '{"key":"x"}');
    mkdirSync(join(root, 'b'));
    symlinkSync('app/token', join(root, 'link'));
    symlinkSync('app', join(root, 'linked'));
    linkSync(token, join(root, 'hard'));
    for (const settings of [
      '{vault://file/app/token/}',
      '{vault://file/app/token/other}',
      '{vault://file/link}',
    ])
      expect(isReserved([settings], hook, root), settings).toBe(true);
  });

  it('is reserved before it is there', () => {
    using dir = createTempDir();
    for (const root of [dir.path, join(dir.path, 'nowhere')])
      for (const hook of ['{vault://file/token}', '{vault://file//a%2F..%2Ftoken}'])
        expect(isReserved(['{vault://file/token}'], hook, root), hook).toBe(true);
  });

  it('is reserved by every link of a Kubernetes mount, and after its swap', () => {
    using dir = createTempDir();
    dir.write('..2026_01/token', 'one');
    dir.write('..2026_02/token', 'two');
    symlinkSync('..2026_01', join(dir.path, '..data'));
    symlinkSync('..data/token', join(dir.path, 'token'));
    const reserved = createReserved(['{vault://file/token}'], dir.path);
    const has = (path: string): boolean => reserved.look()(parseReference(`{vault://file/${path}}`));
    for (const path of ['token', '..data%2Ftoken', '..2026_01%2Ftoken']) expect(has(path), path).toBe(true);
    expect(has('..2026_02%2Ftoken')).toBe(false);
    symlinkSync('..2026_02', join(dir.path, '..next'));
    renameSync(join(dir.path, '..next'), join(dir.path, '..data'));
    for (const path of ['token', '..data%2Ftoken', '..2026_02%2Ftoken']) expect(has(path), path).toBe(true);
  });

  it.each(['{vault://file/other}', '{vault://file/app%2Fto%00ken}', '{vault://env/app/token/}'])(
    'is not %s',
    (hook) => {
      using dir = createTempDir();
      dir.write('app/token', 'x');
      dir.write('other', 'x');
      expect(isReserved(['{vault://file/app/token/}'], hook, dir.path)).toBe(false);
    },
  );
});

describe('what settings do not refer to', () => {
  it('is not reserved, whatever else they say', () => {
    for (const text of ['git-token', 'Bearer {vault://env/git-token}', '{vault://aws/git-token}', ''])
      expect(isReserved([text], '{vault://env/git-token}')).toBe(false);
    expect(NOTHING_RESERVED.look()(parseReference('{vault://env/git-token}'))).toBe(false);
  });

  it('holds for files that settings name by their path, by whatever link they are asked for', () => {
    using dir = createTempDir();
    dir.write('..1/tls.key', 'key');
    symlinkSync('..1', join(dir.path, '..data'));
    symlinkSync('..data/tls.key', join(dir.path, 'tls.key'));
    dir.write('other', 'mine');
    const isReserved = createReserved([], dir.path, [join(dir.path, 'tls.key')]).look();
    const reserves = (name: string): boolean => isReserved(parseReference(`{vault://file/${name}}`));
    expect(['tls.key', '..data/tls.key/', '..1/tls.key/'].map(reserves)).toEqual([true, true, true]);
    expect(reserves('other')).toBe(false);
  });
});
