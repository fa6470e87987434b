import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type DirectoryContent,
  type FoundFile,
  type KnownFile,
  scanDirectory,
  toRevision,
} from '../../src/definitions/directory-scan.ts';
import { mountConfigMap } from '../helpers/config-map.ts';
import { createTempDir } from '../helpers/temp-dir.ts';

const NOTHING_KNOWN: ReadonlyMap<string, KnownFile> = new Map();
const onStep = (): void => undefined;

/** Of a directory that stays as it is. */
function scan(root: string, known = NOTHING_KNOWN): DirectoryContent {
  const found = scanDirectory(root, { known, onStep });
  if (found === null) throw new Error('another version became current');
  return found;
}

/** Each file with its text; null for one that was not read, or not differently. */
function textsOf({ files, chunks }: DirectoryContent): Readonly<Record<string, string | null>> {
  const toText = ({ chunk, offset, length }: NonNullable<FoundFile['bytes']>): string =>
    Buffer.from(chunks[chunk] ?? new ArrayBuffer(0), offset, length).toString();
  return Object.fromEntries(files.map(({ file, bytes }) => [file, bytes === null ? null : toText(bytes)]));
}

function knownOf({ files }: DirectoryContent): ReadonlyMap<string, KnownFile> {
  return new Map(files.map((file) => [file.file, file]));
}

/** How a scan ended, with the texts of what it found. */
function toOutcome(scanOnce: () => DirectoryContent | null): string {
  try {
    const found = scanOnce();
    return found === null ? 'none' : `${found.isWhole ? 'whole' : 'part'} ${Object.values(textsOf(found))}`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown';
  }
}

/** A file that is no regular one: a socket. */
async function listenAt(path: string): Promise<AsyncDisposable> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return { [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())) };
}

describe('scanDirectory()', () => {
  it('reads what has the ending of a definition, at any depth, by path', async () => {
    using dir = createTempDir();
    for (const file of ['b.yaml', 'a/z.yml', 'a/b/c.JSON', 'A.yaml']) dir.write(file, file);
    for (const file of ['a.txt', 'yaml', 'a.yaml.bak', 'a.yaml~', 'README.md']) dir.write(file, file);
    expect(Object.keys(textsOf(scan(dir.path)))).toEqual(['A.yaml', 'a/b/c.JSON', 'a/z.yml', 'b.yaml']);
  });

  it('leaves out files of tests: neither they nor their changes make another revision', () => {
    using dir = createTempDir();
    dir.write('a.yaml', 'a');
    const before = toRevision(scan(dir.path));
    for (const file of ['a.test.yaml', 'b/c.test.yml', 'd.TEST.JSON', 'a.test.yaml.snap'])
      dir.write(file, 'x');
    expect(Object.keys(textsOf(scan(dir.path)))).toEqual(['a.yaml']);
    expect(toRevision(scan(dir.path))).toBe(before);
    dir.write('test.yaml', 'a');
    expect(Object.keys(textsOf(scan(dir.path)))).toEqual(['a.yaml', 'test.yaml']);
  });

  it('leaves them out of a mounted ConfigMap too', () => {
    using dir = createTempDir();
    const { path } = mountConfigMap(join(dir.path, 'hooks'), { 'a.yaml': 'a', 'a.test.yaml': 'b' });
    expect(textsOf(scan(path))).toEqual({ 'a.yaml': 'a' });
  });

  it('leaves out dot files and what is in dot directories', async () => {
    using dir = createTempDir();
    for (const file of ['.a.yaml', '.git/b.yaml', 'c/.d/e.yaml', 'f.yaml']) dir.write(file, file);
    expect(textsOf(scan(dir.path))).toEqual({ 'f.yaml': 'f.yaml' });
  });

  it('goes into a directory that is named like a file', async () => {
    using dir = createTempDir();
    dir.write('x.yaml/a.yaml', 'inner');
    expect(scan(dir.path)).toMatchObject({ files: [{ file: 'x.yaml/a.yaml' }], unreadable: [] });
  });

  it('follows links to files below the root and to none outside it', async () => {
    using dir = createTempDir();
    using other = createTempDir();
    dir.write('.hidden/shared.yaml', 'shared');
    symlinkSync('.hidden/shared.yaml', join(dir.path, 'inside.yaml'));
    symlinkSync(other.write('secret.yaml', 'secret'), join(dir.path, 'outside.yaml'));
    symlinkSync('../../../../../../../../etc/hostname', join(dir.path, 'up.yaml'));
    symlinkSync(other.path, join(dir.path, 'directory'));
    const found = scan(dir.path);
    expect(textsOf(found)).toEqual({ 'inside.yaml': 'shared' });
    expect(found.unreadable).toEqual([]);
  });

  it('names what is there and cannot be read, and reads the rest', async () => {
    using dir = createTempDir();
    dir.write('fine.yaml', 'fine');
    mkdirSync(join(dir.path, 'folder'));
    symlinkSync('nowhere.yaml', join(dir.path, 'dangling.yaml'));
    symlinkSync('circle.yaml', join(dir.path, 'circle.yaml'));
    symlinkSync('folder', join(dir.path, 'folder.yaml'));
    await using _server = await listenAt(join(dir.path, 'socket.yaml'));
    symlinkSync('socket.yaml', join(dir.path, 'to-socket.yaml'));
    const found = scan(dir.path);
    expect(textsOf(found)).toEqual({ 'fine.yaml': 'fine' });
    expect(found.unreadable).toEqual([
      { file: 'circle.yaml', message: expect.stringContaining('ELOOP') },
      { file: 'dangling.yaml', message: expect.stringContaining('ENOENT') },
      { file: 'folder.yaml', message: 'it is a link to a directory' },
      { file: 'socket.yaml', message: 'it is no regular file' },
      { file: 'to-socket.yaml', message: 'it is no regular file' },
    ]);
  });

  it('reads no more of a large file than tells that it is too large', async () => {
    using dir = createTempDir();
    dir.write('large.yaml', Buffer.alloc(3 * 1024 * 1024, '#'));
    expect(scan(dir.path).files[0]?.bytes).toMatchObject({ length: 1024 * 1024 + 1 });
  });

  it('reads many files', async () => {
    using dir = createTempDir();
    const names = Array.from({ length: 500 }, (_, index) => `${index % 7}/${index}.yaml`);
    for (const name of names) dir.write(name, name);
    expect(textsOf(scan(dir.path))).toEqual(Object.fromEntries(names.map((name) => [name, name])));
  });

  it('reads a root that is a link', async () => {
    using dir = createTempDir();
    dir.write('real/a.yaml', 'a');
    symlinkSync('real', join(dir.path, 'link'));
    expect(textsOf(scan(join(dir.path, 'link')))).toEqual({ 'a.yaml': 'a' });
  });

  it.each([
    ['is not there', 'nowhere'],
    ['is a file', 'file.yaml'],
  ])('throws when the root %s', (_how, name) => {
    using dir = createTempDir();
    dir.write('file.yaml', '');
    expect(() => scan(join(dir.path, name))).toThrow(/ENOENT|ENOTDIR/);
  });
});

describe('scanDirectory() with what is known', () => {
  it('reads only what may have changed', async () => {
    using dir = createTempDir();
    for (const name of ['a.yaml', 'b.yaml', 'c.yaml', 'd.yaml']) dir.write(name, 'old');
    const before = scan(dir.path);
    dir.write('b.yaml', 'new');
    utimesSync(join(dir.path, 'c.yaml'), 1, 1);
    dir.write('new.yaml', 'old');
    renameSync(join(dir.path, 'new.yaml'), join(dir.path, 'd.yaml'));
    const after = scan(dir.path, knownOf(before));
    expect(textsOf(after)).toEqual({ 'a.yaml': null, 'b.yaml': 'new', 'c.yaml': null, 'd.yaml': null });
    const moved = after.files.filter(({ identity }, index) => identity !== before.files[index]?.identity);
    expect(moved.map(({ file }) => file)).toEqual(['b.yaml', 'c.yaml', 'd.yaml']);
    expect(after.chunks.map(({ byteLength }) => byteLength)).toEqual([3]);
  });

  it('reads nothing whose identity is known', async () => {
    using dir = createTempDir();
    dir.write('a.yaml', 'one');
    const [{ identity } = { identity: null }] = scan(dir.path).files;
    const after = scan(dir.path, new Map([['a.yaml', { identity, digest: 'of another time' }]]));
    expect(after).toMatchObject({ files: [{ digest: 'of another time', bytes: null }], chunks: [] });
  });

  it('does not take one file for another that had its path', async () => {
    using dir = createTempDir();
    dir.write('a.yaml', 'one');
    dir.write('b.yaml', 'two');
    const before = scan(dir.path);
    renameSync(join(dir.path, 'b.yaml'), join(dir.path, 'a.yaml'));
    expect(textsOf(scan(dir.path, knownOf(before)))).toEqual({ 'a.yaml': 'two' });
  });
});

describe('scanDirectory() of a mounted ConfigMap', () => {
  it('reads the version that is current', async () => {
    using dir = createTempDir();
    const mount = mountConfigMap(join(dir.path, 'hooks'), { 'a.yaml': '1', 'b.yaml': '1' });
    expect(textsOf(scan(mount.path))).toEqual({ 'a.yaml': '1', 'b.yaml': '1' });
    mount.swap({ 'a.yaml': '2', 'b.yaml': '2' });
    expect(textsOf(scan(mount.path))).toEqual({ 'a.yaml': '2', 'b.yaml': '2' });
  });

  it('is of one version and all of it, or of none, whenever the mount is swapped', () => {
    const FILES = ['a.yaml', 'b.yaml', 'c.yaml'];
    const toVersion = (version: number): Record<string, string> =>
      Object.fromEntries(FILES.map((file) => [file, `${version}`]));
    const outcomes: string[] = [];
    // A step for the directory, then one for each file.
    for (let swapAt = 1; swapAt <= FILES.length + 2; swapAt += 1) {
      using dir = createTempDir();
      const mount = mountConfigMap(join(dir.path, 'hooks'), toVersion(1));
      let step = 0;
      const swapOnce = (): void => {
        step += 1;
        if (step === swapAt) mount.swap(toVersion(2));
      };
      outcomes.push(toOutcome(() => scanDirectory(mount.path, { known: NOTHING_KNOWN, onStep: swapOnce })));
    }
    expect(outcomes).toEqual(['ENOENT', 'none', 'none', 'none', 'whole 1,1,1']);
  });

  it('does not follow ..data out of the root', async () => {
    using dir = createTempDir();
    dir.write('secrets/token.yaml', 'secret');
    dir.write('hooks/a.yaml', 'a');
    symlinkSync('../secrets', join(dir.path, 'hooks/..data'));
    expect(textsOf(scan(join(dir.path, 'hooks')))).toEqual({ 'a.yaml': 'a' });
    rmSync(join(dir.path, 'hooks/..data'));
    symlinkSync(join(dir.path, 'secrets'), join(dir.path, 'hooks/..data'));
    expect(textsOf(scan(join(dir.path, 'hooks')))).toEqual({ 'a.yaml': 'a' });
  });
});
