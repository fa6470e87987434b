import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { createWaiting } from './waiting.ts';

/** A receiver that does something wrong, on a free port. */
export interface FaultReceiver extends AsyncDisposable {
  readonly url: string;
  /** Requests that have come in, or what was sent in place of one. */
  readonly heard: number;
  /** Connections that were taken and are not closed. */
  readonly open: number;
  /** Resolves once so many requests have come in. */
  untilHeard(count: number): Promise<void>;
  /** Resolves once no connection is open. */
  untilAbandoned(): Promise<void>;
}

/** A host that cannot be found: the name is kept free for that (RFC 6761). */
export const UNKNOWN_HOST_URL = 'http://hookline.invalid/';

/** For localhost; nobody vouches for it. */
export const CERTIFICATE = {
  key: readFileSync(new URL('../fixtures/self-signed-key.pem', import.meta.url)),
  cert: readFileSync(new URL('../fixtures/self-signed-cert.pem', import.meta.url)),
};

/** Takes a request and never answers. */
export function startHanging(): Promise<FaultReceiver> {
  return startRaw(() => {});
}

/** Takes a connection and never says hello, as TLS would have it. */
export function startHangingTls(): Promise<FaultReceiver> {
  return startRaw(() => {}, 'https');
}

/** Sends one piece of an answer and then nothing. */
export function startStalling(piece: string): Promise<FaultReceiver> {
  return startRaw((socket) => socket.write(piece));
}

/** Begins to answer, then sends a byte of the body now and then, for ever. */
export function startDripping(everyMs = 1_000): Promise<FaultReceiver> {
  return startRaw((socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n');
    const timer = setInterval(() => socket.write('.'), everyMs);
    socket.once('close', () => clearInterval(timer));
  });
}

/** Answers with a body of 100 MB, as far as it is taken. */
export function startHuge(bytes = 100_000_000): Promise<FaultReceiver> {
  return startAnswering((_, res) => {
    res.writeHead(200, { 'content-length': bytes });
    const chunk = Buffer.alloc(64 * 1024, 'x');
    let left = bytes;
    const push = (): void => {
      for (let taken = true; taken && left > 0; left -= chunk.length)
        taken = res.write(chunk.subarray(0, Math.min(left, chunk.length)));
      if (left <= 0) res.end();
    };
    res.on('drain', push);
    push();
  });
}

/** Resets the connection as soon as something is sent to it. */
export function startResetting(): Promise<FaultReceiver> {
  return startRaw((socket) => socket.resetAndDestroy());
}

/** Answers with something that is no HTTP. */
export function startGarbage(): Promise<FaultReceiver> {
  return startRaw((socket) => socket.end('*** this is no HTTP ***\r\n\r\n'));
}

/** Promises a body of 100 bytes, sends 10 and hangs up. */
export function startTruncating(): Promise<FaultReceiver> {
  return startRaw((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n0123456789'));
}

/** Sends a status line, no more, and hangs up. */
export function startStatusLineOnly(): Promise<FaultReceiver> {
  return startRaw((socket) => socket.end('HTTP/1.1 200 OK\r\n'));
}

/** Hangs up without a word. */
export function startHangingUp(): Promise<FaultReceiver> {
  return startRaw((socket) => socket.end());
}

/** Has a certificate that nobody vouches for; answers 204 to whoever does not mind. */
export function startUntrusted(): Promise<FaultReceiver> {
  const server = createTlsServer(CERTIFICATE);
  const tally = createTally(server);
  server.on('secureConnection', (socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.end('HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n');
      tally.hear();
    });
  });
  return listen(server, tally, 'https');
}

/** Answers 500 so many times, then 200. */
export function startFailing(times: number): Promise<FaultReceiver> {
  let left = times;
  return startAnswering((_, res) => {
    left -= 1;
    res.writeHead(left >= 0 ? 500 : 200).end();
  });
}

/** Answers 429 and asks to be left alone for a while. */
export function startBusy(retryAfter: string): Promise<FaultReceiver> {
  return startAnswering((_, res) => res.writeHead(429, { 'retry-after': retryAfter }).end('slow down'));
}

/** Answers 410: it will never take anything again. */
export function startGone(): Promise<FaultReceiver> {
  return startAnswering((_, res) => res.writeHead(410).end());
}

/** Answers as it is told. */
export function startAnswering(listener: RequestListener): Promise<FaultReceiver> {
  const server = createHttpServer();
  const tally = createTally(server);
  server.on('request', (req, res) => {
    req.resume();
    listener(req, res);
    tally.hear();
  });
  return listen(server, tally);
}

/** Does as it is told with a connection that has sent something, whatever that is. */
function startRaw(onData: (socket: Socket) => void, scheme = 'http'): Promise<FaultReceiver> {
  const server = createServer();
  const tally = createTally(server);
  server.on('connection', (socket) =>
    socket.once('data', () => {
      onData(socket);
      tally.hear();
    }),
  );
  return listen(server, tally, scheme);
}

/** What is known of a server's connections. */
interface Tally {
  readonly sockets: ReadonlySet<Socket>;
  heard: number;
  hear(): void;
  until(condition: () => boolean): Promise<void>;
}

function createTally(server: Server): Tally {
  const sockets = new Set<Socket>();
  const { until, check } = createWaiting();
  const tally: Tally = {
    sockets,
    heard: 0,
    hear() {
      tally.heard += 1;
      check();
    },
    until,
  };
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => {
      sockets.delete(socket);
      check();
    });
  });
  return tally;
}

async function listen(server: Server, tally: Tally, scheme = 'http'): Promise<FaultReceiver> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    get heard() {
      return tally.heard;
    },
    get open() {
      return tally.sockets.size;
    },
    untilHeard: (count) => tally.until(() => tally.heard >= count),
    untilAbandoned: () => tally.until(() => tally.sockets.size === 0),
    async [Symbol.asyncDispose]() {
      for (const socket of tally.sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const STANDING_STILL = `
const server = require('node:net').createServer();
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
  require('node:fs').writeSync(1, String(server.address().port));
  process.kill(process.pid, 'SIGSTOP');
});`;
/** A connection over the loopback that takes longer is not taken. */
const NOT_TAKEN_MS = 100;
/** More than any system keeps for a backlog of one. */
const MAX_WAITING = 64;

/** Listens, but takes no connection: a process that stands still, with as many waiting as the system keeps for it. */
export async function startSlowAccept(): Promise<AsyncDisposable & { readonly url: string }> {
  const child = spawn(process.execPath, ['--eval', STANDING_STILL], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  const waiting = await fillBacklog(Number(port.toString()));
  return {
    url: `http://127.0.0.1:${port}/`,
    async [Symbol.asyncDispose]() {
      for (const socket of waiting) socket.destroy();
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

async function fillBacklog(port: number): Promise<readonly Socket[]> {
  const sockets: Socket[] = [];
  for (let taken = true; taken && sockets.length < MAX_WAITING; ) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    sockets.push(socket);
    // The kernel leaves a connection it has no room for unanswered: only waiting can tell.
    const late = new Promise((resolve) => setTimeout(resolve, NOT_TAKEN_MS, null));
    taken = (await Promise.race([once(socket, 'connect'), late])) !== null;
  }
  return sockets;
}
