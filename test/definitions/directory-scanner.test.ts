import { renameSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import {
  createDirectoryScanner,
  type DirectoryScanner,
  type Scan,
} from '../../src/definitions/directory-scanner.ts';
import { createTempDir } from '../helpers/temp-dir.ts';

/** Of a directory that stays as it is. */
interface OpenScanner extends AsyncDisposable {
  scan(known: Scan | null): Promise<Scan>;
}

function openScanner(root: string): OpenScanner {
  const scanner = createDirectoryScanner({ root, clock: systemClock });
  return {
    async scan(known) {
      const found = await scanner.scan(known);
      if (found === null) throw new Error('another version became current');
      return found;
    },
    [Symbol.asyncDispose]: () => scanner.close(),
  };
}

/** Each file with its text. */
function textsOf({ files }: Scan): Readonly<Record<string, string>> {
  return Object.fromEntries(files.map(({ file, bytes }) => [file, bytes.toString()]));
}

describe('a directory scanner', () => {
  it('has all files, small, empty and large ones', async () => {
    using dir = createTempDir();
    const large = 'x'.repeat(1024 * 1024);
    const names = Array.from({ length: 300 }, (_, index) => `${index % 7}/${index}.yaml`);
    const texts = Object.fromEntries(names.map((name, index) => [name, index % 50 === 0 ? large : name]));
    for (const [name, text] of Object.entries({ ...texts, 'empty.yaml': '' })) dir.write(name, text);
    await using scanner = openScanner(dir.path);
    const found = await scanner.scan(null);
    expect(textsOf(found)).toEqual({ ...texts, 'empty.yaml': '' });
    expect(found.files.map(({ file }) => file)).toEqual([...names, 'empty.yaml'].sort());
  });

  it('hands over only what differs from the scan that is known', async () => {
    using dir = createTempDir();
    for (const name of ['a.yaml', 'b.yaml', 'c.yaml', 'd.yaml', 'e.yaml']) dir.write(name, 'old');
    await using scanner = openScanner(dir.path);
    const before = await scanner.scan(null);
    dir.write('b.yaml', 'new');
    utimesSync(join(dir.path, 'c.yaml'), 1, 1);
    rmSync(join(dir.path, 'd.yaml'));
    dir.write('aa.yaml', 'more');
    const after = await scanner.scan(before);
    expect(textsOf(after)).toEqual({
      'a.yaml': 'old',
      'aa.yaml': 'more',
      'b.yaml': 'new',
      'c.yaml': 'old',
      'e.yaml': 'old',
    });
    const same = after.files.filter((file) => before.files.includes(file)).map(({ file }) => file);
    expect(same).toEqual(['a.yaml', 'c.yaml', 'e.yaml']);
    expect((await scanner.scan(after)).files).toBe(after.files);
  });

  it('goes by the scan that is known, whatever it saw after that', async () => {
    using dir = createTempDir();
    dir.write('a.yaml', '1');
    await using scanner = openScanner(dir.path);
    const first = await scanner.scan(null);
    dir.write('a.yaml', '2');
    await scanner.scan(first);
    expect(textsOf(await scanner.scan(first))).toEqual({ 'a.yaml': '2' });
    dir.write('b.yaml', 'b');
    expect(textsOf(await scanner.scan(first))).toEqual({ 'a.yaml': '2', 'b.yaml': 'b' });
    dir.write('a.yaml', '1');
    rmSync(join(dir.path, 'b.yaml'));
    expect((await scanner.scan(first)).files).toBe(first.files);
  });

  it('answers with all there is when it has forgotten the scan that is known', async () => {
    using dir = createTempDir();
    dir.write('a.yaml', '1');
    dir.write('b.yaml', '1');
    await using scanner = openScanner(dir.path);
    const first = await scanner.scan(null);
    const second = await scanner.scan(null);
    await scanner.scan(second);
    rmSync(join(dir.path, 'b.yaml'));
    const found = await scanner.scan(first);
    expect(textsOf(found)).toEqual({ 'a.yaml': '1' });
    expect(found.revision).toBe((await scanner.scan(found)).revision);
  });

  it('knows what it knew after a scan that failed', async () => {
    using dir = createTempDir();
    const path = join(dir.path, 'hooks');
    dir.write('hooks/a.yaml', '1');
    await using scanner = openScanner(path);
    const first = await scanner.scan(null);
    renameSync(path, `${path}.away`);
    await expect(scanner.scan(first)).rejects.toThrow(/ENOENT/);
    renameSync(`${path}.away`, path);
    expect((await scanner.scan(first)).files).toBe(first.files);
  });

  it('scans once at a time', async () => {
    using dir = createTempDir();
    dir.write('a.yaml', '1');
    await using scanner = openScanner(dir.path);
    const scans = await Promise.all([scanner.scan(null), scanner.scan(null), scanner.scan(null)]);
    expect(scans.map(({ number }) => number)).toEqual([1, 2, 3]);
  });

  it('rejects what is asked of it after its end, and what was under way', async () => {
    using dir = createTempDir();
    dir.write('a.yaml', '1');
    const scanner: DirectoryScanner = createDirectoryScanner({ root: dir.path, clock: systemClock });
    const started = scanner.scan(null);
    const [first, second] = await Promise.allSettled([started, scanner.scan(null), scanner.close()]);
    expect([first, second]).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }]);
    await expect(scanner.scan(null)).rejects.toThrow('it is closed');
    await scanner.close();
  });
});
