import { mkdirSync, renameSync, rmdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { watch } from 'chokidar';
import { describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../src/clock.ts';
import { watchDirectory } from '../../src/definitions/directory-watch.ts';
import { mountConfigMap } from '../helpers/config-map.ts';
import { createHeldClock, type HeldClock } from '../helpers/held-clock.ts';
import { createTempDir } from '../helpers/temp-dir.ts';

const POLL_MS = 10_000;
/** Longer than any test: what is hinted at was watched for. */
const NEVER_MS = 3_600_000;

/** A watch that counts its hints. */
interface Watched extends AsyncDisposable {
  readonly hints: number;
  readonly warnings: readonly object[];
  /** Resolves with the next hint. */
  next(): Promise<void>;
  close(): Promise<void>;
}

function watchFor(
  dir: string,
  { clock, pollMs }: { readonly clock: Clock; readonly pollMs: number },
): Watched {
  let hints = 0;
  let waiting: (() => void)[] = [];
  const warnings: object[] = [];
  const { close } = watchDirectory({
    dir,
    clock,
    pollMs,
    logger: { warn: (fields) => warnings.push(fields) },
    onHint: () => {
      hints += 1;
      for (const resolve of waiting) resolve();
      waiting = [];
    },
  });
  return {
    get hints() {
      return hints;
    },
    warnings,
    next: () => new Promise((resolve) => waiting.push(resolve)),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** A watch on the machine's own clock that is past its first hint, which says that it is ready. */
async function watchReady(dir: string): Promise<Watched> {
  const watched = watchFor(dir, { clock: systemClock, pollMs: NEVER_MS });
  await watched.next();
  return watched;
}

/** Waits until the watcher has reported something: one timer more than the poll's. */
async function untilReported(clock: HeldClock): Promise<void> {
  while (clock.timers < 2) await setImmediate();
}

function countWatchers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'FSEventWrap').length;
}

describe('watchDirectory()', () => {
  it.each<[string, (path: string) => void]>([
    ['is added', (path) => writeFileSync(join(path, 'b.yaml'), '1')],
    ['is changed', (path) => writeFileSync(join(path, 'a.yaml'), 'changed')],
    ['is changed further down', (path) => writeFileSync(join(path, 'team/a.yaml'), 'changed')],
    ['is removed', (path) => rmSync(join(path, 'a.yaml'))],
    ['is moved', (path) => renameSync(join(path, 'a.yaml'), join(path, 'team/b.yaml'))],
    ['is moved in', (path) => renameSync(`${path}.yaml`, join(path, 'b.yaml'))],
    ['is moved out', (path) => renameSync(join(path, 'a.yaml'), `${path}.old`)],
    ['is replaced as editors do it', (path) => renameSync(`${path}.yaml`, join(path, 'a.yaml'))],
    ['is added with its directory', (path) => renameSync(`${path}.new`, join(path, 'new'))],
    ['goes with its directory', (path) => rmSync(join(path, 'team'), { recursive: true })],
  ])('hints at a file that %s', async (_how, change) => {
    using dir = createTempDir();
    for (const file of ['hooks.d/a.yaml', 'hooks.d/team/a.yaml', 'hooks.d.yaml', 'hooks.d.new/a.yaml'])
      dir.write(file, '1');
    await using watched = await watchReady(join(dir.path, 'hooks.d'));
    const hinted = watched.next();
    change(join(dir.path, 'hooks.d'));
    await hinted;
    expect(watched.hints).toBeGreaterThanOrEqual(2);
  });

  it('hints at a directory that appears', async () => {
    using dir = createTempDir();
    await using watched = await watchReady(join(dir.path, 'hooks.d'));
    const hinted = watched.next();
    dir.write('hooks.d/a.yaml', '1');
    await hinted;
    expect(watched.hints).toBeGreaterThanOrEqual(2);
  });

  it('hints at a directory that goes away, comes back and changes then', async () => {
    using dir = createTempDir();
    const path = join(dir.path, 'hooks.d');
    mkdirSync(path);
    await using watched = await watchReady(path);
    const changes = [
      () => rmdirSync(path),
      () => dir.write('hooks.d/a.yaml', '1'),
      () => dir.write('hooks.d/b.yaml', '1'),
    ];
    for (const change of changes) {
      const hinted = watched.next();
      change();
      await hinted;
    }
    expect(watched.hints).toBeGreaterThanOrEqual(4);
  });

  it('hints at a mounted ConfigMap that is swapped', async () => {
    using dir = createTempDir();
    const mount = mountConfigMap(join(dir.path, 'hooks'), { 'a.yaml': '0' });
    await using watched = await watchReady(mount.path);
    const hinted = watched.next();
    mount.swap({ 'a.yaml': '1' });
    await hinted;
    expect(watched.hints).toBeGreaterThanOrEqual(2);
  });

  it('does not look at what stands beside the directory, nor at its dot files', async () => {
    using dir = createTempDir();
    const path = join(dir.path, 'hooks.d');
    dir.write('hooks.d/.git/index', '1');
    dir.write('beside/a.yaml', '1');
    const clock = createHeldClock();
    await using watched = watchFor(path, { clock, pollMs: POLL_MS });
    await untilReported(clock);
    clock.advance(20);
    // Whoever looks at everything has seen the changes that must not be hinted at.
    const everything = watch(dir.path, { ignoreInitial: true });
    await new Promise<void>((resolve) => everything.once('ready', () => resolve()));
    for (const file of ['hooks.d/.git/index', 'beside/a.yaml', 'hooks.d.yaml', 'beside/b.yaml']) {
      const seen = new Promise<void>((resolve) => everything.once('all', () => resolve()));
      dir.write(file, '2');
      await seen;
    }
    await everything.close();
    clock.advance(20);
    expect(watched.hints).toBe(1);
  });

  it('takes what is reported in one burst together', async () => {
    using dir = createTempDir();
    const path = join(dir.path, 'hooks.d');
    dir.write('hooks.d/a.yaml', '1');
    const clock = createHeldClock();
    await using watched = watchFor(path, { clock, pollMs: POLL_MS });
    await untilReported(clock);
    clock.advance(20);
    const before = watched.hints;
    const other = watch(path, { ignoreInitial: true });
    await new Promise<void>((resolve) => other.once('ready', () => resolve()));
    let reports = 0;
    const all = new Promise<void>((resolve) => {
      other.on('add', () => {
        reports += 1;
        if (reports === 20) resolve();
      });
    });
    for (let index = 0; index < 20; index += 1) dir.write(`hooks.d/${index}.yaml`, '1');
    await all;
    await untilReported(clock);
    await other.close();
    expect(clock.timers).toBe(2);
    clock.advance(20);
    expect(watched.hints).toBe(before + 1);
  });

  it('hints at every poll, whatever was reported', async () => {
    using dir = createTempDir();
    const clock = createHeldClock();
    await using watched = watchFor(join(dir.path, 'hooks.d'), { clock, pollMs: POLL_MS });
    await untilReported(clock);
    clock.advance(20);
    expect(watched.hints).toBe(1);
    clock.advance(POLL_MS - 21);
    expect(watched.hints).toBe(1);
    clock.advance(1);
    expect(watched.hints).toBe(2);
    clock.advance(5 * POLL_MS);
    expect(watched.hints).toBe(7);
  });

  it('polls on when the directory cannot be watched, and says why', async () => {
    using dir = createTempDir();
    const path = join(dir.path, 'hooks.d');
    symlinkSync('hooks.d', path);
    const clock = createHeldClock();
    await using watched = watchFor(path, { clock, pollMs: POLL_MS });
    while (watched.warnings.length === 0) await setImmediate();
    expect(watched.warnings).toMatchObject([{ err: expect.stringContaining('ELOOP') }]);
    const before = watched.hints;
    clock.advance(POLL_MS);
    expect(watched.hints).toBeGreaterThan(before);
  });

  it('leaves nothing running and hints no more once it is closed', async () => {
    using dir = createTempDir();
    const path = join(dir.path, 'hooks.d');
    dir.write('hooks.d/a.yaml', '1');
    const watchers = countWatchers();
    const clock = createHeldClock();
    const watched = watchFor(path, { clock, pollMs: POLL_MS });
    await untilReported(clock);
    expect(countWatchers()).toBeGreaterThan(watchers);
    await watched.close();
    while (countWatchers() > watchers) await setImmediate();
    dir.write('hooks.d/a.yaml', '2');
    clock.advance(10 * POLL_MS);
    expect([watched.hints, clock.timers]).toEqual([0, 0]);
  });

  it('can be closed before it is ready', async () => {
    using dir = createTempDir();
    const clock = createHeldClock();
    const watchers = countWatchers();
    const watched = watchFor(dir.path, { clock, pollMs: POLL_MS });
    await watched.close();
    while (countWatchers() > watchers) await setImmediate();
    clock.advance(10 * POLL_MS);
    expect([watched.hints, clock.timers]).toEqual([0, 0]);
  });
});

describe('a watch that failed', () => {
  it('says so until it works again, and is tried again after a minute', async () => {
    using dir = createTempDir();
    const path = join(dir.path, 'hooks.d');
    symlinkSync('hooks.d', path);
    const clock = createHeldClock();
    const warnings: object[] = [];
    let hints = 0;
    const logger = { warn: (fields: object) => warnings.push(fields) };
    const onHint = (): void => {
      hints += 1;
    };
    const watched = watchDirectory({ dir: path, clock, pollMs: POLL_MS, logger, onHint });
    await using _closing = { [Symbol.asyncDispose]: watched.close };
    while (watched.degraded() === null) await setImmediate();
    expect(watched.degraded()).toContain('ELOOP');
    rmSync(path);
    mkdirSync(path);
    clock.advance(60_000);
    while (watched.degraded() !== null) await setImmediate();
    const before = hints;
    dir.write('hooks.d/a.yaml', '1');
    while (hints === before) {
      await setImmediate();
      clock.advance(1);
    }
    expect(warnings).toHaveLength(1);
  });
});
