import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { runCommand, startCommand } from '../helpers/process.ts';
import { runApp } from '../helpers/running-app.ts';
import { createTempDir } from '../helpers/temp-dir.ts';

const LOG = 'source: crud\nevent: consumers\nhandler: log\n';
const URL_IN_BANNER = /on (http:\/\/\S+)/;

describe('hookline', () => {
  it.each(['serve', 'validate', 'emit', 'listen', 'status', 'ping'])(
    '%s --help shows an example',
    async (command) => {
      const { code, stdout } = await runCommand([command, '--help']);
      expect(code).toBe(0);
      expect(stdout).toContain(`Example:\n  $ hookline ${command}`);
    },
  );

  it.each([
    [['nonsense']],
    [['emit']],
    [['serve', '--listen', 'nowhere']],
    [['listen', '--status', '99']],
    [['emit', 'a', 'b', '{']],
  ])('exits 2 for %j', async (args) => {
    const { code, stderr } = await runCommand(args);
    expect(code).toBe(2);
    expect(stderr).not.toContain('    at ');
  });
});

describe('hookline serve', () => {
  it('prints address, revision, counts and a curl line that works, and drains on SIGTERM', async () => {
    using dir = createTempDir();
    dir.write('hooks/log.yaml', LOG);
    await using server = startCommand(['serve', 'hooks', '--listen', '127.0.0.1:0'], { cwd: dir.path });
    const [, url] = await server.printed(URL_IN_BANNER);
    await server.printed(/curl .*\n/);
    expect(server.stderr()).toMatch(/Live: dir@sha256:[0-9a-f]{64} with 1 hook and 8 sources/);
    const body = /-d '(.*)'/.exec(server.stderr())?.[1] ?? '';
    const response = await fetch(`${url}/events`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    });
    expect(await response.json()).toMatchObject({ hooks: [{ hook: 'log' }] });
    await server.printed('log callback');
    server.kill('SIGTERM');
    expect(await server.ended).toBe(0);
  });

  it('says which port is taken and exits 1', async () => {
    using dir = createTempDir();
    dir.write('hooks/log.yaml', LOG);
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const { code, stderr } = await runCommand(['serve', 'hooks', '--listen', `127.0.0.1:${port}`], {
      cwd: dir.path,
    });
    taken.close();
    expect(code).toBe(1);
    expect(stderr).toContain(`hookline: Cannot listen on 127.0.0.1:${port}: another process has the port`);
  });

  it('says who has the state directory and exits 1', async () => {
    using dir = createTempDir();
    dir.write('hooks/log.yaml', LOG);
    await using first = startCommand(['serve', 'hooks', '--listen', '127.0.0.1:0'], { cwd: dir.path });
    await first.printed(URL_IN_BANNER);
    const { code, stderr } = await runCommand(['serve', 'hooks', '--listen', '127.0.0.1:0'], {
      cwd: dir.path,
    });
    expect(code).toBe(1);
    expect(stderr).toContain(`process ${first.pid} has it`);
  });

  it('starts without its directory, says so in one line, and picks it up when it appears', async () => {
    using dir = createTempDir();
    await using server = startCommand(['serve', 'hooks', '--listen', '127.0.0.1:0'], {
      cwd: dir.path,
      env: { HOOKLINE_RECONCILE_POLL: '0.1' },
    });
    await server.printed('Failed: Cannot read directory "hooks"');
    await server.printed(URL_IN_BANNER);
    dir.write('hooks/log.yaml', LOG);
    await server.printed('with 1 hook');
  });

  it('refuses an address others can reach, unless it is told to', async () => {
    const { code, stderr } = await runCommand(['serve', '--listen', '0.0.0.0:0']);
    expect(code).toBe(2);
    expect(stderr).toContain('--insecure');
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

  it('refuses settings with every mistake named', async () => {
    using dir = createTempDir();
    dir.write('hookline.yaml', 'lisen: x\nlog: { level: loud }\n');
    const { code, stderr } = await runCommand(['serve'], { cwd: dir.path });
    expect(code).toBe(2);
    expect(stderr).toContain('lisen');
    expect(stderr).toContain('"log.level"');
  });
});

describe('hookline validate', () => {
  it('prints every problem of every file with its frame and exits 1', async () => {
    using dir = createTempDir();
    dir.write('hooks/a.yaml', 'source: crud\nhandler: webhok\n');
    dir.write('hooks/b.yaml', 'source: crd\nhandler: log\n');
    const { code, stdout } = await runCommand(['validate', 'hooks'], { cwd: dir.path });
    expect(code).toBe(1);
    expect(stdout).toContain('a.yaml:2:10 error unknown_handler');
    expect(stdout).toContain('> 2 | handler: webhok\n    |          ^');
    expect(stdout).toContain('hint: Did you mean "webhook"?');
    expect(stdout).toContain("b.yaml:1:9 error unknown_source: source 'crd' is not registered");
  });

  it('prints JSON for scripts', async () => {
    using dir = createTempDir();
    dir.write(
      'a.yaml',
      'source: crud\nhandler: webhook\nconfig: { url: "https://example.com/", secret: hunter2 }\n',
    );
    const { code, stdout } = await runCommand(['validate', '--json', dir.path]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      valid: true,
      hooks: 1,
      problems: [
        { code: 'ssl_verify_unsaid', severity: 'warning', file: 'a.yaml', line: 3 },
        { code: 'plain_secret', severity: 'warning', path: 'config.secret' },
      ],
    });
  });

  it('accepts the examples and the demo without a warning', async () => {
    const { code, stdout } = await runCommand(['validate', 'hooks.d', 'demo/hooks']);
    expect(stdout).toBe('Valid: 9 hooks, 0 errors, 0 warnings\n');
    expect(code).toBe(0);
  });

  it('says in one line that a path is not there', async () => {
    const { code, stderr } = await runCommand(['validate', 'nowhere.yaml']);
    expect(code).toBe(1);
    expect(stderr).toContain('hookline: Cannot read "nowhere.yaml"');
  });
});

describe('hookline emit, status and ping', () => {
  it('ask a running server', async () => {
    await using app = await runApp({ 'log.yaml': LOG });
    const url = ['--url', `${app.app.url}/`];
    const emitted = await runCommand(['emit', 'crud', 'consumers', '-', '--id', 'e-1', ...url], {
      input: '{"a":1}',
    });
    expect(emitted.code).toBe(0);
    expect(JSON.parse(emitted.stdout)).toMatchObject({ id: 'e-1', hooks: [{ hook: 'log' }] });
    const refused = await runCommand(['emit', 'crud', 'consumer', '{}', ...url]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('Did you mean "consumers"?');
    const status = await runCommand(['status', ...url]);
    expect(status.code).toBe(0);
    expect(status.stdout).toContain('Loaded      1 hook, 8 sources');
    expect(JSON.parse((await runCommand(['status', '--json', ...url])).stdout)).toMatchObject({
      serving: 'live',
    });
    const ping = await runCommand(['ping', 'log', ...url]);
    expect(ping.code).toBe(1);
    expect(ping.stderr).toContain("handler 'log' does not support 'ping'");
  });

  it.each([['emit', 'crud', 'consumers'], ['status'], ['ping', 'x']])(
    '%s says in one line that no server answers',
    async (...args) => {
      const { code, stderr } = await runCommand([...args, '--url', 'http://127.0.0.1:1']);
      expect(code).toBe(1);
      expect(stderr).toContain('Cannot reach a server at http://127.0.0.1:1');
    },
  );
});

describe('hookline listen', () => {
  it('prints what it gets, verifies it, and ends on SIGINT', async () => {
    await using receiver = startCommand([
      'listen',
      '--listen',
      '127.0.0.1:0',
      '--secret',
      'hunter2',
      '--status',
      '204',
    ]);
    const [, url] = await receiver.printed(/Listening on (http:\/\/\S+),/);
    await using app = await runApp({
      'hook.yaml': `source: crud\nevent: consumers\nhandler: webhook\nconfig: { url: "${url}/here", secret: hunter2, ssl_verify: true }\n`,
      'wrong.yaml': `source: crud\nevent: routes\nhandler: webhook\nconfig: { url: "${url}/there", secret: other, ssl_verify: true }\n`,
    });
    await app.emit('crud', 'consumers', { some: 'data' });
    await receiver.printed('x-kong-signature verified, webhook-signature verified');
    await receiver.printed('POST /here');
    await receiver.printed('{"some":"data","event":"consumers","source":"crud"}');
    expect((await app.get('/event-hooks/hook/ping')).status).toBe(200);
    await receiver.printed('"event":"ping"');
    await app.emit('crud', 'routes', {});
    await receiver.printed('x-kong-signature does NOT verify');
    receiver.kill('SIGINT');
    expect(await receiver.ended).toBe(0);
  });
});
