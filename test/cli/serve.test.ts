import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createAuthority } from '../helpers/certificates.ts';
import { DIES_FLAG } from '../helpers/crash-thread.ts';
import { runCommand, startCommand } from '../helpers/process.ts';
import { createTempDir } from '../helpers/temp-dir.ts';

const LOG = 'source: crud\nevent: consumers\nhandler: log\n';
const URL_IN_BANNER = /on (http:\/\/\S+)/;
const SERVE = ['serve', 'hooks', '--listen', '127.0.0.1:0'];

describe('hookline serve', () => {
  it('prints address, revision, counts and a curl line that works', async () => {
    using dir = createTempDir();
    dir.write('hooks/log.yaml', LOG);
    await using server = startCommand(SERVE, { cwd: dir.path });
    const [, url] = await server.printed(URL_IN_BANNER);
    await server.printed(/curl .*\n/);
    expect(server.stderr()).toMatch(/^Live: dir@sha256:[0-9a-f]{64} with 1 hook and 8 sources/);
    const body = /-d '(.*)'/.exec(server.stderr())?.[1] ?? '';
    const response = await fetch(`${url}/events`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    });
    expect(await response.json()).toMatchObject({ hooks: [{ hook: 'log' }] });
    await server.printed('log callback');
    expect(
      server
        .stdout()
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
    ).toMatchObject([{ msg: 'log callback', hook: 'log' }]);
  });

  it('shows what is wrong at the start, serves no hooks, and goes live once it is mended', async () => {
    using dir = createTempDir();
    dir.write('hooks/log.yaml', LOG.replace('log', 'lag'));
    await using server = startCommand(SERVE, { cwd: dir.path, env: { HOOKLINE_RECONCILE_POLL: '0.1' } });
    await server.printed('log.yaml:3:10 error unknown_handler');
    await server.printed('hint: Did you mean "log"?');
    await server.printed(/Refused: dir@\S+, 1 error, 0 warnings; no hooks are served until this is mended/);
    const [, url] = await server.printed(URL_IN_BANNER);
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    dir.write('hooks/log.yaml', LOG);
    await server.printed('with 1 hook');
    dir.write('hooks/log.yaml', `${LOG}nonsense: 1\n`);
    await server.printed('the last good snapshot keeps serving');
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });

  it('starts without its directory, says so, and picks it up when it appears', async () => {
    using dir = createTempDir();
    await using server = startCommand(SERVE, { cwd: dir.path, env: { HOOKLINE_RECONCILE_POLL: '0.1' } });
    await server.printed('Failed: Cannot read directory "hooks"');
    await server.printed(URL_IN_BANNER);
    dir.write('hooks/log.yaml', LOG);
    await server.printed('with 1 hook');
    expect(server.stderr().split('Failed:')).toHaveLength(2);
  });

  it('takes settings from a file, over it from the environment, over both from flags', async () => {
    using dir = createTempDir();
    dir.write('defs/log.yaml', LOG);
    dir.write('hookline.yaml', 'sources: [{ dir: nowhere }]\nlisten: 127.0.0.1:1\nlog: { level: silent }\n');
    await using server = startCommand(['serve', '--listen', '127.0.0.1:0'], {
      cwd: dir.path,
      env: { HOOKLINE_SOURCES: 'defs' },
    });
    await server.printed(/serves defs on http:\/\/127\.0\.0\.1:\d{2,}/);
  });
});

describe('the line to try of hookline serve', () => {
  const authority = createAuthority();
  const { cert, key } = authority.issue('hooks.example');

  it.each([
    [{}, ' --cacert FILE -H '],
    [{ HOOKLINE_TLS_CLIENT_CA: 'ca.pem' }, ' --cacert FILE --cert CERT --key KEY -H '],
  ])('names the files it takes over TLS with %j', async (env, options) => {
    using dir = createTempDir();
    dir.write('hooks/log.yaml', LOG);
    dir.write('ca.pem', authority.ca);
    dir.write('tls.crt', cert);
    dir.write('tls.key', key);
    const files = { HOOKLINE_TLS_CERT: 'tls.crt', HOOKLINE_TLS_KEY: 'tls.key' };
    await using server = startCommand(SERVE, { cwd: dir.path, env: { ...files, ...env } });
    const [, url = ''] = await server.printed(/on (https:\/\/\S+)/);
    await server.printed(/curl .*\n/);
    expect(server.stderr()).toContain(`curl -s ${url}/events${options}`);
  });

  it('sends to an address of this machine where it listens on every one', async () => {
    using dir = createTempDir();
    dir.write('hooks/log.yaml', LOG);
    await using server = startCommand(['serve', 'hooks', '--insecure', '--listen', ':0'], { cwd: dir.path });
    const [, port = ''] = await server.printed(/on http:\/\/0\.0\.0\.0:(\d+)/);
    await server.printed(/curl .*\n/);
    expect(server.stderr()).toContain(`curl -s http://127.0.0.1:${port}/events -H `);
  });
});

describe.concurrent('hookline serve when it cannot start', () => {
  it('says which port is taken', async () => {
    using dir = createTempDir();
    dir.write('hooks/log.yaml', LOG);
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const ended = await runCommand(['serve', 'hooks', '--listen', `127.0.0.1:${port}`], { cwd: dir.path });
    taken.close();
    expect(ended).toEqual({
      code: 1,
      stdout: '',
      stderr: `hookline: Cannot listen on 127.0.0.1:${port}: another process has the port; stop it or choose another with --listen\n`,
    });
  });

  it('says who has the state directory', async () => {
    using dir = createTempDir();
    dir.write('hooks/log.yaml', LOG);
    await using first = startCommand(SERVE, { cwd: dir.path });
    await first.printed(URL_IN_BANNER);
    expect(await runCommand(SERVE, { cwd: dir.path })).toEqual({
      code: 1,
      stdout: '',
      stderr: `hookline: Cannot use state directory ".hookline": process ${first.pid} has it; stop that one or choose another with --state\n`,
    });
  });

  it.each([
    [
      'a directory that is a file',
      ['serve', 'LICENSE', '--listen', '127.0.0.1:0'],
      1,
      'Cannot read directory "LICENSE": ENOTDIR',
    ],
    [
      'a state directory that is a file',
      [...SERVE, '--state', 'LICENSE'],
      1,
      'Cannot use state directory "LICENSE"',
    ],
    [
      'an address of another machine',
      ['serve', 'hooks', '--listen', '192.0.2.1:0', '--insecure'],
      2,
      'Cannot listen on 192.0.2.1:0: this machine does not have that address',
    ],
    ['an address others can reach', ['serve', 'hooks', '--listen', '0.0.0.0:0'], 2, '--insecure'],
    [
      'a settings file that is not there',
      [...SERVE, '--settings', 'nowhere.yaml'],
      2,
      'Cannot read settings "nowhere.yaml"',
    ],
  ])('says in one line what is wrong with %s', async (_what, args, code, message) => {
    using dir = createTempDir();
    dir.write('hooks/log.yaml', LOG);
    dir.write('LICENSE', '');
    const ended = await runCommand(args, { cwd: dir.path });
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toMatch(/^hookline: .*\n$/);
    expect(ended.stderr).toContain(message);
  });

  it('names every mistake of the settings', async () => {
    using dir = createTempDir();
    dir.write('hookline.yaml', 'lisen: x\nlog: { level: loud }\n');
    const { code, stderr } = await runCommand(['serve'], { cwd: dir.path });
    expect(code).toBe(2);
    expect(stderr).toContain('lisen');
    expect(stderr).toContain('log.level');
  });
});

describe('hookline serve whose journal dies', () => {
  it('ends with 1 and says so, acknowledges nothing that is lost, and goes on after another start', async () => {
    using dir = createTempDir();
    dir.write('hooks/log.yaml', LOG);
    const flag = join(dir.path, 'dies');
    const preload = new URL('../helpers/crash-thread.ts', import.meta.url).href;
    const emit = async (url: string, id: string): Promise<number> => {
      const body = JSON.stringify({ source: 'crud', event: 'consumers', id, data: {} });
      const headers = { 'content-type': 'application/json' };
      return (await fetch(`${url}/events`, { method: 'POST', body, headers })).status;
    };
    await using dying = startCommand(SERVE, {
      cwd: dir.path,
      env: { NODE_OPTIONS: `--import ${preload}`, [DIES_FLAG]: flag },
    });
    const [, url = ''] = await dying.printed(URL_IN_BANNER);
    expect(await emit(url, 'before')).toBe(202);
    writeFileSync(flag, '');
    // The server may end before it has answered.
    expect(await emit(url, 'during').catch(() => 503)).toBe(503);
    expect(await dying.ended).toBe(1);
    expect(dying.stderr()).toContain('hookline: Cannot go on: the journal ended');
    await using next = startCommand(SERVE, { cwd: dir.path });
    const [, again = ''] = await next.printed(URL_IN_BANNER);
    expect((await fetch(`${again}/events/before`)).status).toBe(200);
    expect((await fetch(`${again}/events/during`)).status).toBe(404);
  });
});
