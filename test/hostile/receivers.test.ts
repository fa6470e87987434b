import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { runApp } from '../helpers/running-app.ts';

/**
 * Answers no server gives. Those that hang, drip, are long, or are cut off are in test/deliver/http-client.test.ts, how
 * little they slow others in test/e2e/isolation.test.ts, and redirects to addresses that are refused in
 * test/deliver/guarded-connector.test.ts.
 */
const OK = 'HTTP/1.1 200 OK\r\n';
const BOMB = gzipSync(Buffer.alloc(64 * 1024 * 1024));

/** Writes the same again and again, as long as it is taken. */
function flood(socket: Socket, text: string): void {
  const more = (): void => {
    while (!socket.destroyed && socket.write(text));
  };
  socket.on('drain', more);
  more();
}

/** What a receiver does to a connection once something came, and what becomes of the attempt. */
const RECEIVERS: Readonly<
  Record<string, readonly [reason: string | null, answer: (socket: Socket) => void]>
> = {
  'a header that is too long': [
    'transport',
    (socket) => socket.end(`${OK}x: ${'y'.repeat(100_000)}\r\n\r\n`),
  ],
  'headers without end': [
    'transport',
    (socket) => {
      socket.write(OK);
      flood(socket, 'x: y\r\n'.repeat(100));
    },
  ],
  'a status line that is none': ['transport', (socket) => socket.end('HTTP/9.9 200 OK\r\n\r\n')],
  'a status of four digits': ['transport', (socket) => socket.end('HTTP/1.1 2000 OK\r\n\r\n')],
  'words before the status line': ['transport', (socket) => socket.end(`hello\r\n${OK}\r\n`)],
  'a status nobody knows': ['status', (socket) => socket.end('HTTP/1.1 999 x\r\ncontent-length: 0\r\n\r\n')],
  'preliminary answers without end': [
    'timeout',
    (socket) => flood(socket, 'HTTP/1.1 103 Early Hints\r\n\r\n'),
  ],
  'an upgrade': [
    'transport',
    (socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
  ],
  'two lengths': [
    'transport',
    (socket) => socket.end(`${OK}content-length: 2\r\ncontent-length: 3\r\n\r\nabc`),
  ],
  'a length and chunks': [
    'transport',
    (socket) => socket.end(`${OK}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\nzz`),
  ],
  'chunks that are none': [
    'transport',
    (socket) => socket.end(`${OK}transfer-encoding: chunked\r\n\r\nzz\r\n`),
  ],
  'a header with NUL': ['transport', (socket) => socket.end(`${OK}x: a\0b\r\n\r\n`)],
  'a second answer': [
    null,
    (socket) => socket.write(`${OK}content-length: 0\r\n\r\nHTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n`),
  ],
  'a decompression bomb': [
    null,
    (socket) =>
      socket.end(
        Buffer.concat([
          Buffer.from(`${OK}content-encoding: gzip\r\ncontent-length: ${BOMB.length}\r\n\r\n`),
          BOMB,
        ]),
      ),
  ],
  'a body of control characters': [
    null,
    (socket) => socket.end(`${OK}content-length: 9\r\n\r\n\u001b[31m\r\n\0\u009b`),
  ],
  'a redirect to itself': [
    'status',
    (socket) => socket.end('HTTP/1.1 307 x\r\nlocation: /\r\ncontent-length: 0\r\n\r\n'),
  ],
  'a wait of a thousand years': [
    'status',
    (socket) => socket.end('HTTP/1.1 503 x\r\nretry-after: 31536000000\r\ncontent-length: 0\r\n\r\n'),
  ],
};

function ignore(): void {}

interface Receiver extends AsyncDisposable {
  readonly url: string;
}

async function startReceiver(answer: (socket: Socket) => void): Promise<Receiver> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', ignore).once('data', () => answer(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Delivery {
  readonly id: string;
  readonly hook: string;
  readonly reason: string | null;
}

describe('a receiver that answers as no server does', () => {
  it('fails its own delivery, with a reason, and nothing else', async () => {
    await using receivers = new AsyncDisposableStack();
    const files: Record<string, string> = {};
    for (const [name, [, answer]] of Object.entries(RECEIVERS)) {
      const { url } = receivers.use(await startReceiver(answer));
      files[`${name.replaceAll(' ', '-')}.yaml`] =
        `source: crud\nevent: consumers\nhandler: webhook\nconfig: { url: "${url}", ssl_verify: true }\nretry: { attempts: 1 }\ntimeout: 2\n`;
    }
    await using app = await runApp(files);
    const event = { source: 'crud', event: 'consumers', data: {}, id: 'one' };
    expect((await app.post('/events', event)).status).toBe(202);
    await app.app.idle();
    const { body } = await app.get('/deliveries?size=100');
    const { data } = body as { data: readonly Delivery[] };
    const reasons = Object.fromEntries(data.map(({ hook, reason }) => [hook.replaceAll('-', ' '), reason]));
    expect(reasons).toEqual(
      Object.fromEntries(Object.entries(RECEIVERS).map(([name, [reason]]) => [name, reason])),
    );
    for (const { id } of data) {
      const { status, body: delivery } = await app.get(`/deliveries/${id}`);
      expect(status).toBe(200);
      expect(JSON.stringify(delivery).length).toBeLessThan(30_000);
    }
    expect(app.log.filter((line) => line.includes('unexpected error'))).toEqual([]);
    expect((await app.post('/events', { ...event, id: 'two' })).status).toBe(202);
  });
});
