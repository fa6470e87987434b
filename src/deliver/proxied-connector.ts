import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { isIP, Socket } from 'node:net';
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
  /** Opens connections to the proxy. */
  readonly dial: buildConnector.connector;
}

/**
 * Creates a connector that has a proxy open connections (CONNECT), for http and https alike. A destination is resolved
 * and judged here, and the proxy is asked for the address that was judged: it looks up no name, so it cannot come to
 * another. A receiver's certificate is checked here, by the receiver's name.
 */
export function createProxiedConnector(
  options: buildConnector.BuildOptions,
  { egress, proxy, dial }: ProxiedParts,
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
    const dialled = startDialling(url, dial);
    openTunnel(to, { egress, url, dialled }).then(
      (tunnel) => {
        if (to.protocol === 'https:') secure({ ...to, httpSocket: tunnel }, callback);
        else callback(null, tunnel);
      },
      (error: Error) => {
        dialled.giveUp(error);
        callback(error, null);
      },
    );
    // Whoever waits no longer destroys it, however far it has come.
    return dialled.socket;
  };
}

function toProxyUrl(text: string): URL {
  const url = URL.parse(text);
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  // That of a hook was looked at before. The text may be a secret.
  throw new Error('egress.proxy is no URL of http or https');
}

/** A connection to a proxy under way. */
interface Dialled {
  /** What undici would destroy to take it back. */
  readonly socket: unknown;
  readonly connected: Promise<Socket>;
  giveUp(error: Error): void;
}

function startDialling(url: URL, dial: buildConnector.connector): Dialled {
  const { protocol, host, port } = url;
  const { promise: connected, resolve, reject } = Promise.withResolvers<Socket>();
  // One that is refused for where it was to lead is waited for by nobody.
  connected.catch(() => {});
  const hostname = url.hostname.replace(/^\[|\]$/g, '');
  const socket: unknown = dial({ protocol, host, hostname, port }, (error, opened) => {
    if (error === null) resolve(opened);
    else reject(error);
  });
  // One that undici takes back may end without an error.
  if (socket instanceof Socket)
    socket.once('close', () => reject(new Error('the connection to the proxy was given up')));
  return {
    socket,
    connected,
    giveUp(error) {
      if (socket instanceof Socket) socket.destroy(error);
    },
  };
}

interface TunnelParts {
  readonly egress: Egress;
  readonly url: URL;
  readonly dialled: Dialled;
}

/** Judges a destination and has the proxy open a connection to it. */
async function openTunnel(
  to: buildConnector.Options,
  { egress, url, dialled }: TunnelParts,
): Promise<Socket> {
  const address = await findAddress(to, egress);
  const place = `${isIP(address) === 6 ? `[${address}]` : address}:${toPort(to)}`;
  const socket = await dialled.connected;
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
