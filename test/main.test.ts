import { execFile } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createHangingGit } from './helpers/hanging-git.ts';
import { type RunningCommand, runCommand, startCommand } from './helpers/process.ts';
import { createTempDir, type TempDir } from './helpers/temp-dir.ts';

const URL_IN_BANNER = /on (http:\/\/\S+)/;

/** A receiver that answers a request only when it is let. */
async function startSlowReceiver(): Promise<
  AsyncDisposable & { readonly url: string; readonly asked: Promise<void>; answer(): void }
> {
  const { promise: asked, resolve: noteAsked } = Promise.withResolvers<void>();
  const { promise: allowed, resolve: answer } = Promise.withResolvers<void>();
  const server = createServer(async (_req, res) => {
    noteAsked();
    await allowed;
    res.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answer,
    [Symbol.asyncDispose]: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

const OUT_OF_WATCHES = new URL('./helpers/out-of-watches.ts', import.meta.url).href;

function serve(dir: TempDir): RunningCommand {
  return startCommand(['serve', 'hooks', '--listen', '127.0.0.1:0'], { cwd: dir.path });
}

/** Starts a server and sends it an event for a hook on the receiver; resolves when the receiver is asked. */
async function serveBusy(
  dir: TempDir,
  receiver: Awaited<ReturnType<typeof startSlowReceiver>>,
): Promise<RunningCommand> {
  dir.write(
    'hooks/hook.yaml',
    `source: crud\nevent: consumers\nhandler: webhook\nconfig: { url: "${receiver.url}", ssl_verify: true }\n`,
  );
  const server = serve(dir);
  const [, url = ''] = await server.printed(URL_IN_BANNER);
  await runCommand(['emit', 'crud', 'consumers', '{}', '--url', url]);
  await receiver.asked;
  return server;
}

describe('SIGHUP', () => {
  it('has a server look at its definitions now, however often', async () => {
    using dir = createTempDir();
    dir.write('hooks/log.yaml', 'source: crud\nhandler: log\n');
    await using server = startCommand(['serve', 'hooks', '--listen', '127.0.0.1:0'], {
      cwd: dir.path,
      // Nothing but the signal finds a change.
      env: { HOOKLINE_RECONCILE_POLL: '3600', NODE_OPTIONS: `--import ${OUT_OF_WATCHES}` },
    });
    await server.printed(URL_IN_BANNER);
    for (const name of ['one', 'two']) {
      dir.write(`hooks/${name}.yaml`, 'source: crud\nhandler: log\n');
      server.kill('SIGHUP');
      await server.printed(new RegExp(`with ${name === 'one' ? 2 : 3} hooks`));
    }
  });

  it('ends another command', async () => {
    using dir = createTempDir();
    await using listening = startCommand(['listen', '--listen', '127.0.0.1:0'], { cwd: dir.path });
    await listening.printed(/http:/);
    listening.kill('SIGHUP');
    expect(await listening.ended).toBeNull();
  });
});

describe('a signal', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    '%s ends a server that has nothing to do with 0',
    async (signal) => {
      using dir = createTempDir();
      dir.write('hooks/log.yaml', 'source: crud\nhandler: log\n');
      await using server = serve(dir);
      await server.printed(URL_IN_BANNER);
      server.kill(signal);
      expect(await server.ended).toBe(0);
      expect(server.stderr()).toMatch(/\nStopping: finishing what is in flight\n$/);
    },
  );

  it('lets what is in flight finish, takes nothing new, and loses nothing', async () => {
    using dir = createTempDir();
    await using receiver = await startSlowReceiver();
    await using server = await serveBusy(dir, receiver);
    server.kill('SIGTERM');
    await server.printed('Stopping: finishing what is in flight');
    receiver.answer();
    expect(await server.ended).toBe(0);

    await using again = serve(dir);
    const [, url] = await again.printed(URL_IN_BANNER);
    expect(await (await fetch(`${url}/deliveries`)).json()).toMatchObject({
      data: [{ state: 'succeeded', attempt_count: 1 }],
      next: null,
    });
  });

  it('for the second time ends the server at once, and what was in flight is delivered after the next start', async () => {
    using dir = createTempDir();
    await using receiver = await startSlowReceiver();
    await using server = await serveBusy(dir, receiver);
    server.kill('SIGTERM');
    await server.printed('Stopping: finishing what is in flight');
    server.kill('SIGTERM');
    expect(await server.ended).toBe(130);

    receiver.answer();
    await using again = serve(dir);
    const [, url] = await again.printed(URL_IN_BANNER);
    await expect
      .poll(async () => (await fetch(`${url}/deliveries`)).json(), { timeout: 20_000 })
      .toMatchObject({ data: [{ state: 'succeeded' }] });
  });
});

describe('a second signal, of either kind', () => {
  it('leaves no git behind, and no key', async () => {
    using dir = createTempDir();
    using git = createHangingGit();
    git.hangAt('ls-remote');
    dir.write(
      'hookline.yaml',
      'sources: [{ git: { url: "ssh://git@127.0.0.1:1/x", auth: { ssh_key: KEY, known_hosts: HOSTS } } }]\n',
    );
    await using server = startCommand(['serve', '--listen', '127.0.0.1:0'], {
      cwd: dir.path,
      env: { PATH: git.path },
    });
    const pid = await git.hung();
    const keys = (): readonly string[] => globSync(`${dir.path}/.hookline/git/keys-*/*`);
    expect([keys().length, isRunning(pid)]).toEqual([2, true]);
    server.kill('SIGTERM');
    server.kill('SIGINT');
    expect(await server.ended).toBe(130);
    expect(keys()).toEqual([]);
    await expect.poll(() => isRunning(pid)).toBe(false);
  });
});

/** One that has ended, and that nobody has asked how, has no program any more. */
function isRunning(pid: number): boolean {
  return existsSync(`/proc/${pid}/exe`);
}

describe('a pipe whose reader has gone', () => {
  const sh = (script: string, cwd: string): Promise<{ stdout: string; stderr: string }> =>
    promisify(execFile)('sh', ['-c', script], {
      cwd,
      env: {
        PATH: process.env.PATH ?? '',
        NODE: process.execPath,
        MAIN: `${process.cwd()}/src/main.ts`,
        NO_COLOR: '1',
      },
    });

  it.each([
    ['validate hooks', 1],
    ['validate --json hooks', 1],
    ['--help', 0],
    ['validate --help', 0],
  ])('ends "%s" without a word of it, and with its own exit code', async (args, code) => {
    using dir = createTempDir();
    for (let n = 0; n < 300; n += 1) dir.write(`hooks/h${n}.yaml`, 'source: crud\nhandler: webhok\n');
    const { stdout, stderr } = await sh(
      `{ "$NODE" "$MAIN" ${args}; echo "code $?" >&2; } | head -n 1`,
      dir.path,
    );
    expect(stdout.trim().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(new RegExp(`code ${code}\n$`));
    expect(stderr).not.toMatch(/EPIPE| {4}at /);
  });

  it('ends a receiver that prints to it', async () => {
    using dir = createTempDir();
    const { stderr } = await sh(
      `touch err.log
       "$NODE" "$MAIN" listen --listen 127.0.0.1:0 2>>err.log | true &
       until grep -q Listening err.log; do sleep 0.05; done
       url=$(sed 's/.*on \\(http[^,]*\\),.*/\\1/' err.log)
       "$NODE" -e 'fetch(process.argv[1]).catch(() => undefined)' "$url"
       wait`,
      dir.path,
    );
    expect(stderr).toBe('');
  });
});

describe('an output that cannot be written', () => {
  it.runIf(existsSync('/dev/full'))('is said, and the command exits 1', async () => {
    const { stdout, stderr } = await promisify(execFile)('sh', [
      '-c',
      `"${process.execPath}" src/main.ts validate hooks.d > /dev/full; echo "code $?"`,
    ]);
    expect(stdout).toBe('code 1\n');
    expect(stderr).toMatch(/^hookline: Cannot write the output: ENOSPC/);
  });
});
