import { Agent, type Dispatcher as UndiciDispatcher } from 'undici';
import type { Clock } from '../clock.ts';
import { toMessage } from '../errors.ts';
import type { FailureReason } from '../journal/delivery.ts';
import { type Exchange, startExchange } from './http-exchange.ts';

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
}

/** What came back: an answer of any status, or none. */
export type Incoming =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    }
  | { readonly kind: 'error'; readonly reason: TransportReason; readonly message: string };

/** Why there was no answer. */
export type TransportReason = Extract<FailureReason, 'timeout' | 'dns' | 'connect' | 'tls' | 'transport'>;

/** Sends requests. Redirects are not followed; at most 64 KiB of an answer are read and 4 KiB kept. */
export interface HttpClient {
  /** Never rejects. */
  send(request: OutgoingRequest): Promise<Incoming>;
  /** Ends every connection; requests under way end in an error. */
  close(): Promise<void>;
}

/** Connections to one origin. More requests wait for one; lanes keep them below that. */
const CONNECTIONS = 256;
/** How long an idle connection is kept. */
const KEEP_ALIVE_MS = 10_000;

/** Creates a client with pooled connections, apart for receivers that are verified and those that are not. */
export function createHttpClient({ clock }: { readonly clock: Clock }): HttpClient {
  const agents = { verified: createAgent(true), unverified: createAgent(false) };
  return {
    async send(request) {
      const agent = request.verify ? agents.verified : agents.unverified;
      const exchange = startExchange({ timeoutMs: request.timeoutMs, clock });
      dispatch(agent, request, exchange);
      return exchange.incoming;
    },
    async close() {
      await Promise.all([agents.verified.destroy(), agents.unverified.destroy()]);
    },
  };
}

function createAgent(rejectUnauthorized: boolean): Agent {
  // One timer covers the whole exchange (http-exchange.ts), so the agent's own are off.
  return new Agent({
    connections: CONNECTIONS,
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { rejectUnauthorized },
  });
}

function dispatch(agent: Agent, { method, url, headers, body }: OutgoingRequest, exchange: Exchange): void {
  try {
    const { origin, pathname, search, username, password } = new URL(url);
    const options: UndiciDispatcher.DispatchOptions = {
      origin,
      path: `${pathname}${search}`,
      method: method as UndiciDispatcher.HttpMethod,
      headers:
        username === ''
          ? { ...headers }
          : withCredentials(headers, `${decodeURIComponent(username)}:${decodeURIComponent(password)}`),
      body,
    };
    agent.dispatch(options, exchange.handler);
  } catch (error) {
    exchange.fail('transport', toMessage(error));
  }
}

/** The user and password of a URL go out as Basic credentials, unless the headers have others. */
function withCredentials(headers: OutgoingRequest['headers'], credentials: string): Record<string, string> {
  const given = Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
  return given
    ? { ...headers }
    : { ...headers, authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
}
