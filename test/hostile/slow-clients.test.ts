import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { CONNECTION_LIMITS, type ConnectionLimits, toMaxConnections } from '../../src/http/connections.ts';
import { startServer } from '../../src/http/server.ts';
import { createLogger } from '../../src/logger.ts';
import { startCommand } from '../helpers/process.ts';
import { openConnection, readToEnd, toStatuses } from '../helpers/raw-talk.ts';
import { createTempDir } from '../helpers/temp-dir.ts';

const GET = 'GET / HTTP/1.1\r\nhost: localhost\r\n\r\n';
const LAST_GET = GET.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n');
/** Short where a test waits for the time to run out, and the shortest first: others are to run out before them. */
const LONG = 1_000_000;
const PATIENT: ConnectionLimits = {
  headersTimeout: LONG,
  requestTimeout: LONG,
  connectionsCheckingInterval: 5,
  keepAliveTimeout: LONG,
  timeout: LONG,
  maxConnections: 100,
};
const SHORT = 30;

/** A server whose answers are the test's. */
async function serve(
  limits: Partial<ConnectionLimits>,
  api: RequestListener = (_req, res) => res.end('done'),
): Promise<{ readonly url: string } & AsyncDisposable> {
  const listen = { host: '127.0.0.1', port: 0 };
  const logger = createLogger('silent');
  const server = await startServer({
    listen,
    events: null,
    api,
    logger,
    tls: null,
    limits: { ...PATIENT, ...limits },
  });
  return { url: server.url, [Symbol.asyncDispose]: () => server.close(0) };
}

/** Sends a text a byte at a time, again and again, until the other side has enough of it. */
function drip(socket: Socket, text: string): void {
  let at = 0;
  const timer = setInterval(() => {
    socket.write(text[at % text.length] ?? '');
    at += 1;
  }, 1);
  socket.once('close', () => clearInterval(timer));
}

describe('a client that takes its time', () => {
  it.each<readonly [string, Partial<ConnectionLimits>, string, string]>([
    ['says nothing', { headersTimeout: SHORT }, '', ''],
    ['sends its headers a byte at a time', { headersTimeout: SHORT }, GET.slice(0, -2), 'x: y\r\n'],
    ['stops within its headers', { headersTimeout: SHORT }, GET.slice(0, 20), ''],
    [
      'sends its body a byte at a time',
      { requestTimeout: SHORT, headersTimeout: SHORT },
      'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000000\r\n\r\n',
      'x',
    ],
    [
      'sends chunks without end',
      { requestTimeout: SHORT, headersTimeout: SHORT },
      'POST / HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n',
      '1\r\nx\r\n',
    ],
  ])('and %s is answered 408 and cut off', async (_what, limits, first, rest) => {
    await using server = await serve(limits, (req, res) => req.resume().once('end', () => res.end()));
    const socket = await openConnection(server.url);
    const answers = readToEnd(socket);
    socket.write(first);
    if (rest !== '') drip(socket, rest);
    expect(toStatuses(await answers)).toEqual([408]);
  });

  it('and says nothing after an answer is cut off', async () => {
    await using server = await serve({ keepAliveTimeout: SHORT });
    const socket = await openConnection(server.url);
    const answers = readToEnd(socket);
    socket.write(GET);
    expect(toStatuses(await answers)).toEqual([200]);
  });

  it('and does not read its answer is cut off', async () => {
    const cutOff = Promise.withResolvers<boolean>();
    await using server = await serve({ timeout: SHORT }, (_req, res) => {
      res.once('close', () => cutOff.resolve(res.writableFinished));
      res.end(Buffer.alloc(64 * 1024 * 1024));
    });
    await ask(server.url, cutOff.promise);
    expect(await cutOff.promise).toBe(false);
  });

  it('but waits for an answer is not cut off, however long that takes', async () => {
    const asked = Promise.withResolvers<() => void>();
    await using server = await serve({ timeout: SHORT }, (_req, res) => asked.resolve(() => res.end('late')));
    const waiting = await ask(server.url, asked.promise);
    const answers = readToEnd(waiting);
    const answer = await asked.promise;
    // One that was opened later, and has nothing to wait for, is cut off before.
    await readToEnd(await openConnection(server.url));
    answer();
    expect(await answers).toMatch(/late$/);
  });
});

/** Asks until it is in time: a busy machine may let a connection wait before its request comes. Reads nothing. */
async function ask(url: string, asked: Promise<unknown>): Promise<Socket> {
  for (;;) {
    const socket = await openConnection(url);
    socket.pause().write(LAST_GET);
    const closed = new Promise((resolve) => socket.on('error', () => undefined).once('close', resolve));
    const isAsked = await Promise.race([asked.then(() => true), closed.then(() => false)]);
    if (isAsked) return socket;
  }
}

describe('more clients than there may be', () => {
  it('are all let in: who was idle longest gives way', async () => {
    await using server = await serve({ maxConnections: 3 });
    const [first, second] = [await openConnection(server.url), await openConnection(server.url)];
    const gone = readToEnd(first);
    const spoken = await openConnection(server.url);
    const answers = readToEnd(spoken);
    spoken.write(GET);
    await new Promise((resolve) => spoken.once('data', resolve));
    const late = await openConnection(server.url);
    const answer = readToEnd(late);
    late.write(LAST_GET);
    expect(toStatuses(await answer)).toEqual([200]);
    expect(await gone).toBe('');
    spoken.write(LAST_GET);
    expect(toStatuses(await answers)).toEqual([200, 200]);
    const last = readToEnd(second);
    second.write(LAST_GET);
    expect(toStatuses(await last)).toEqual([200]);
  });

  it('do not end one that waits for its answer', async () => {
    const asked = Promise.withResolvers<() => void>();
    await using server = await serve({ maxConnections: 1 }, (req, res) =>
      req.url === '/slow' ? asked.resolve(() => res.end('slow')) : res.end('quick'),
    );
    const waiting = await openConnection(server.url);
    const answers = readToEnd(waiting);
    waiting.write(LAST_GET.replace('/ ', '/slow '));
    const answer = await asked.promise;
    await readToEnd(await openConnection(server.url));
    answer();
    expect(await answers).toMatch(/slow$/);
  });

  it.each([
    [null, 20_000],
    [1_024, 512],
    [4_096, 2_048],
    [20_000, 15_904],
    [1_048_576, 20_000],
  ])('are those for which of %s open files some are left for everything else', (openFiles, connections) => {
    expect(toMaxConnections(openFiles)).toBe(connections);
  });
});

/** Connections the machine lets this process have. The server is another process, with as many. */
function toPossible(wanted: number): number {
  const [, soft] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
  return Math.min(wanted, Number(soft) - 1_000, CONNECTION_LIMITS.maxConnections);
}

describe('ten thousand clients that say nothing', () => {
  it('keep nobody from being served', async () => {
    using hooks = createTempDir();
    using state = createTempDir();
    hooks.write('log.yaml', 'source: crud\nevent: consumers\nhandler: log\n');
    await using server = startCommand([
      'serve',
      hooks.path,
      '--listen',
      '127.0.0.1:0',
      '--state',
      state.path,
    ]);
    const [, url = ''] = await server.printed(/ on (http:\/\/\S+)/);
    const sockets: Socket[] = [];
    const count = toPossible(10_000);
    const send = async (): Promise<number> => {
      const event = { source: 'crud', event: 'consumers', data: { open: sockets.length } };
      const body = JSON.stringify(event);
      const headers = { 'content-type': 'application/json' };
      return (await fetch(`${url}/events`, { method: 'POST', body, headers })).status;
    };
    while (sockets.length < count) {
      const more = await Promise.all(Array.from({ length: 500 }, () => openConnection(url)));
      for (const socket of more) socket.on('error', () => undefined).resume();
      sockets.push(...more);
      expect(await send()).toBe(202);
    }
    expect(await send()).toBe(202);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    for (const socket of sockets) socket.destroy();
  }, 120_000);
});
