import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import { CERTIFICATE } from './fault-receiver.ts';
import { listenLocally } from './local-server.ts';
import { createWaiting } from './waiting.ts';

/** A real HTTP proxy that opens connections where it is told to. */
export interface ProxyServer extends AsyncDisposable {
  readonly url: string;
  /** Places it was asked for. */
  readonly asked: readonly string[];
  /** Whom it lets: the whole of the header. Null: everybody. */
  authorization: string | null;
  /** Takes what it is asked for and never answers. */
  isHanging: boolean;
  /** Resolves once it was asked so often. */
  untilAsked(count: number): Promise<void>;
  /** Resolves once no connection to it is open. */
  untilAbandoned(): Promise<void>;
}

/** Starts a proxy on a free port. */
export async function startProxyServer(scheme: 'http' | 'https' = 'http'): Promise<ProxyServer> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const { until, check } = createWaiting();
  const server: Server = scheme === 'https' ? createTlsServer(CERTIFICATE) : createServer();
  const proxy: ProxyServer = {
    url: '',
    asked,
    authorization: null,
    isHanging: false,
    untilAsked: (count) => until(() => asked.length >= count),
    untilAbandoned: () => until(() => sockets.size === 0),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => {
      sockets.delete(socket);
      check();
    });
  });
  server.on('connect', (req, client) => {
    asked.push(req.url ?? '');
    check();
    if (proxy.isHanging) {
      client.on('end', () => client.destroy()).resume();
      return;
    }
    if (proxy.authorization !== null && req.headers['proxy-authorization'] !== proxy.authorization) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    const { hostname, port } = new URL(`http://${req.url}`);
    const target = connect(Number(port || 80), hostname.replace(/^\[|\]$/g, ''), () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      client.pipe(target).pipe(client);
    });
    target.on('error', () => client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
    client.on('error', () => target.destroy());
    client.once('close', () => target.destroy());
  });
  return Object.assign(proxy, { url: `${scheme}://127.0.0.1:${await listenLocally(server)}` });
}
