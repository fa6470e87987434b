import { once } from 'node:events';
import { renameSync, rmSync, symlinkSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { CONNECTION_LIMITS } from '../../src/http/connections.ts';
import { type ListeningServer, startServer } from '../../src/http/server.ts';
import { openTls } from '../../src/http/tls.ts';
import { createLogger } from '../../src/logger.ts';
import { type Certificate, createAuthority } from '../helpers/certificates.ts';
import { createHeldClock, type HeldClock } from '../helpers/held-clock.ts';
import { createTempDir, type TempDir } from '../helpers/temp-dir.ts';

const authority = createAuthority();
const stranger = createAuthority('Stranger');
const first = authority.issue('first.example');
const second = authority.issue('second.example');
const GET = 'GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n';
const LAST_GET = GET.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n');
const LOOK_MS = 10_000;
const SETTLE_MS = 1_000;

/** A server over TLS whose files can be changed. */
interface Bench extends AsyncDisposable {
  readonly server: ListeningServer;
  readonly dir: TempDir;
  readonly clock: HeldClock;
  readonly log: readonly string[];
  /** Moves the clock and resolves once the files were looked at. */
  look(ms: number): Promise<void>;
  /** Name in the certificate a client is shown. */
  shown(): Promise<string>;
}

const API = (_: IncomingMessage, res: { end(text: string): void }): void => res.end('answered');

async function startBench({
  certificate = first,
  clientCa = null,
  maxConnections = CONNECTION_LIMITS.maxConnections,
}: {
  readonly certificate?: Certificate;
  readonly clientCa?: string | null;
  readonly maxConnections?: number;
} = {}): Promise<Bench> {
  const dir = createTempDir();
  const clock = createHeldClock();
  const log: string[] = [];
  const logger = createLogger('debug', { write: (line) => log.push(line) });
  const files = {
    cert: dir.write('tls.crt', certificate.cert),
    key: dir.write('tls.key', certificate.key),
    clientCa: clientCa === null ? null : dir.write('ca.crt', clientCa),
  };
  const tls = await openTls({ files, clock, logger });
  const server = await startServer({
    listen: { host: '127.0.0.1', port: 0 },
    tls,
    events: null,
    api: API,
    logger,
    limits: { ...CONNECTION_LIMITS, maxConnections },
  });
  return {
    server,
    dir,
    clock,
    log,
    async look(ms) {
      clock.advance(ms);
      // A look has ended when it has set the time of the next one.
      while (clock.timers === 0) await new Promise((resolve) => setImmediate(resolve));
    },
    async shown() {
      const socket = await shakeHands(server.url, { ca: authority.ca });
      const { CN } = socket.getPeerCertificate().subject;
      socket.destroy();
      return String(CN);
    },
    async [Symbol.asyncDispose]() {
      await server.close(0);
      dir[Symbol.dispose]();
    },
  };
}

function shakeHands(url: string, options: ConnectionOptions): Promise<TLSSocket> {
  const { port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: Number(port), ...options }, () => resolve(socket));
    socket.once('error', reject);
  });
}

/** Asks over a connection of its own; rejects when it is cut off. */
async function ask(url: string, options: ConnectionOptions): Promise<string> {
  const socket = await shakeHands(url, options);
  return new Promise((resolve, reject) => {
    const asking = request({ path: '/', headers: { host: '127.0.0.1' }, createConnection: () => socket });
    asking.on('error', reject).on('response', async (answer) => {
      resolve((await answer.toArray()).join(''));
      socket.destroy();
    });
    asking.end();
  });
}

/** A connection that was answered and is open still. */
async function stay(url: string): Promise<TLSSocket> {
  const socket = await shakeHands(url, { ca: authority.ca });
  socket.write(GET);
  await once(socket, 'data');
  return socket;
}

describe('a server over TLS', () => {
  it('answers whoever trusts its certificate, and says https', async () => {
    await using bench = await startBench();
    expect(bench.server.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(await ask(bench.server.url, { ca: authority.ca })).toBe('answered');
    await expect(ask(bench.server.url, { ca: stranger.ca })).rejects.toThrow(/certificate/);
  });

  it('serves others however many connect and never shake hands', async () => {
    await using bench = await startBench({ maxConnections: 10 });
    const { port } = new URL(bench.server.url);
    const silent = Array.from({ length: 150 }, () =>
      connectTcp(Number(port), '127.0.0.1').on('error', () => {}),
    );
    await Promise.all(silent.map((socket) => once(socket, 'connect')));
    for (let n = 0; n < 5; n += 1) expect(await ask(bench.server.url, { ca: authority.ca })).toBe('answered');
    for (const socket of silent) socket.destroy();
  });

  it('serves others however many stay once they are answered: who was idle longest gives way', async () => {
    await using bench = await startBench({ maxConnections: 2 });
    const { url } = bench.server;
    const [longest, other] = [await stay(url), await stay(url)];
    const gone = new Promise((resolve) => longest.on('error', () => {}).once('close', resolve));
    expect(await ask(url, { ca: authority.ca })).toBe('answered');
    await gone;
    other.write(LAST_GET);
    expect((await other.toArray()).join('')).toContain('answered');
  });

  it('does not wait at a stop for who never shook hands', async () => {
    const bench = await startBench();
    const { port } = new URL(bench.server.url);
    const silent = connectTcp(Number(port), '127.0.0.1').on('error', () => {});
    await once(silent, 'connect');
    await ask(bench.server.url, { ca: authority.ca });
    const ended = once(silent, 'close');
    // Nothing but an end of the connection ends this one: its grace is longer than the test.
    await bench.server.close(1_000_000);
    await ended;
    bench.dir[Symbol.dispose]();
  });

  it('speaks no TLS older than 1.2', async () => {
    await using bench = await startBench();
    const shakeWith = (maxVersion: 'TLSv1.1' | 'TLSv1.2'): Promise<TLSSocket> =>
      shakeHands(bench.server.url, {
        ca: authority.ca,
        minVersion: 'TLSv1',
        maxVersion,
        ciphers: 'DEFAULT:@SECLEVEL=0',
      });
    const socket = await shakeWith('TLSv1.2');
    expect(socket.getProtocol()).toBe('TLSv1.2');
    socket.destroy();
    await expect(shakeWith('TLSv1.1')).rejects.toThrow(/protocol version/);
  });

  it('hangs up on whoever speaks something else, and goes on', async () => {
    await using bench = await startBench();
    const { port } = new URL(bench.server.url);
    for (const bytes of ['GET / HTTP/1.1\r\nhost: localhost\r\n\r\n', '\x16\x03\x01\xff\xffnonsense']) {
      const socket = connectTcp(Number(port), '127.0.0.1');
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.on('error', () => {});
      let heard = '';
      socket.on('data', (chunk) => {
        heard += chunk.toString('latin1');
      });
      socket.end(bytes);
      await closed;
      expect(heard).not.toContain('HTTP/1.1');
    }
    expect(await ask(bench.server.url, { ca: authority.ca })).toBe('answered');
  });

  it('answers what is no HTTP within TLS as any server does', async () => {
    await using bench = await startBench();
    const socket = await shakeHands(bench.server.url, { ca: authority.ca });
    socket.write('nonsense\r\n\r\n');
    expect((await socket.toArray()).join('')).toMatch(/^HTTP\/1\.1 400 Bad Request/);
  });

  it('does not keep a stop waiting for its files', async () => {
    const bench = await startBench();
    expect(bench.clock.timers).toBe(1);
    await bench[Symbol.asyncDispose]();
    expect(bench.clock.timers).toBe(0);
  });
});

describe('a server with authorities of clients', () => {
  it('takes clients with a certificate of theirs, and no other', async () => {
    await using bench = await startBench({ clientCa: authority.ca });
    const { url } = bench.server;
    const ca = authority.ca;
    expect(await ask(url, { ca, ...authority.issue('client') })).toBe('answered');
    await expect(ask(url, { ca })).rejects.toThrow();
    await expect(ask(url, { ca, maxVersion: 'TLSv1.2' })).rejects.toThrow();
    await expect(ask(url, { ca, ...stranger.issue('client') })).rejects.toThrow();
  });

  it('takes those of others once the file says so', async () => {
    await using bench = await startBench({ clientCa: authority.ca });
    const { url } = bench.server;
    bench.dir.write('ca.crt', stranger.ca);
    await bench.look(LOOK_MS);
    await bench.look(SETTLE_MS);
    const ca = authority.ca;
    expect(await ask(url, { ca, ...stranger.issue('client') })).toBe('answered');
    await expect(ask(url, { ca, ...authority.issue('client') })).rejects.toThrow();
  });
});

describe('certificates whose files change', () => {
  it('are taken once they are the same twice, and connections go on', async () => {
    await using bench = await startBench();
    const { url } = bench.server;
    const before = await shakeHands(url, { ca: authority.ca });
    bench.dir.write('tls.crt', second.cert);
    bench.dir.write('tls.key', second.key);
    expect(await bench.shown()).toBe('first.example');
    await bench.look(LOOK_MS);
    expect(await bench.shown()).toBe('first.example');
    await bench.look(SETTLE_MS);
    expect(await bench.shown()).toBe('second.example');
    expect(bench.log.join()).toContain('serving with the changed certificate');
    before.write(LAST_GET);
    expect((await before.toArray()).join('')).toContain('answered');
  });

  it('are taken when they are renamed into place, one after the other', async () => {
    await using bench = await startBench();
    const { dir } = bench;
    renameSync(dir.write('new.crt', second.cert), join(dir.path, 'tls.crt'));
    await bench.look(LOOK_MS);
    renameSync(dir.write('new.key', second.key), join(dir.path, 'tls.key'));
    await bench.look(SETTLE_MS);
    expect(await bench.shown()).toBe('first.example');
    await bench.look(SETTLE_MS);
    expect(await bench.shown()).toBe('second.example');
    expect(bench.log.filter((line) => line.includes('cannot use'))).toEqual([]);
  });

  it('are taken when the link of a mounted secret moves on', async () => {
    using mount = createTempDir();
    for (const [version, { cert, key }] of Object.entries({ '..1': first, '..2': second })) {
      mount.write(`${version}/tls.crt`, cert);
      mount.write(`${version}/tls.key`, key);
    }
    const link = (version: string): void => {
      symlinkSync(version, join(mount.path, '..data_tmp'));
      renameSync(join(mount.path, '..data_tmp'), join(mount.path, '..data'));
    };
    link('..1');
    for (const name of ['tls.crt', 'tls.key']) symlinkSync(join('..data', name), join(mount.path, name));
    const clock = createHeldClock();
    const logger = createLogger('silent');
    const files = { cert: join(mount.path, 'tls.crt'), key: join(mount.path, 'tls.key'), clientCa: null };
    const tls = await openTls({ files, clock, logger });
    const taken = new Promise<unknown>((resolve) => tls.follow(({ cert }) => resolve(cert)));
    link('..2');
    rmSync(join(mount.path, '..1'), { recursive: true });
    clock.advance(LOOK_MS);
    while (clock.timers === 0) await new Promise((resolve) => setImmediate(resolve));
    clock.advance(SETTLE_MS);
    expect(await taken).toBe(second.cert);
    clock.cancelAll();
  });

  it.each<[string, (dir: TempDir) => void, string]>([
    [
      'are half written',
      (dir) => dir.write('tls.crt', second.cert.slice(0, 300)),
      'has no certificate in PEM',
    ],
    [
      'do not belong together',
      (dir) => dir.write('tls.crt', second.cert),
      'is not the key of the certificate',
    ],
    ['are gone', (dir) => rmSync(join(dir.path, 'tls.key')), 'ENOENT'],
    ['are empty', (dir) => dir.write('tls.key', ''), 'has no private key in PEM'],
  ])('that %s are said once, and those before serve on until they are right', async (_what, spoil, why) => {
    await using bench = await startBench();
    spoil(bench.dir);
    for (const ms of [LOOK_MS, SETTLE_MS, LOOK_MS, LOOK_MS]) await bench.look(ms);
    expect(await bench.shown()).toBe('first.example');
    const complaints = bench.log.filter((line) => line.includes('cannot use the changed certificate'));
    expect(complaints).toEqual([expect.stringContaining(why)]);
    expect(complaints.join()).not.toContain('BEGIN');
    bench.dir.write('tls.crt', second.cert);
    bench.dir.write('tls.key', second.key);
    for (const ms of [LOOK_MS, SETTLE_MS]) await bench.look(ms);
    expect(await bench.shown()).toBe('second.example');
  });

  it.each<[string, Partial<Certificate>, RegExp]>([
    ['are none', { cert: 'hunter2' }, /^Cannot serve over TLS: ".*tls\.crt" has no certificate in PEM$/],
    [
      'do not belong together',
      { key: second.key },
      /^Cannot serve over TLS: ".*tls\.key" is not the key of the certificate$/,
    ],
  ])('that %s at the start are refused', async (_what, wrong, message) => {
    const expected = { code: 'usage', message: expect.stringMatching(message) };
    await expect(startBench({ certificate: { ...first, ...wrong } })).rejects.toMatchObject(expected);
  });

  it('that are not there at the start are refused', async () => {
    const files = { cert: '/nowhere/tls.crt', key: '/nowhere/tls.key', clientCa: null };
    const parts = { files, clock: createHeldClock(), logger: createLogger('silent') };
    await expect(openTls(parts)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('/nowhere/tls'),
    });
  });
});
