import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerClientError } from '../../src/http/client-error.ts';
import { startServer, toListenError } from '../../src/http/server.ts';
import { createLogger } from '../../src/logger.ts';
import { sendRaw } from '../helpers/raw-request.ts';
import { type RunningApp, runApp } from '../helpers/running-app.ts';

const BODY = JSON.stringify({ source: 'crud', event: 'consumers', data: {} });
const KEPT = 'POST /events HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n';
const POST = `${KEPT}connection: close\r\n`;
const LOOPBACK = { host: '127.0.0.1', port: 0 };

let app: RunningApp;
beforeAll(async () => {
  app = await runApp({ 'log.yaml': 'source: crud\nevent: consumers\nhandler: log\n' });
});
afterAll(() => app[Symbol.asyncDispose]());

/** Opens a connection and sends the first part of a request on it. */
async function openWith(url: string, bytes: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await new Promise((resolve) => socket.write(bytes, resolve));
  return socket;
}

async function readCounts(): Promise<unknown> {
  return ((await app.get('/status')).body as { counters: { events: unknown } }).counters.events;
}

function closed(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
  });
}

describe('a request that is not HTTP', () => {
  it.each([
    ['is nonsense', 'nonsense\r\n\r\n', 400],
    ['has a method nobody knows', 'FOO /events HTTP/1.1\r\nhost: localhost\r\n\r\n', 400],
    ['has a header with a NUL', 'GET /healthz HTTP/1.1\r\nhost: localhost\r\nx: a\0b\r\n\r\n', 400],
    ['has headers without end', `GET /healthz HTTP/1.1\r\nhost: localhost\r\nx: ${'y'.repeat(70_000)}`, 431],
    ['gives two lengths', `${POST}content-length: 2\r\ncontent-length: 3\r\n\r\n{}`, 400],
    ['gives a length and chunks', `${POST}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}`, 400],
    ['breaks its chunks', `${POST}transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`, 400],
  ])('is answered when it %s, and the server goes on', async (_what, bytes, status) => {
    const answer = await sendRaw(app.app.url, bytes);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toEqual({
      message: expect.stringMatching(/^Cannot read the request: ./),
    });
    expect((await app.get('/healthz')).status).toBe(200);
  });

  it('is refused when it names no host', async () => {
    expect((await sendRaw(app.app.url, 'GET /healthz HTTP/1.1\r\n\r\n')).status).toBe(400);
    expect((await sendRaw(app.app.url, 'GET /healthz HTTP/1.0\r\n\r\n')).status).toBe(421);
  });

  it('is cut off without a word when the connection carried an answer already', async () => {
    const { status, body } = await sendRaw(
      app.app.url,
      `GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\nnonsense\r\n\r\n`,
    );
    expect(status).toBe(200);
    expect(body).toBe('{"message":"ok"}');
  });
});

describe('a body that does not come', () => {
  it('in time is answered 408', async () => {
    const server = createServer({ requestTimeout: 20, headersTimeout: 20, connectionsCheckingInterval: 10 });
    server.on('clientError', answerClientError);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const answer = await sendRaw(`http://127.0.0.1:${port}`, `${POST}content-length: 2\r\n\r\n{`, {
      end: false,
    });
    server.close();
    expect(answer.status).toBe(408);
    expect(JSON.parse(answer.body)).toEqual({ message: 'Cannot read the request: Request timeout' });
  });

  it('holds up nobody, and is taken once it came', async () => {
    const socket = await openWith(
      app.app.url,
      `${POST}content-length: ${BODY.length}\r\n\r\n${BODY.slice(0, 10)}`,
    );
    expect((await app.post('/events', BODY)).status).toBe(202);
    const answer = closed(socket);
    socket.write(BODY.slice(10));
    expect(await answer).toMatch(/^HTTP\/1\.1 202 /);
  });

  it.each(['/events', '/event-hooks/log/test', '/event-hooks'])(
    'because the client went away leaves nothing of it at %s',
    async (path) => {
      const before = await readCounts();
      const request = POST.replace('/events', path);
      const socket = await openWith(
        app.app.url,
        `${request}content-length: ${BODY.length}\r\n\r\n${BODY.slice(0, 10)}`,
      );
      const gone = closed(socket);
      socket.destroy();
      await gone;
      expect(await readCounts()).toEqual(before);
      expect(app.log.filter((line) => line.includes('unexpected error'))).toEqual([]);
    },
  );
});

describe('a body that is too large', () => {
  const chunk = `100000\r\n${'x'.repeat(1024 * 1024)}\r\n`;

  it.each([
    ['as soon as its length is known', 'content-length: 16777217\r\n\r\n'],
    ['though its length is not told', `transfer-encoding: chunked\r\n\r\n${chunk.repeat(17)}0\r\n\r\n`],
  ])('is refused %s', async (_when, rest) => {
    const { status, body } = await sendRaw(app.app.url, KEPT + rest, { end: false, until: '}' });
    expect(status).toBe(413);
    expect(JSON.parse(body)).toEqual({ message: 'The body is larger than 16777216 bytes' });
  });
});

describe('a request to a proxy', () => {
  it('is taken for one to this server', async () => {
    const { status } = await sendRaw(
      app.app.url,
      'GET http://localhost/healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n',
    );
    expect(status).toBe(200);
  });
});

describe('startServer()', () => {
  const logger = createLogger('silent');

  it('serves POST /events and nothing else at an address of its own', async () => {
    await using separate = await runApp({}, { settings: { intake: { listen: '127.0.0.1:0' } } });
    const { url, intakeUrl } = separate.app;
    expect(intakeUrl).not.toBe(url);
    const post = (base: string): Promise<Response> =>
      fetch(`${base}/events`, {
        method: 'POST',
        body: BODY,
        headers: { 'content-type': 'application/json' },
      });
    expect((await post(intakeUrl)).status).toBe(202);
    expect((await post(url)).status).toBe(404);
    const status = await fetch(`${intakeUrl}/status`);
    expect(status.status).toBe(404);
    expect(await status.json()).toEqual({
      message: 'Not found: this address takes POST /events and /in/{source} only',
    });
  });

  it('lets a request under way finish when it is closed, and takes no other', async () => {
    await using closing = await runApp({});
    const request = `${POST}content-length: ${BODY.length}\r\n\r\n`;
    const socket = await openWith(closing.app.url, request);
    expect((await closing.get('/healthz')).status).toBe(200);
    const answer = closed(socket);
    const stopped = closing.app.stop();
    socket.write(BODY);
    expect(await answer).toMatch(/^HTTP\/1\.1 202 /);
    await stopped;
    await expect(fetch(closing.app.url)).rejects.toThrow('fetch failed');
  });

  it('cuts off who is still sending when the time it is given is over', async () => {
    const server = await startServer({
      listen: LOOPBACK,
      tls: null,
      events: null,
      api: () => undefined,
      logger,
    });
    const socket = await openWith(server.url, `${POST}content-length: 5\r\n\r\n{`);
    const gone = closed(socket);
    await server.close(1);
    expect(await gone).toBe('');
  });

  it('answers what a handler throws without its text', async () => {
    const lines: string[] = [];
    const server = await startServer({
      listen: LOOPBACK,
      tls: null,
      events: null,
      api: () => {
        throw new Error('inside out');
      },
      logger: createLogger('error', { write: (line) => lines.push(line) }),
    });
    const response = await fetch(server.url);
    await server.close();
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({ message: 'An unexpected error occurred' });
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ err: 'inside out', msg: 'unexpected error' });
  });

  it('says that a port is taken', async () => {
    const first = await startServer({ listen: LOOPBACK, tls: null, events: null, api: null, logger });
    const listen = { host: '127.0.0.1', port: Number(new URL(first.url).port) };
    await expect(startServer({ listen, tls: null, events: null, api: null, logger })).rejects.toMatchObject({
      code: 'address_in_use',
      message: `Cannot listen on 127.0.0.1:${listen.port}: another process has the port; stop it or choose another with --listen`,
    });
    await first.close();
  });

  it.each([
    ['192.0.2.1', 'this machine does not have that address'],
    ['nowhere.invalid', 'no such host is known'],
  ])('says why it cannot listen on %s', async (host, reason) => {
    const listen = { host, port: 0 };
    await expect(startServer({ listen, tls: null, events: null, api: null, logger })).rejects.toMatchObject({
      code: 'usage',
      message: `Cannot listen on ${host}:0: ${reason}`,
    });
  });

  it('says that a port is not for this user', () => {
    const cause = Object.assign(new Error('listen EACCES'), { code: 'EACCES' });
    expect(toListenError(cause, 'h:80').message).toBe(
      'Cannot listen on h:80: this user may not take that port; choose one from 1024 on',
    );
  });
});
