import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type Address, toAuthority } from '../address.ts';
import { HooklineError, toMessage } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { writeError } from './answer.ts';
import { CONNECTION_LIMITS, type ConnectionLimits, limitConnections } from './connections.ts';
import type { EventsHandler } from './events.ts';
import { checkFraming } from './framing.ts';
import { createGuard } from './guard.ts';
import { toInletSource } from './inlets.ts';
import type { ServerTls } from './tls.ts';

/** A server that listens. */
export interface ListeningServer {
  /** With the port that was taken, as http://HOST:PORT or https://HOST:PORT. */
  readonly url: string;
  /** Takes no new connection, closes what is idle, lets requests under way finish for `graceMs`, and cuts off the rest. */
  close(graceMs?: number): Promise<void>;
}

/** What a server serves. `api` null: /events and nothing else. */
export interface ServerParts {
  readonly listen: Address;
  readonly events: EventsHandler | null;
  readonly api: RequestListener | null;
  /** Null: over HTTP. */
  readonly tls: ServerTls | null;
  readonly logger: Logger;
  /** Those of every server when left out. */
  readonly limits?: ConnectionLimits;
}

/** How long a stop waits for a client that is still sending. */
const CLOSE_GRACE_MS = 5_000;

/** Starts a server. Rejects with `address_in_use` or `usage` when it cannot listen there. */
export async function startServer(parts: ServerParts): Promise<ListeningServer> {
  const limits = parts.limits ?? CONNECTION_LIMITS;
  const { server, scheme, release } = openServer(parts, limits);
  await listen(server, parts.listen);
  const { port } = server.address() as AddressInfo;
  return {
    url: `${scheme}://${toAuthority({ host: parts.listen.host, port })}`,
    close(graceMs = CLOSE_GRACE_MS) {
      release();
      return close(server, graceMs);
    },
  };
}

function openServer(
  parts: ServerParts,
  limits: ConnectionLimits,
): {
  readonly server: Server;
  readonly scheme: 'http' | 'https';
  /** Ends what goes on beside the server. */
  release(): void;
} {
  const { tls } = parts;
  const listener = createListener(parts);
  if (tls === null) {
    const server = createServer({ ...limits }, listener);
    limitConnections(server, { ...limits, overTls: false });
    return { server, scheme: 'http', release() {} };
  }
  const options = { ...limits, ...tls.options, handshakeTimeout: limits.headersTimeout };
  const server = createTlsServer(options, listener);
  const { endHandshakes } = limitConnections(server, { ...limits, overTls: true });
  const unfollow = tls.follow((changed) => server.setSecureContext(changed));
  return {
    server,
    scheme: 'https',
    release() {
      unfollow();
      endHandshakes();
    },
  };
}

function close(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}

function createListener({ listen: address, events, api, logger }: ServerParts): RequestListener {
  const guard = createGuard(address);
  return (req, res) => {
    try {
      checkFraming(req, res);
      guard(req);
      if (events !== null && isIntake(req)) void events(req, res);
      else if (api !== null) api(req, res);
      else
        throw new HooklineError(
          'not_found',
          'Not found: this address takes POST /events and /in/{source} only',
        );
    } catch (error) {
      writeError(res, error, logger);
    }
  };
}

const INTAKE_PATH = /^\/events\/?(\?|$)/;

function isIntake({ method, url = '' }: IncomingMessage): boolean {
  if (method === 'POST') return INTAKE_PATH.test(url) || toInletSource(url) !== null;
  return method === 'OPTIONS' && INTAKE_PATH.test(url);
}

function listen(server: Server, { host, port }: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(toListenError(cause, `${toAuthority({ host, port })}`)),
    );
    server.listen(port, host, () => resolve());
  });
}

/** What the usual codes of the platform mean to who chose the address. */
const LISTEN_REASONS: Readonly<Record<string, string>> = {
  EACCES: 'this user may not take that port; choose one from 1024 on',
  EADDRNOTAVAIL: 'this machine does not have that address',
  ENOTFOUND: 'no such host is known',
};

/** What to do about an address that cannot be listened on. */
export function toListenError(cause: NodeJS.ErrnoException, where: string): HooklineError {
  if (cause.code === 'EADDRINUSE') {
    return new HooklineError(
      'address_in_use',
      `Cannot listen on ${where}: another process has the port; stop it or choose another with --listen`,
      { cause },
    );
  }
  const reason = LISTEN_REASONS[cause.code ?? ''] ?? toMessage(cause);
  return new HooklineError('usage', `Cannot listen on ${where}: ${reason}`, { cause });
}
