import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { buildConnector } from 'undici';
import { toBasicCredentials } from './basic-credentials.ts';
import type { Egress } from './egress.ts';
import { createGuardedLookup, judgeAddress, toPort } from './guarded-lookup.ts';
import { classifyStatus } from './retry.ts';

/** What a proxied connector works with. */
export interface ProxiedParts {
  readonly egress: Egress;
  /** URL of the proxy, http or https, with the user and password it wants. Asked for each connection. */
  readonly proxy: () => string;
}

/**
 * Creates a connector that has a proxy open connections (CONNECT), for http and https alike. A destination is resolved
 * and judged here, and the proxy is asked for the address that was judged: it looks up no name, so it cannot come to
 * another. A receiver's certificate is checked here, by the receiver's name.
 */
export function createProxiedConnector(
  options: buildConnector.BuildOptions,
  { egress, proxy }: ProxiedParts,
): buildConnector.connector {
  const secure = buildConnector(options);
  return (to, callback) => {
    let url: URL;
    try {
      url = toProxyUrl(proxy());
    } catch (error) {
      process.nextTick(callback, error, null);
      return;
    }
    const socket = dialProxy(url);
    openTunnel(to, { egress, url, socket }).then(
      (tunnel) => {
        if (to.protocol === 'https:') secure({ ...to, httpSocket: tunnel }, callback);
        else callback(null, tunnel);
      },
      (error: Error) => {
        socket.destroy();
        callback(error, null);
      },
    );
    // Whoever waits no longer destroys it, however far it has come.
    return socket;
  };
}

function toProxyUrl(text: string): URL {
  const url = URL.parse(text);
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  // The text may be a secret.
  throw new Error('egress.proxy is no URL of http or https');
}

/** A connection to the proxy. That it fails is said by the request that is made over it, which begins later. */
function dialProxy(url: URL): Socket {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = toPort(url);
  const socket =
    url.protocol === 'https:'
      ? connectTls({ host, port, servername: isIP(host) === 0 ? host : '' })
      : connectTcp({ host, port });
  return socket.setNoDelay(true).on('error', () => {});
}

interface TunnelParts {
  readonly egress: Egress;
  readonly url: URL;
  readonly socket: Socket;
}

/** Judges a destination and has the proxy open a connection to it. */
async function openTunnel(to: buildConnector.Options, { egress, url, socket }: TunnelParts): Promise<Socket> {
  const address = await findAddress(to, egress);
  const place = `${isIP(address) === 6 ? `[${address}]` : address}:${toPort(to)}`;
  if (socket.destroyed) throw socket.errored ?? new Error('the connection to the proxy was given up');
  const credentials = toBasicCredentials(url);
  const asking = request({
    method: 'CONNECT',
    path: place,
    headers: { host: place, ...(credentials === null ? {} : { 'proxy-authorization': credentials }) },
    createConnection: () => socket,
  }).end();
  const [{ statusCode }, tunnel, early] = (await once(asking, 'connect')) as [
    IncomingMessage,
    Socket,
    Buffer,
  ];
  if (classifyStatus(statusCode ?? 0) !== 'success') throw new Error(`the proxy answered ${statusCode}`);
  if (early.length > 0) tunnel.unshift(early);
  return tunnel;
}

/** One of the addresses of a destination. Throws EgressRefusedError, or what the lookup failed with. */
async function findAddress(to: buildConnector.Options, egress: Egress): Promise<string> {
  const refusal = judgeAddress(to, egress);
  if (refusal !== null) throw refusal;
  if (isIP(to.hostname) !== 0) return to.hostname;
  const addresses = await lookUp(to, egress);
  // Which of them the proxy can reach is not known; it is least likely to lack IPv4.
  const chosen = addresses.find(({ family }) => family === 4) ?? addresses[0];
  if (chosen === undefined) throw new Error(`"${to.hostname}" has no address`);
  return chosen.address;
}

function lookUp(to: buildConnector.Options, egress: Egress): Promise<readonly LookupAddress[]> {
  return new Promise((resolve, reject) => {
    createGuardedLookup(toPort(to), egress)(to.hostname, { all: true }, (error, addresses) => {
      if (error !== null) reject(error);
      else resolve(addresses as LookupAddress[]);
    });
  });
}
