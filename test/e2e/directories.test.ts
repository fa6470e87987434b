import { execFileSync } from 'node:child_process';
import { chmodSync, renameSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { mountConfigMap } from '../helpers/config-map.ts';
import { startCommand } from '../helpers/process.ts';
import { runApp } from '../helpers/running-app.ts';
import { createTempDir } from '../helpers/temp-dir.ts';

const LOG = 'source: crud\nhandler: log\n';

interface Status {
  readonly hooks: number;
  readonly conditions: readonly {
    readonly type: string;
    readonly status: string;
    readonly message: string;
  }[];
}

describe('a server on a machine without watches left', () => {
  const PRELOAD = new URL('../helpers/out-of-watches.ts', import.meta.url).href;
  /** With a limit of none in a user namespace, where that may be set; else as a fault where a watch is asked for. */
  const LIMITED = [
    'unshare',
    '-Ur',
    'sh',
    '-c',
    'echo 0 > /proc/sys/user/max_inotify_watches && exec "$0" "$@"',
  ];

  function canLimit(): boolean {
    try {
      execFileSync(LIMITED[0] ?? '', [...LIMITED.slice(1), 'true'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  }

  it.each([
    ...(canLimit() ? [['a limit of none', { wrapper: LIMITED, env: {} }] as const] : []),
    ['a fault', { wrapper: [], env: { NODE_OPTIONS: `--import ${PRELOAD}` } }] as const,
  ])('(%s) says WatchDegraded and finds changes by its polls', async (_how, { wrapper, env }) => {
    using dir = createTempDir();
    dir.write('hooks/a.yaml', LOG);
    await using server = startCommand(['serve', 'hooks', '--listen', '127.0.0.1:0'], {
      cwd: dir.path,
      wrapper,
      env: { HOOKLINE_RECONCILE_POLL: '0.1', ...env },
    });
    const [, url] = await server.printed(/serves hooks on (http:\S+)/);
    const read = async (): Promise<Status> => (await (await fetch(`${url}/status`)).json()) as Status;
    const until = async (isSo: (status: Status) => boolean): Promise<Status> => {
      let status = await read();
      for (; !isSo(status); status = await read()) await delay(20);
      return status;
    };
    const { conditions } = await until((status) =>
      status.conditions.some(({ type }) => type === 'WatchDegraded'),
    );
    expect(conditions.find(({ type }) => type === 'WatchDegraded')).toMatchObject({
      status: 'True',
      message: expect.stringMatching(/^Cannot watch "hooks", looking every 0\.1 s instead: .*ENOSPC/),
    });
    dir.write('hooks/b.yaml', LOG);
    await until(({ hooks }) => hooks === 2);
  });
});

describe('a directory that is touched', () => {
  it('leads to no reconcile: 1,000 changes of modes and times are none of the content', async () => {
    await using app = await runApp({ 'a.yaml': LOG, 'b.yaml': LOG });
    const status = async (): Promise<unknown> => {
      const { lastAttempted, lastApplied } = (await app.get('/status')).body as Record<string, unknown>;
      return { lastAttempted, lastApplied };
    };
    const before = await status();
    const path = join(app.hooks.path, 'a.yaml');
    for (let n = 0; n < 500; n += 1) {
      chmodSync(path, n % 2 === 0 ? 0o600 : 0o644);
      utimesSync(path, n, n);
      if (n % 50 === 0) await app.app.reconcile();
    }
    await app.app.reconcile();
    expect(await status()).toEqual(before);
    expect(app.reports).toHaveLength(1);
  });
});

describe('a directory below that cannot be read any more', () => {
  /** Permissions stop nobody who tests as root; a link to a directory is one that is not gone into. */
  it('keeps the hooks of all its files, where files are isolated', async () => {
    await using app = await runApp(
      { '.away/e.yaml': LOG, 'team.yaml/a.yaml': LOG, 'team.yaml/b/c.yaml': LOG, 'd.yaml': LOG },
      { settings: { reconcile: { policy: 'isolate' } } },
    );
    renameSync(join(app.hooks.path, 'team.yaml'), join(app.hooks.path, '.away/team'));
    for (const file of ['team.yaml', 'new.yaml']) symlinkSync('.away', join(app.hooks.path, file));
    await app.app.reconcile();
    expect(app.reports.at(-1)).toMatchObject({
      kind: 'applied',
      snapshot: { hooks: [{}, {}, {}] },
      held: [
        { file: 'new.yaml', as: 'left_out' },
        { file: 'team.yaml/a.yaml', as: 'last_good' },
        { file: 'team.yaml/b/c.yaml', as: 'last_good' },
      ],
      problems: [{ code: 'file_unreadable' }, { code: 'file_unreadable' }],
    });
  });
});

describe('a mounted ConfigMap that is swapped all the time', () => {
  /** Seconds; the long form says more (npm run test:soak). */
  const SECONDS = Number(process.env.SOAK_S ?? '3');
  const FILES = Array.from({ length: 30 }, (_, n) => `hook-${n}.yaml`);
  const toVersion = (version: number): Record<string, string> =>
    Object.fromEntries(FILES.map((file) => [file, `${LOG}snooze: ${version}\n`]));

  it('every 20 ms, is served as one version at a time and loses no hook', {
    timeout: SECONDS * 1000 + 30_000,
  }, async () => {
    using dir = createTempDir();
    const mount = mountConfigMap(join(dir.path, 'hooks'), toVersion(0));
    await using app = await runApp({}, { settings: { sources: [{ dir: mount.path }] } });
    const seen = new Set<number>();
    const look = async (): Promise<void> => {
      const { body } = await app.get('/event-hooks?size=1000');
      const snoozes = new Set((body as { data: { snooze: number }[] }).data.map(({ snooze }) => snooze));
      const { data } = body as { data: readonly unknown[] };
      expect([data.length, snoozes.size]).toEqual([FILES.length, 1]);
      for (const snooze of snoozes) seen.add(snooze);
    };
    let version = 0;
    for (const until = performance.now() + SECONDS * 1000; performance.now() < until; await delay(20)) {
      version += 1;
      mount.swap(toVersion(version));
      await look();
    }
    await app.app.reconcile();
    await look();
    expect(Math.max(...seen)).toBe(version);
    const kinds = new Set(app.reports.map(({ kind }) => kind));
    expect([kinds.has('blocked'), kinds.has('refused')]).toEqual([false, false]);
    console.log(
      `${version} swaps in ${SECONDS} s: ${app.reports.length} reports, ${seen.size} versions seen`,
    );
  });
});
