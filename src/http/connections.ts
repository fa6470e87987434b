import { readFileSync } from 'node:fs';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { answerClientError } from './client-error.ts';

/** How long clients may take, ms, and how many there may be. */
export interface ConnectionLimits {
  /** For the headers of a request; for the first of a connection from its start. */
  readonly headersTimeout: number;
  /** For a request with its body. */
  readonly requestTimeout: number;
  /** How often the two above are looked at. */
  readonly connectionsCheckingInterval: number;
  /** Between an answer and the next request. Longer than the minute proxies keep theirs: they would send into a closed one. */
  readonly keepAliveTimeout: number;
  /** Without a byte in either direction while an answer is read or a request is sent. */
  readonly timeout: number;
  readonly maxConnections: number;
}

/** No more than that, however many files may be open: each takes some kilobytes. */
const MAX_CONNECTIONS = 20_000;
/** Files that are kept for everything else, where so many may be open: journal, definitions, connections to receivers. */
const KEPT_FILES = 4_096;

/** Connections that may be there beyond that before a new one is refused. */
const MAX_OVER = 100;

/** What every server keeps to, but for tests. */
export const CONNECTION_LIMITS: ConnectionLimits = {
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  connectionsCheckingInterval: 5_000,
  keepAliveTimeout: 65_000,
  timeout: 60_000,
  maxConnections: toMaxConnections(readOpenFiles()),
};

/** Connections for so many files that may be open; null: nobody knows. */
export function toMaxConnections(openFiles: number | null): number {
  if (openFiles === null) return MAX_CONNECTIONS;
  return Math.min(MAX_CONNECTIONS, Math.max(Math.floor(openFiles / 2), openFiles - KEPT_FILES));
}

/** How many files this process may have open; null where the system does not say it this way. */
function readOpenFiles(): number | null {
  try {
    const [, soft] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return soft === undefined ? null : Number(soft);
  } catch {
    return null;
  }
}

/** The connections of a server, once they are limited. */
export interface LimitedConnections {
  /** Ends those that no request can have come over yet. */
  endHandshakes(): void;
}

/** What is known of an open connection. */
interface Connection {
  /** Requests that were not answered. */
  pending: number;
  /** The last of all; null before the first. */
  last: IncomingMessage | null;
  /** Whether nothing more can be read of it. */
  isBroken: boolean;
  readonly onAnswered: () => void;
}

/** Requests that came whole and wait for their answer. */
function countAwaited({ pending, last }: Connection): number {
  return last === null || last.complete ? pending : pending - 1;
}

/**
 * Keeps a server's connections within limits. When there are too many, the one that was idle longest gives way: who
 * opens ten thousand and says nothing keeps nobody out. One that is not read, or sends no more, is cut off; one that
 * waits for an answer is not, however long that takes. Over TLS those that shake hands give way first.
 */
export function limitConnections(
  server: Server,
  { timeout, maxConnections, overTls }: ConnectionLimits & { readonly overTls: boolean },
): LimitedConnections {
  const connections = new WeakMap<Socket, Connection>();
  /** Those that wait for no answer, longest first. */
  const idle = new Set<Socket>();
  /** Those of TLS that are not open yet, longest first, by where they come from. */
  const handshakes = new Map<string, Socket>();
  let open = 0;

  function onOpened(socket: Socket): void {
    const peer = toPeer(socket);
    open += 1;
    if (open > maxConnections) makeRoom(socket);
    if (overTls) handshakes.set(peer, socket);
    socket.once('close', () => {
      open -= 1;
      if (handshakes.get(peer) === socket) handshakes.delete(peer);
    });
  }

  /** Before the new one is among those that shake hands: it gives way only when nobody else can. */
  function makeRoom(opened: Socket): void {
    const [first = opened] = [...handshakes.values().take(1), ...idle.values().take(1)];
    first.destroy();
  }

  function onConnection(socket: Socket): void {
    const connection: Connection = { pending: 0, last: null, isBroken: false, onAnswered };
    connections.set(socket, connection);
    handshakes.delete(toPeer(socket));
    idle.add(socket);
    socket.once('close', () => idle.delete(socket));

    function onAnswered(): void {
      connection.pending -= 1;
      if (socket.destroyed) return;
      if (connection.isBroken && countAwaited(connection) === 0) socket.destroySoon();
      else if (connection.pending === 0) {
        connection.last = null;
        idle.add(socket);
      }
    }
  }

  function onRequest(req: IncomingMessage, res: ServerResponse): void {
    const { socket } = req;
    const connection = connections.get(socket);
    if (connection === undefined) return;
    connection.pending += 1;
    connection.last = req;
    idle.delete(socket);
    res.once('close', connection.onAnswered);
  }

  server.timeout = timeout;
  // None of them is idle, or they shake hands still: more would take the files that are kept.
  server.maxConnections = maxConnections + MAX_OVER;
  server.on('timeout', (socket: Socket) => {
    const waits = (connections.get(socket)?.pending ?? 0) > 0 && socket.writableLength === 0;
    if (!waits) socket.destroy();
  });
  server.on('clientError', (error, socket) => {
    const connection = connections.get(socket as Socket);
    // An answer to what came before is on its way: what is said now would be taken for it.
    if (connection !== undefined && countAwaited(connection) > 0) connection.isBroken = true;
    else answerClientError(error, socket as Socket);
  });
  server.on(overTls ? 'secureConnection' : 'connection', onConnection);
  server.on('connection', onOpened);
  server.prependListener('request', onRequest);
  return {
    endHandshakes() {
      for (const socket of handshakes.values()) socket.destroy();
    },
  };
}

/** The same for a connection and for the TLS that is spoken over it. */
function toPeer({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
