import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Address, toAuthority } from '../address.ts';
import { HooklineError, toMessage } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { toErrorAnswer } from './error-handler.ts';
import type { EventsHandler } from './events.ts';
import { createGuard } from './guard.ts';

/** A server that listens. */
export interface ListeningServer {
  /** With the port that was taken, as http://HOST:PORT. */
  readonly url: string;
  /** Takes no new connection, lets requests under way finish, and closes what is idle. */
  close(): Promise<void>;
}

/** What a server serves. `api` null: POST /events and nothing else. */
export interface ServerParts {
  readonly listen: Address;
  readonly events: EventsHandler | null;
  readonly api: RequestListener | null;
  readonly logger: Logger;
}

/** Headers and body of a request must be there within these, so that a slow client holds a connection for a bounded time. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 60_000;

/** Starts a server. Rejects with `address_in_use` or `usage` when it cannot listen there. */
export async function startServer(parts: ServerParts): Promise<ListeningServer> {
  const server = createServer(
    { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS },
    createListener(parts),
  );
  await listen(server, parts.listen);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${toAuthority({ host: parts.listen.host, port })}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

function createListener({ listen: address, events, api, logger }: ServerParts): RequestListener {
  const guard = createGuard(address);
  return (req, res) => {
    try {
      guard(req);
      if (events !== null && isIntake(req)) void events(req, res);
      else if (api !== null) api(req, res);
      else throw new HooklineError('not_found', 'Not found: this address takes POST /events only');
    } catch (error) {
      answerError(error, res, logger);
    }
  };
}

function answerError(error: unknown, res: ServerResponse, logger: Logger): void {
  const { status, headers, body } = toErrorAnswer(error, logger);
  res.writeHead(status, { 'content-type': 'application/json', ...headers });
  res.end(JSON.stringify(body));
}

function isIntake({ method, url = '' }: IncomingMessage): boolean {
  return method === 'POST' && (url === '/events' || url === '/events/' || url.startsWith('/events?'));
}

function listen(server: Server, { host, port }: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(toListenError(cause, `${toAuthority({ host, port })}`)),
    );
    server.listen(port, host, () => resolve());
  });
}

function toListenError(cause: NodeJS.ErrnoException, where: string): HooklineError {
  if (cause.code === 'EADDRINUSE') {
    return new HooklineError(
      'address_in_use',
      `Cannot listen on ${where}: another process has the port; stop it or choose another with --listen`,
      { cause },
    );
  }
  return new HooklineError('usage', `Cannot listen on ${where}: ${toMessage(cause)}`, { cause });
}
