import { spawnSync } from 'node:child_process';
import { mkdirSync, renameSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFileVault } from '../../src/secrets/file-vault.ts';
import { parseReference, SecretError } from '../../src/secrets/reference.ts';
import { createTempDir, type TempDir } from '../helpers/temp-dir.ts';

/** A directory of secrets beside a file that is none of them. */
function createRoot(): TempDir & { readonly root: string; read(reference: string): string } {
  const dir = createTempDir();
  const root = join(dir.path, 'secrets');
  mkdirSync(root);
  dir.write('outside', 'marker-outside');
  dir.write('secrets-too/token', 'marker-outside');
  const vault = createFileVault(root);
  return { ...dir, root, read: (reference) => vault(parseReference(reference)) };
}

describe('files as a vault', () => {
  it.each([
    ['a file', '{vault://file/token}'],
    ['a file in a directory', '{vault://file/app/token/}'],
    ['a file whose name has a space and a colon', '{vault://file/a%20b%3Ac}'],
    ['a path that goes out and comes back in', '{vault://file/app%2F..%2Ftoken}'],
  ])('reads %s', (_what, reference) => {
    using dir = createRoot();
    for (const file of ['token', 'app/token', 'a b:c']) dir.write(`secrets/${file}`, 'the value');
    expect(dir.read(reference)).toBe('the value');
  });

  it.each([
    ['value\n', 'value'],
    ['value\r\n', 'value'],
    ['value\n\n', 'value\n'],
    ['\nvalue', '\nvalue'],
    [' value ', ' value '],
    ['\n', ''],
    ['', ''],
    ['ü😀\n', 'ü😀'],
  ])('takes one newline off the end of %j', (content, value) => {
    using dir = createRoot();
    dir.write('secrets/token', content);
    expect(dir.read('{vault://file/token}')).toBe(value);
  });

  it('sees every change, also one of the same size and time', () => {
    using dir = createRoot();
    const time = new Date(1_000_000_000_000);
    for (const value of ['one', 'two', 'three', 'tri', '']) {
      utimesSync(dir.write('secrets/token', value), time, time);
      expect(dir.read('{vault://file/token}')).toBe(value);
    }
  });

  it('sees a file that was put in the place of another', () => {
    using dir = createRoot();
    dir.write('secrets/token', 'one');
    expect(dir.read('{vault://file/token}')).toBe('one');
    renameSync(dir.write('secrets/.next', 'two'), join(dir.root, 'token'));
    expect(dir.read('{vault://file/token}')).toBe('two');
  });

  it('follows the links of a Kubernetes mount, and their swap', () => {
    using dir = createRoot();
    dir.write('secrets/..2026_01/token', 'one');
    dir.write('secrets/..2026_02/token', 'two');
    symlinkSync('..2026_01', join(dir.root, '..data'));
    symlinkSync('..data/token', join(dir.root, 'token'));
    expect(dir.read('{vault://file/token}')).toBe('one');
    symlinkSync('..2026_02', join(dir.root, '..next'));
    renameSync(join(dir.root, '..next'), join(dir.root, '..data'));
    expect(dir.read('{vault://file/token}')).toBe('two');
  });

  it('may have a link as its root', () => {
    using dir = createRoot();
    dir.write('secrets/token', 'the value');
    symlinkSync(dir.root, join(dir.path, 'link'));
    const vault = createFileVault(join(dir.path, 'link'));
    expect(vault(parseReference('{vault://file/token}'))).toBe('the value');
  });

  it.each([
    ['a path that goes out', '{vault://file/..%2Foutside}'],
    ['one that goes out further in', '{vault://file/app%2F..%2F..%2Foutside}'],
    ['one that goes out twice encoded', '{vault://file/..%2F%2e%2e%2F..%2Fetc%2Fhostname}'],
    ['a neighbour whose name begins alike', '{vault://file/..%2Fsecrets-too%2Ftoken}'],
    ['a link to a file outside', '{vault://file/link}'],
    ['a link through a directory outside', '{vault://file/linked-dir/outside/}'],
    ['a link to an absolute path', '{vault://file/absolute}'],
    ['the root itself', '{vault://file/app%2F..}'],
  ])('refuses %s', (_what, reference) => {
    using dir = createRoot();
    mkdirSync(join(dir.root, 'app'));
    symlinkSync('../outside', join(dir.root, 'link'));
    symlinkSync('..', join(dir.root, 'linked-dir'));
    symlinkSync('/etc/hostname', join(dir.root, 'absolute'));
    expect(() => dir.read(reference)).toThrow(
      /^could not get value from external vault \(file .* is outside secrets\.file_root\)$/,
    );
  });

  it.each([
    ['a path with dots, which URLs take away', '{vault://file/../outside}', 'file outside: ENOENT'],
    [
      'an absolute path, which is below the root',
      '{vault://file/%2Fetc%2Fhostname}',
      'file /etc/hostname: ENOENT',
    ],
    [
      'a path that is encoded twice',
      '{vault://file/%252e%252e%252Foutside}',
      'file %2e%2e%2Foutside: ENOENT',
    ],
    ['a file that is not there', '{vault://file/missing}', 'file missing: ENOENT'],
    ['a link that leads nowhere', '{vault://file/dangling}', 'file dangling: ENOENT'],
    ['a link that leads to itself', '{vault://file/loop}', 'file loop: ELOOP'],
    ['a path below a file', '{vault://file/token/below/}', 'file token/below: ENOTDIR'],
    ['NUL in a path', '{vault://file/to%00ken}', 'ERR_INVALID_ARG_VALUE'],
    ['an overlong name', `{vault://file/${'a'.repeat(300)}}`, 'ENAMETOOLONG'],
  ])('finds no value behind %s', (_what, reference, message) => {
    using dir = createRoot();
    dir.write('secrets/token', 'the value');
    symlinkSync('missing', join(dir.root, 'dangling'));
    symlinkSync('loop', join(dir.root, 'loop'));
    const failure = failureOf(() => dir.read(reference));
    expect(failure).toMatch(/^could not get value from external vault \(no value found: /);
    expect(failure).toContain(message);
    expect(failure).not.toContain(dir.path);
  });

  it('says how to name a file in a directory', () => {
    using dir = createRoot();
    dir.write('secrets/app/token', 'the value');
    expect(failureOf(() => dir.read('{vault://file/app/token}'))).toBe(
      'could not get value from external vault (app is a directory: end the reference with "/" to name a file in one)',
    );
  });

  it('does not wait for a pipe', () => {
    using dir = createRoot();
    spawnSync('/bin/sh', ['-c', 'mkfifo "$0"', join(dir.root, 'pipe')]);
    expect(failureOf(() => dir.read('{vault://file/pipe}'))).toBe(
      'could not get value from external vault (pipe is not a file)',
    );
  });

  it('reads 64 KiB and no more', () => {
    using dir = createRoot();
    dir.write('secrets/token', 'x'.repeat(65_536));
    expect(dir.read('{vault://file/token}')).toHaveLength(65_536);
    writeFileSync(join(dir.root, 'token'), 'x'.repeat(65_537));
    expect(failureOf(() => dir.read('{vault://file/token}'))).toBe(
      'could not get value from external vault (file token is larger than 65536 bytes)',
    );
  });

  it('has no earlier version of a file', () => {
    using dir = createRoot();
    dir.write('secrets/token', 'the value');
    expect(failureOf(() => dir.read('{vault://file/token#2}'))).toContain('files have no earlier version');
  });

  it('says so when the root itself is not there', () => {
    const vault = createFileVault('/nowhere/at/all');
    expect(failureOf(() => vault(parseReference('{vault://file/token}')))).toBe(
      'could not get value from external vault (no value found: file token: ENOENT, looked for below secrets.file_root)',
    );
  });
});

function failureOf(read: () => string): string {
  try {
    read();
  } catch (error) {
    if (error instanceof SecretError) return error.message;
    throw error;
  }
  return 'a value was read';
}
