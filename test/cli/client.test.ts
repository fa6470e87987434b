import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { askServer, toRefusal } from '../../src/cli/client.ts';
import { createAuthority } from '../helpers/certificates.ts';
import { runCommand } from '../helpers/process.ts';
import { createTempDir } from '../helpers/temp-dir.ts';
import { startTlsReceiver } from '../helpers/tls-receiver.ts';

const authority = createAuthority();

/** A server that is none of ours. */
async function startOther(listener: RequestListener): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

describe('askServer()', () => {
  it('says that none answers, by every address of the name', async () => {
    await expect(askServer({ url: 'http://localhost:3', token: null }, '/status')).rejects.toMatchObject({
      code: 'server_unreachable',
      message: expect.stringMatching(
        /^Cannot reach a server at http:\/\/localhost:3: .*ECONNREFUSED.*; is "hookline serve" running\?$/,
      ),
    });
  });

  it('asks for https where the server serves TLS', async () => {
    await using server = await startTlsReceiver(authority.issue('hooks.example'));
    const url = `http://127.0.0.1:${server.port}`;
    await expect(askServer({ url, token: null }, '/status')).rejects.toMatchObject({
      code: 'server_unreachable',
      message: expect.stringContaining(
        `; does it serve TLS? Then --url https://127.0.0.1:${server.port}, and see --ca`,
      ),
    });
  });

  it('asks for http where the server serves no TLS', async () => {
    await using other = await startOther((_req, res) => res.end('{}'));
    const url = other.url.replace('http:', 'https:');
    await expect(askServer({ url, token: null }, '/status')).rejects.toMatchObject({
      code: 'server_unreachable',
      message: expect.stringMatching(/^.*; does it serve no TLS\? Then --url http:\/\/127\.0\.0\.1:\d+$/),
    });
  });

  it('asks for a certificate where the server wants one', async () => {
    await using server = await startTlsReceiver({ ...authority.issue('hooks.example'), ca: authority.ca });
    using dir = createTempDir();
    const ca = dir.write('ca.pem', authority.ca);
    const url = `https://127.0.0.1:${server.port}`;
    const { code, stderr } = await runCommand(['status', '--url', url, '--ca', ca]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/; it may want a certificate of yours: see --cert and --key\n$/);
  });

  it('says that another program answers', async () => {
    await using other = await startOther((_req, res) => res.end('<html>'));
    await expect(askServer({ url: other.url, token: null }, '')).rejects.toMatchObject({
      message: `Cannot reach a server at ${other.url}: it answers 200 without JSON, so it is another program; see --url`,
    });
  });

  it('says that the answer broke off', async () => {
    await using other = await startOther((_req, res) => {
      res.writeHead(200, { 'content-length': 100 }).write('{', () => res.destroy());
    });
    await expect(askServer({ url: other.url, token: null }, '')).rejects.toMatchObject({
      code: 'server_unreachable',
      message: expect.stringContaining('its answer broke off: '),
    });
  });
});

describe('toRefusal()', () => {
  it.each([
    [{ message: 'No', hint: 'Try yes' }, 'No\n  Try yes'],
    [{ message: 'No', err: 'because' }, 'No\n  because'],
    [{}, 'the server answered 500'],
    [null, 'the server answered 500'],
  ])('makes of %j %j', (body, text) => {
    expect(toRefusal({ status: 500, body })).toBe(text);
  });
});
