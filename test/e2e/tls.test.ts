import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createAuthority } from '../helpers/certificates.ts';
import { runCommand, startCommand } from '../helpers/process.ts';
import { startProxyServer } from '../helpers/proxy-server.ts';
import { runApp } from '../helpers/running-app.ts';
import { createTempDir } from '../helpers/temp-dir.ts';
import { startTlsReceiver } from '../helpers/tls-receiver.ts';
import { startTokenServer } from '../helpers/token-server.ts';

const authority = createAuthority();
const server = authority.issue('hooks.example');
const LOG = 'source: crud\nevent: consumers\nhandler: log\n';

describe('a server over TLS', () => {
  it('says https, and is asked by commands that trust it', async () => {
    using dir = createTempDir();
    dir.write('hooks.d/log.yaml', LOG);
    const ca = dir.write('ca.pem', authority.ca);
    const env = {
      HOOKLINE_TLS_CERT: dir.write('tls.crt', server.cert),
      HOOKLINE_TLS_KEY: dir.write('tls.key', server.key),
    };
    await using running = startCommand(['serve', 'hooks.d', '--listen', '127.0.0.1:0'], {
      cwd: dir.path,
      env,
    });
    const [, url = ''] = await running.printed(/serves hooks\.d on (https:\/\/\S+)/);
    await running.printed(`curl -s ${url}/events`);
    const ask = (args: readonly string[], variables: Record<string, string> = {}) =>
      runCommand([...args, '--url', url], { env: variables });

    expect(await ask(['status', '--ca', ca])).toMatchObject({ code: 0 });
    expect(await ask(['emit', 'crud', 'consumers', '{}'], { HOOKLINE_CA: ca })).toMatchObject({ code: 0 });
    const replayed = await ask(['replay', '--hook', 'log', '--ca', ca]);
    expect(replayed).toMatchObject({ code: 0 });
    const distrusted = await ask(['status']);
    expect(distrusted).toMatchObject({ code: 1, stdout: '' });
    expect(distrusted.stderr).toMatch(/Cannot reach a server at https:.*; see --ca, --cert and --key/);
  });

  it('with authorities of clients is asked by commands that have a certificate', async () => {
    using dir = createTempDir();
    dir.write('hooks.d/log.yaml', LOG);
    const ca = dir.write('ca.pem', authority.ca);
    const own = authority.issue('operator');
    const [cert, key] = [dir.write('own.crt', own.cert), dir.write('own.key', own.key)];
    const files = {
      cert: dir.write('tls.crt', server.cert),
      key: dir.write('tls.key', server.key),
      client_ca: ca,
    };
    const settings = dir.write('hookline.yaml', `tls: ${JSON.stringify(files)}\n`);
    await using running = startCommand(
      ['serve', 'hooks.d', '--listen', '0.0.0.0:0', '--settings', settings],
      { cwd: dir.path },
    );
    const [, port = ''] = await running.printed(/on https:\/\/0\.0\.0\.0:(\d+)/);
    const ask = (...args: readonly string[]) =>
      runCommand(['status', '--url', `https://127.0.0.1:${port}`, '--ca', ca, ...args]);
    expect(await ask('--cert', cert, '--key', key)).toMatchObject({ code: 0 });
    expect((await ask()).code).toBe(1);
    expect(await ask('--cert', cert)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('give both --cert and --key'),
    });
    expect(await ask('--cert', cert, '--key', ca)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Cannot use --key: it has no private key in PEM'),
    });
    expect((await ask('--cert', cert, '--key', join(dir.path, 'none'))).stderr).toContain(
      'Cannot read --key',
    );
  });

  it('does not start with a certificate that cannot be used', async () => {
    using dir = createTempDir();
    dir.write('hooks.d/log.yaml', LOG);
    const env = {
      HOOKLINE_TLS_CERT: dir.write('tls.crt', server.cert),
      HOOKLINE_TLS_KEY: dir.write('tls.key', authority.issue('another').key),
    };
    const args = ['serve', 'hooks.d', '--listen', '127.0.0.1:0'];
    const ended = await runCommand(args, { cwd: dir.path, env });
    expect(ended).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is not the key of the certificate'),
    });
  });
});

describe('a hook with certificates, a proxy and a token server', () => {
  it('delivers, and goes on when the files change', async () => {
    using secrets = createTempDir();
    const clients = ['old.example', 'new.example'].map((name) => authority.issue(name));
    const write = (index: number): void => {
      secrets.write('client.crt', clients[index]?.cert ?? '');
      secrets.write('client.key', clients[index]?.key ?? '');
    };
    write(0);
    secrets.write('ca.crt', authority.ca);
    secrets.write('client-secret', 'hunter2hunter2');
    await using receiver = await startTlsReceiver({ ...server, ca: authority.ca });
    await using tokens = await startTokenServer(server);
    await using proxy = await startProxyServer();
    const config = {
      url: receiver.url,
      ssl_verify: true,
      tls: {
        ca: '{vault://file/ca.crt}',
        cert: '{vault://file/client.crt}',
        key: '{vault://file/client.key}',
      },
      proxy: proxy.url,
      auth: {
        oauth2: {
          token_url: tokens.url,
          client_id: 'hookline',
          client_secret: '{vault://file/client-secret}',
        },
      },
    };
    const hook = { source: 'crud', event: 'consumers', handler: 'webhook', config };
    await using app = await runApp(
      { 'hook.yaml': JSON.stringify(hook) },
      { settings: { secrets: { file_root: secrets.path } } },
    );
    expect(app.reports).toMatchObject([{ problems: [] }]);
    await app.emit('crud', 'consumers', {});
    write(1);
    await app.emit('crud', 'consumers', {});
    expect(receiver.clients).toEqual(['old.example', 'new.example']);
    expect(tokens.asked.map(({ authorization }) => authorization)).toHaveLength(2);
    expect(new Set(proxy.asked)).toEqual(new Set([new URL(receiver.url).host, new URL(tokens.url).host]));
    const { body } = await app.get('/event-hooks');
    expect(body).toMatchObject({
      data: [{ config: { auth: { oauth2: { scopes: [], client_id: 'hookline' } } } }],
    });
    expect(JSON.stringify([body, app.log])).not.toMatch(/hunter2|token-1|BEGIN/);
  });

  it('says of a hook that asks for the key of the server that it may not', async () => {
    using files = createTempDir();
    const tls = { cert: files.write('tls.crt', server.cert), key: files.write('tls.key', server.key) };
    const config = `{ url: "https://127.0.0.1:1/", ssl_verify: true, secret: "{vault://file/tls.key}" }`;
    await using app = await runApp(
      { 'hook.yaml': `source: crud\nhandler: webhook\nconfig: ${config}\n` },
      { settings: { secrets: { file_root: files.path }, intake: { listen: '127.0.0.1:0', tls } } },
    );
    expect(app.app.intakeUrl).toMatch(/^https:/);
    expect(app.app.url).toMatch(/^http:/);
    expect(app.reports).toMatchObject([{ problems: [{ code: 'reference_reserved' }] }]);
  });
});
