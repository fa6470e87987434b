import { Agent, buildConnector, type Dispatcher as UndiciDispatcher } from 'undici';
import type { Clock } from '../clock.ts';
import { toMessage } from '../errors.ts';
import type { FailureReason } from '../journal/delivery.ts';
import { toBasicCredentials } from './basic-credentials.ts';
import type { Egress } from './egress.ts';
import { createGuardedConnector } from './guarded-connector.ts';
import { type Exchange, startExchange } from './http-exchange.ts';
import { Opening } from './opening.ts';
import { createProxiedConnector } from './proxied-connector.ts';

/** A request to a receiver. */
export interface OutgoingRequest {
  readonly method: string;
  /** http or https. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Null: no body. */
  readonly body: string | Buffer | null;
  /** For connect, headers and body together. */
  readonly timeoutMs: number;
  /** Whether the receiver's certificate is checked. */
  readonly verify: boolean;
  /** Bytes of the answer that are read and kept. Left out: 64 KiB are read and 4 KiB kept. */
  readonly maxBytes?: number;
}

/** What came back: an answer of any status, or none. */
export type Incoming =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
      /** Whether it was longer than what is read of one: its connection was given up for it. */
      readonly cutOff: boolean;
    }
  | { readonly kind: 'error'; readonly reason: TransportReason; readonly message: string };

/** Why there was no answer. */
export type TransportReason = Extract<
  FailureReason,
  'timeout' | 'dns' | 'connect' | 'tls' | 'transport' | 'egress_refused' | 'secret'
>;

/** Sends requests. Redirects are not followed. */
export interface HttpClient {
  /** Never rejects. */
  send(request: OutgoingRequest): Promise<Incoming>;
  /** Ends every connection; requests under way end in an error. */
  close(): Promise<void>;
}

/** What a client is made with. */
export interface HttpClientParts {
  readonly clock: Clock;
  /** Judges every connection before it is opened. Null: whoever says the URLs may ask for any. */
  readonly egress: Egress | null;
}

/** Connections to one origin. More requests wait for one; lanes keep them below that. */
const CONNECTIONS = 256;
const NO_URL = 'it cannot be sent: its URL is none of http or https';
/** How long an idle connection is kept. */
const KEEP_ALIVE_MS = 10_000;

/** Creates a client with pooled connections, apart for receivers that are verified and those that are not. */
export function createHttpClient({ clock, egress }: HttpClientParts): HttpClient {
  const receivers = { verified: createReceivers(egress, true), unverified: createReceivers(egress, false) };
  return {
    async send(request) {
      const { agent, opening } = request.verify ? receivers.verified : receivers.unverified;
      const target = toTarget(request.url);
      if (target === null) return { kind: 'error', reason: 'transport', message: NO_URL };
      const exchange = startExchange({
        timeoutMs: request.timeoutMs,
        maxBytes: request.maxBytes ?? null,
        clock,
        onConnected: opening.wait(target.origin),
      });
      dispatch(agent, { ...request, target }, exchange);
      return exchange.incoming;
    },
    async close() {
      await Promise.all([receivers.verified.agent.destroy(), receivers.unverified.agent.destroy()]);
    },
  };
}

/** The connections to receivers, and those that are being opened. */
interface Receivers {
  readonly agent: Agent;
  readonly opening: Opening;
}

function createReceivers(egress: Egress | null, rejectUnauthorized: boolean): Receivers {
  const opening = new Opening();
  // One timer covers the whole exchange (http-exchange.ts), so all others are off. HTTP/2 would have requests wait for
  // each other's connection, and nothing can take back one that waits.
  const options = { rejectUnauthorized, timeout: 0, allowH2: false };
  const connect = createConnector(options, egress);
  const agent = new Agent({
    connections: CONNECTIONS,
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect(to, callback) {
      const socket: unknown = connect(to, (...result) => {
        opening.remove(to, socket);
        callback(...result);
      });
      opening.add(to, socket);
      // undici takes back what it is given when the agent is destroyed.
      return socket;
    },
  });
  return { agent, opening };
}

function createConnector(
  options: buildConnector.BuildOptions,
  egress: Egress | null,
): buildConnector.connector {
  if (egress === null) return buildConnector(options);
  const { proxy } = egress;
  if (proxy === null) return createGuardedConnector(options, egress);
  return createProxiedConnector(options, { egress, proxy });
}

function toTarget(url: string): URL | null {
  const target = URL.parse(url);
  return target?.protocol === 'http:' || target?.protocol === 'https:' ? target : null;
}

function dispatch(
  agent: Agent,
  { method, target, headers, body }: OutgoingRequest & { readonly target: URL },
  exchange: Exchange,
): void {
  const { origin, pathname, search } = target;
  try {
    const options: UndiciDispatcher.DispatchOptions = {
      origin,
      path: `${pathname}${search}`,
      method: method as UndiciDispatcher.HttpMethod,
      headers: withCredentials(headers, target),
      body,
    };
    agent.dispatch(options, exchange.handler);
  } catch (error) {
    exchange.fail('transport', toMessage(error));
  }
}

/** The user and password of a URL go out as Basic credentials, unless the headers have others. */
function withCredentials(headers: OutgoingRequest['headers'], target: URL): Record<string, string> {
  const authorization = toBasicCredentials(target);
  if (authorization === null) return { ...headers };
  const given = Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
  return given ? { ...headers } : { ...headers, authorization };
}
