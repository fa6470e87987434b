import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createDirectorySource } from '../../src/definitions/directory-source.ts';
import type { DefinitionSource, SourceFiles } from '../../src/definitions/source.ts';
import { createLogger } from '../../src/logger.ts';
import { mountConfigMap } from '../helpers/config-map.ts';
import { toBrief } from '../helpers/load-text.ts';
import { createSettlingClock } from '../helpers/settling-clock.ts';
import { createTempDir } from '../helpers/temp-dir.ts';

/** A source whose waits end at once; what it waits for can be disturbed. */
interface SteppedSource extends Pick<DefinitionSource, 'restore'>, AsyncDisposable {
  /** Reads, and does something at each wait. Answers how often it waited too. */
  read(onWait?: (wait: number) => void): Promise<SourceFiles & { readonly waits: number }>;
}

function createSteppedSource(dir: string, labelled = false): SteppedSource {
  let onSettle: () => void = () => undefined;
  const clock = createSettlingClock(() => onSettle());
  const logger = createLogger('silent');
  const source = createDirectorySource({ name: 'hooks', dir, labelled, clock, logger, pollMs: 1_000 });
  return {
    restore: source.restore,
    async read(onWait = () => undefined) {
      let waits = 0;
      onSettle = () => {
        waits += 1;
        onWait(waits);
      };
      return { ...(await source.read({ live: null })), waits };
    },
    [Symbol.asyncDispose]: () => source.close(),
  };
}

/** Reads with a source that is not needed again. */
async function readOnce(
  dir: string,
  {
    labelled = false,
    onWait,
  }: { readonly labelled?: boolean; readonly onWait?: (wait: number) => void } = {},
): ReturnType<SteppedSource['read']> {
  await using source = createSteppedSource(dir, labelled);
  return await source.read(onWait);
}

function log(extra = ''): string {
  return `source: crud\nhandler: log\n${extra}`;
}

function namesOf({ files }: SourceFiles): readonly string[] {
  return files.flatMap(({ definitions }) => definitions.map(({ definition }) => definition.name));
}

function problemsOf({ files }: SourceFiles): readonly string[] {
  return files.flatMap(({ problems }) => problems.map((problem) => `${problem.file}:${toBrief(problem)}`));
}

describe('a directory source', () => {
  it('reads what is added, edited, broken, mended and removed', async () => {
    using dir = createTempDir();
    await using source = createSteppedSource(dir.path);
    expect((await source.read()).files).toEqual([]);

    dir.write('a.yaml', log());
    dir.write('team/b.yaml', log());
    expect(namesOf(await source.read())).toEqual(['a', 'team/b']);

    dir.write('a.yaml', log('description: edited\n'));
    const [edited] = (await source.read()).files;
    expect(edited?.definitions).toMatchObject([
      {
        definition: { description: 'edited' },
        origin: { source: `dir:${dir.path}`, owner: 'hooks', file: 'a.yaml', line: 1 },
      },
    ]);

    dir.write('a.yaml', log('snoze: 1\n'));
    const broken = await source.read();
    expect([namesOf(broken), problemsOf(broken)]).toEqual([['team/b'], ['a.yaml:3:1 unknown_key snoze']]);

    dir.write('a.yaml', log('snooze: 1\n'));
    expect(problemsOf(await source.read())).toEqual([]);

    rmSync(join(dir.path, 'team'), { recursive: true });
    expect(namesOf(await source.read())).toEqual(['a']);
  });

  it('parses again only what changed', async () => {
    using dir = createTempDir();
    for (const name of ['a.yaml', 'b.yaml', 'c.yaml']) dir.write(name, log());
    await using source = createSteppedSource(dir.path);
    const before = await source.read();
    dir.write('b.yaml', log('snooze: 1\n'));
    utimesSync(join(dir.path, 'c.yaml'), 1, 1);
    const after = await source.read();
    expect(after.files.map((file, index) => file === before.files[index])).toEqual([true, false, true]);
  });

  it('takes a rollback, of the same size and with a time before that of what it read', async () => {
    using dir = createTempDir();
    const path = dir.write('a.yaml', log('snooze: 2\n'));
    await using source = createSteppedSource(dir.path);
    const { revision } = await source.read();
    dir.write('a.yaml', log('snooze: 1\n'));
    utimesSync(path, 1, 1);
    const rolled = await source.read();
    expect(rolled.revision).not.toBe(revision);
    expect(rolled.files[0]?.definitions).toMatchObject([{ definition: { snooze: 1 } }]);
  });

  it('looks once when nothing changed and waits for what did', async () => {
    using dir = createTempDir();
    dir.write('a.yaml', log());
    await using source = createSteppedSource(dir.path);
    expect((await source.read()).waits).toBe(1);
    expect((await source.read()).waits).toBe(0);
    dir.write('a.yaml', log('snooze: 1\n'));
    expect((await source.read()).waits).toBe(1);
  });

  it('names a file that cannot be read as a problem of that file', async () => {
    using dir = createTempDir();
    dir.write('a.yaml', log());
    symlinkSync('nowhere.yaml', join(dir.path, 'b.yaml'));
    await using source = createSteppedSource(dir.path);
    const read = await source.read();
    expect([namesOf(read), problemsOf(read)]).toEqual([['a'], ['b.yaml:1:1 file_unreadable']]);
    expect((await source.read()).waits).toBe(0);
    rmSync(join(dir.path, 'b.yaml'));
    expect(problemsOf(await source.read())).toEqual([]);
  });

  it('has the bytes each file was loaded from', async () => {
    using dir = createTempDir();
    dir.write('a.yaml', log());
    await using source = createSteppedSource(dir.path);
    const { files } = await source.read();
    dir.write('a.yaml', log('snooze: 1\n'));
    expect(files.map(({ path, bytes }) => [path, bytes.toString()])).toEqual([['a.yaml', log()]]);
  });

  it('shows paths behind its name where there are other sources, and names hooks without it', async () => {
    using dir = createTempDir();
    dir.write('a.yaml', log('snoze: 1\n'));
    dir.write('b.yaml', log());
    symlinkSync('nowhere.yaml', join(dir.path, 'c.yaml'));
    const read = await readOnce(dir.path, { labelled: true });
    expect([namesOf(read), problemsOf(read)]).toEqual([
      ['b'],
      ['hooks:a.yaml:3:1 unknown_key snoze', 'hooks:c.yaml:1:1 file_unreadable'],
    ]);
    expect(read.files.map(({ owner, path, file }) => [owner, path, file])).toEqual([
      ['hooks', 'a.yaml', 'hooks:a.yaml'],
      ['hooks', 'b.yaml', 'hooks:b.yaml'],
      ['hooks', 'c.yaml', 'hooks:c.yaml'],
    ]);
  });

  it('does not parse again what was kept of it over a restart', async () => {
    using dir = createTempDir();
    dir.write('a.yaml', log());
    dir.write('b.yaml', log('snooze: 1\n'));
    await using source = createSteppedSource(dir.path);
    const kept = ['a.yaml', 'b.yaml'].map((path) => ({ path, bytes: Buffer.from(log()) }));
    const restored = await source.restore({ revision: 'dir@sha256:1', commit: null, files: kept });
    expect(restored).toMatchObject({ revision: 'dir@sha256:1', commit: null });
    const read = await source.read();
    expect(read.files.map((file, index) => file === restored.files[index])).toEqual([true, false]);
  });
});

describe('the revision of a directory', () => {
  it('follows from paths and bytes alone', async () => {
    using one = createTempDir();
    using other = createTempDir();
    const files = ['a.yaml', 'b/c.yaml', 'b/a.json'];
    for (const file of files) one.write(file, log());
    for (const file of files.toReversed()) other.write(file, log());
    other.write('notes.txt', 'no definition');
    const { revision } = await readOnce(one.path);
    expect(revision).toMatch(/^dir@sha256:[0-9a-f]{64}$/);
    expect((await readOnce(other.path)).revision).toBe(revision);
  });

  it('stays over touches, changes of mode, copies and a way there and back', async () => {
    using dir = createTempDir();
    const path = dir.write('a.yaml', log());
    await using source = createSteppedSource(dir.path);
    const { revision } = await source.read();
    const changes = [
      () => utimesSync(path, 1, 1),
      () => chmodSync(path, 0o600),
      () => writeFileSync(path, log()),
      () => {
        writeFileSync(`${path}.new`, log());
        renameSync(`${path}.new`, path);
      },
    ];
    for (const change of changes) {
      change();
      expect(await source.read()).toMatchObject({ revision, waits: 0 });
    }
    dir.write('a.yaml', log('snooze: 1\n'));
    expect((await source.read()).revision).not.toBe(revision);
    dir.write('a.yaml', log());
    expect((await source.read()).revision).toBe(revision);
  });

  it.each<[string, (path: string) => void]>([
    ['a byte', (path) => writeFileSync(join(path, 'a.yaml'), `${log()}\n`)],
    ['a name', (path) => renameSync(join(path, 'a.yaml'), join(path, 'b.yaml'))],
    [
      'a place',
      (path) => mkdirSync(join(path, 'b')) ?? renameSync(join(path, 'a.yaml'), join(path, 'b/a.yaml')),
    ],
    ['an empty file more', (path) => writeFileSync(join(path, 'b.yaml'), '')],
    ['a link to nothing more', (path) => symlinkSync('nowhere', join(path, 'b.yaml'))],
    ['a file less', (path) => rmSync(join(path, 'a.yaml'))],
  ])('changes with %s', async (_what, change) => {
    using dir = createTempDir();
    dir.write('a.yaml', log());
    await using source = createSteppedSource(dir.path);
    const { revision } = await source.read();
    change(dir.path);
    expect((await source.read()).revision).not.toBe(revision);
  });
});

describe('a read while files are written', () => {
  it('takes no half of a file that is written in pieces', async () => {
    using dir = createTempDir();
    const whole = log('description: written in pieces\nsnooze: 60\n');
    const pieces = whole.match(/.{1,9}\n?|\n/g) ?? [];
    const path = dir.write('a.yaml', pieces[0] ?? '');
    const read = await readOnce(dir.path, {
      onWait(wait) {
        const piece = pieces[wait];
        if (piece !== undefined) appendFileSync(path, piece);
      },
    });
    expect(pieces.length).toBeGreaterThan(5);
    expect(read).toMatchObject({ waits: pieces.length, files: [{ problems: [] }] });
    expect(read.files[0]?.definitions).toMatchObject([{ definition: { snooze: 60 } }]);
  });

  it('does not take a file that was emptied and is about to be written', async () => {
    using dir = createTempDir();
    dir.write('a.yaml', log());
    await using source = createSteppedSource(dir.path);
    const { revision } = await source.read();
    dir.write('a.yaml', '');
    const read = await source.read((wait) => {
      if (wait === 1) dir.write('a.yaml', log());
    });
    expect(read).toMatchObject({ revision, files: [{ problems: [] }] });
  });

  it('does not see a file that comes and goes', async () => {
    using dir = createTempDir();
    dir.write('a.yaml', log());
    await using source = createSteppedSource(dir.path);
    const { revision } = await source.read();
    dir.write('.a.yaml.swp', 'x');
    const other = dir.write('4913.yaml', 'x');
    expect(await source.read(() => rmSync(other, { force: true }))).toMatchObject({ revision });
  });

  it('gives up on files that keep changing, and reads them when they stop', async () => {
    using dir = createTempDir();
    dir.write('a.yaml', log());
    await using source = createSteppedSource(dir.path);
    const restless = source.read((wait) => dir.write('a.yaml', log(`snooze: ${wait}\n`)));
    await expect(restless).rejects.toMatchObject({
      reason: 'KeepsChanging',
      message: expect.stringContaining('its files keep changing'),
    });
    expect(namesOf(await source.read())).toEqual(['a']);
  });
});

describe('a directory that goes away', () => {
  it('is said to be unreadable, and read again when it is back', async () => {
    using dir = createTempDir();
    const path = join(dir.path, 'hooks.d');
    await using source = createSteppedSource(path);
    const missing = {
      reason: 'Unreadable',
      message: expect.stringContaining(`Cannot read directory "${path}": ENOENT`),
    };
    await expect(source.read()).rejects.toMatchObject(missing);
    dir.write('hooks.d/a.yaml', log());
    const { revision } = await source.read();
    renameSync(path, `${path}.away`);
    await expect(source.read()).rejects.toMatchObject(missing);
    renameSync(`${path}.away`, path);
    expect(await source.read()).toMatchObject({ revision, waits: 0 });
  });

  it('is not said to be unreadable when it is back at once', async () => {
    using dir = createTempDir();
    const path = join(dir.path, 'hooks.d');
    dir.write('hooks.d/a.yaml', log());
    await using source = createSteppedSource(path);
    const { revision } = await source.read();
    renameSync(path, `${path}.away`);
    expect(await source.read((wait) => wait === 1 && renameSync(`${path}.away`, path))).toMatchObject({
      revision,
    });
  });

  it('is said to be unreadable when a file took its place', async () => {
    using dir = createTempDir();
    await expect(readOnce(dir.write('hooks.d', log()))).rejects.toMatchObject({
      reason: 'Unreadable',
    });
  });
});

describe('a mounted ConfigMap', () => {
  const FILES = ['a.yaml', 'b.yaml', 'c.yaml', 'd.yaml'];
  const toVersion = (version: number): Record<string, string> =>
    Object.fromEntries(FILES.map((file) => [file, log(`snooze: ${version}\n`)]));

  it('is never read as a mixture of two versions, however often it is swapped', async () => {
    using dir = createTempDir();
    const mount = mountConfigMap(join(dir.path, 'hooks'), toVersion(0));
    await using source = createSteppedSource(mount.path);
    let version = 0;
    const swap = (): void => {
      version += 1;
      mount.swap(toVersion(version));
    };
    const read = async (disturb: () => void): Promise<number> => {
      const reading = source.read((wait) => wait < 3 && disturb());
      for (let turn = 0; turn < version % 5; turn += 1) await setImmediate();
      disturb();
      const { files } = await reading;
      const snoozes = files.flatMap(({ definitions }) =>
        definitions.map(({ definition }) => (definition.kind === 'EventHook' ? definition.snooze : null)),
      );
      expect(snoozes).toEqual(FILES.map(() => snoozes[0]));
      return snoozes[0] ?? -1;
    };
    const seen: number[] = [];
    while (version < 200) seen.push(await read(swap));
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(await read(() => undefined)).toBe(version);
  });
});
