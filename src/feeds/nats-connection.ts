import {
  type Authenticator,
  AuthorizationError,
  credsAuthenticator,
  type NatsConnection,
  NatsConnectionImpl,
  nkeyAuthenticator,
  setTransportFactory,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
} from '@nats-io/transport-node';
import { nodeResolveHost } from '@nats-io/transport-node/lib/node_transport.js';
import type { NatsAuth, NatsDefinition } from '../definitions/event-source.ts';
import { toMessage } from '../errors.ts';
import type { FeedParts } from './feed.ts';
import { type GuardedOptions, GuardedTransport } from './nats-transport.ts';

/** What a connection is made with. */
export interface NatsConnectionParts extends Pick<FeedParts, 'secrets' | 'judge'> {
  /** Name of the source: the server shows it to who runs it. */
  readonly source: string;
  /** Ends what is being connected. */
  readonly signal: AbortSignal;
}

/** How long a server has to take a connection. */
const CONNECT_MS = 10_000;
/** A server that answers none of two of these is gone. */
const PING_MS = 20_000;

type Resolve = (text: string) => string;

/**
 * Connects to one of the servers, each tried once. Secrets are resolved for this connection. It does not reconnect: what is
 * to come after it is lost is for the caller, so that secrets are new then. Rejects with AuthorizationError when the
 * server does not let it in, and with an error that says why for everything else.
 */
export async function connectNats(nats: NatsDefinition, parts: NatsConnectionParts): Promise<NatsConnection> {
  const { source, secrets, judge, signal } = parts;
  const options = {
    servers: [nats.servers].flat(),
    name: `hookline ${source}`,
    ...toAuthenticator(nats.auth, secrets.resolve),
    ...toTls(nats, secrets.resolve),
    reconnect: false,
    timeout: CONNECT_MS,
    pingInterval: PING_MS,
    noAsyncTraces: true,
    guard: { judge, signal },
  } satisfies GuardedOptions;
  setTransportFactory({ factory: () => new GuardedTransport(), dnsResolveFn: nodeResolveHost });
  try {
    return await NatsConnectionImpl.connect(options);
  } catch (cause) {
    if (cause instanceof AuthorizationError) throw cause;
    throw new Error(`Cannot connect to ${options.servers.join(', ')}: ${toMessage(cause)}`, { cause });
  }
}

function toAuthenticator(auth: NatsAuth | null, resolve: Resolve): Pick<GuardedOptions, 'authenticator'> {
  const authenticator = auth === null ? null : createAuthenticator(auth, resolve);
  if (authenticator === null) return {};
  try {
    // What is no key is found out before anybody is dialled.
    authenticator('');
    return { authenticator };
  } catch (cause) {
    throw new Error(`Cannot sign in with "nats.auth": ${toMessage(cause)}`, { cause });
  }
}

function createAuthenticator(auth: NatsAuth, resolve: Resolve): Authenticator | null {
  const { token, user, password, nkey, creds } = auth;
  if (token !== undefined) return tokenAuthenticator(resolve(token));
  if (user !== undefined && password !== undefined)
    return usernamePasswordAuthenticator(resolve(user), resolve(password));
  if (nkey !== undefined) return nkeyAuthenticator(Buffer.from(resolve(nkey).trim()));
  return creds === undefined ? null : credsAuthenticator(Buffer.from(resolve(creds)));
}

/** Without a word of TLS the server decides. */
function toTls({ servers, tls }: NatsDefinition, resolve: Resolve): Pick<GuardedOptions, 'tls'> {
  if (tls === null) return [servers].flat().some((server) => server.startsWith('tls://')) ? { tls: {} } : {};
  const texts = Object.entries(tls).filter((entry): entry is [string, string] => entry[1] !== null);
  return { tls: Object.fromEntries(texts.map(([key, text]) => [key, resolve(text)])) };
}
