import { createServer, type ServerOptions } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { endServer, listenLocally } from './local-server.ts';
import { createWaiting } from './waiting.ts';

/** A receiver over TLS that keeps whom each request came from. */
export interface TlsReceiver extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Of each request, the name in the certificate it came with; null: it came with none. */
  readonly clients: readonly (string | null)[];
  /** Connections that are open. */
  readonly open: number;
  /** Resolves once no connection is open. */
  untilAbandoned(): Promise<void>;
}

/** Starts a receiver on a free port. With `ca` it takes only clients that have a certificate of that authority. */
export async function startTlsReceiver(
  options: Pick<ServerOptions, 'cert' | 'key' | 'ca'>,
): Promise<TlsReceiver> {
  const clients: (string | null)[] = [];
  let open = 0;
  const { until, check } = createWaiting();
  const isMutual = options.ca !== undefined;
  const server = createServer({ ...options, requestCert: isMutual, rejectUnauthorized: isMutual });
  server.on('request', (req, res) => {
    const { subject } = (req.socket as TLSSocket).getPeerCertificate();
    clients.push(String(subject?.CN ?? '') || null);
    req.resume();
    res.end(req.headers.host);
  });
  server.on('connection', (socket) => {
    open += 1;
    socket.once('close', () => {
      open -= 1;
      check();
    });
  });
  server.on('tlsClientError', () => {});
  const port = await listenLocally(server);
  return {
    url: `https://127.0.0.1:${port}/`,
    port,
    clients,
    get open() {
      return open;
    },
    untilAbandoned: () => until(() => open === 0),
    [Symbol.asyncDispose]: () => endServer(server),
  };
}
