import type { Agent, buildConnector, Dispatcher as UndiciDispatcher } from 'undici';
import type { Clock } from '../clock.ts';
import { toMessage } from '../errors.ts';
import type { FailureReason } from '../journal/delivery.ts';
import { SecretError } from '../secrets/reference.ts';
import { toBasicCredentials } from './basic-credentials.ts';
import { type Connections, createConnections, type Lease, type Route } from './connections.ts';
import type { Egress } from './egress.ts';
import { type Exchange, startExchange } from './http-exchange.ts';

/** A request to a receiver. */
export interface OutgoingRequest extends Route {
  readonly method: string;
  /** http or https. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Null: no body. */
  readonly body: string | Buffer | null;
  /** For connect, headers and body together. */
  readonly timeoutMs: number;
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
  /** Opens connections in place of the network, for hook tests. */
  readonly connect?: buildConnector.connector;
}

const NO_URL = 'it cannot be sent: its URL is none of http or https';

/** Creates a client with pooled connections. */
export function createHttpClient(parts: HttpClientParts): HttpClient {
  const { clock } = parts;
  const connections = createConnections(parts);
  return {
    async send(request) {
      const addressed = addressRequest(request);
      if (addressed === null) return { kind: 'error', reason: 'transport', message: NO_URL };
      const lease = toLease(connections, request);
      if (lease instanceof SecretError) return { kind: 'error', reason: 'secret', message: lease.message };
      const { agent, opening, release } = lease;
      const { timeoutMs, maxBytes = null } = request;
      const onConnected = opening.wait(addressed.origin);
      const exchange = startExchange({ timeoutMs, maxBytes, clock, onConnected });
      dispatch(agent, { ...request, ...addressed }, exchange);
      return exchange.incoming.finally(release);
    },
    close: connections.close,
  };
}

function toLease(connections: Connections, route: Route): Lease | SecretError {
  try {
    return connections.lease(route);
  } catch (error) {
    if (error instanceof SecretError) return error;
    throw error;
  }
}

/** A request as it goes out: where to, and what its URL says beside that among its headers. */
export interface AddressedRequest {
  readonly origin: string;
  /** With its query, and without a fragment. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Takes the URL of a request apart. Null: it is none of http or https. */
export function addressRequest({
  url,
  headers,
}: Pick<OutgoingRequest, 'url' | 'headers'>): AddressedRequest | null {
  const target = URL.parse(url);
  if (target?.protocol !== 'http:' && target?.protocol !== 'https:') return null;
  const { origin, pathname, search } = target;
  return { origin, path: `${pathname}${search}`, headers: withCredentials(headers, target) };
}

function dispatch(
  agent: Agent,
  { method, origin, path, headers, body }: OutgoingRequest & AddressedRequest,
  exchange: Exchange,
): void {
  try {
    const options: UndiciDispatcher.DispatchOptions = {
      origin,
      path,
      method: method as UndiciDispatcher.HttpMethod,
      headers: { ...headers },
      body,
    };
    agent.dispatch(options, exchange.handler);
  } catch (error) {
    exchange.fail('transport', toMessage(error));
  }
}

/** The user and password of a URL go out as Basic credentials, unless the headers have others. */
function withCredentials(headers: OutgoingRequest['headers'], target: URL): Readonly<Record<string, string>> {
  const authorization = toBasicCredentials(target);
  if (authorization === null) return headers;
  const given = Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
  return given ? headers : { ...headers, authorization };
}
