import { hash } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import { Agent, buildConnector } from 'undici';
import type { Clock, Timer } from '../clock.ts';
import { toMessage } from '../errors.ts';
import { SecretError } from '../secrets/reference.ts';
import { findTlsFaults, type TlsMaterial, toTlsOptions } from '../tls-material.ts';
import type { Egress } from './egress.ts';
import { createGuardedConnector } from './guarded-connector.ts';
import { Opening } from './opening.ts';
import { createProxiedConnector } from './proxied-connector.ts';

/** How a receiver is come to. Requests that say the same share connections, others never do. */
export interface Route {
  /** Whether the receiver's certificate is checked. */
  readonly verify: boolean;
  /** Null: the certificate authorities of the machine, and no certificate of our own. */
  readonly tls: TlsMaterial | null;
  /** URL of a proxy that a hook has chosen. Null: none. */
  readonly proxy: string | null;
}

/** The machine's own certificate authorities, and no proxy but that of the settings. */
export const PLAIN: Route = { verify: true, tls: null, proxy: null };

/** The connections of one route. */
interface Routed {
  readonly agent: Agent;
  /** Those that are being opened. */
  readonly opening: Opening;
}

/** The connections of one route for as long as a request wants them. */
export interface Lease extends Routed {
  /** Says that the request has ended. */
  release(): void;
}

/** Connections to receivers. */
export interface Connections {
  /** Throws SecretError for certificates and keys that cannot be used. */
  lease(route: Route): Lease;
  /** Ends every connection. */
  close(): Promise<void>;
}

/** What connections are made with. */
interface ConnectionsParts {
  readonly clock: Clock;
  /** Null: nothing is judged, and no request says a proxy. */
  readonly egress: Egress | null;
  /** Opens connections in place of the network, for hook tests. */
  readonly connect?: buildConnector.connector;
}

/** Connections to one origin. More requests wait for one; lanes keep them below that. */
const MAX_PER_ORIGIN = 256;
/** How long an idle connection is kept, and a route of a hook's own that nothing goes by. */
const KEEP_ALIVE_MS = 10_000;
/** Routes that are kept although nothing goes by them. */
const MAX_IDLE_ROUTES = 64;
/**
 * One timer covers the whole exchange (http-exchange.ts), so all others are off. HTTP/2 is not faster at what one hook sends
 * at once (bench/http2.ts), and would have requests wait for each other's connection, while nothing can take back one that waits.
 */
const COMMON: buildConnector.BuildOptions = { timeout: 0, allowH2: false };

/** A route of a hook's own, and how many requests go by it. */
interface OwnRoute extends Routed {
  users: number;
  /** Ends it when nothing goes by it. */
  idle: Timer | null;
}

/**
 * Creates connections that are opened as they are needed. Those with certificates or a proxy of a hook's own end ten
 * seconds after the last request by them, so that none outlives a definition, or a certificate, that changed.
 */
export function createConnections({ clock, ...parts }: ConnectionsParts): Connections {
  const plain = {
    verified: openRoute(PLAIN, parts),
    unverified: openRoute({ ...PLAIN, verify: false }, parts),
  };
  const own = new Map<string, OwnRoute>();
  let closed = false;

  function end(key: string, route: OwnRoute): Promise<void> {
    route.idle?.cancel();
    own.delete(key);
    return route.agent.destroy();
  }

  function findOwn(key: string, route: Route): OwnRoute {
    const known = own.get(key) ?? { ...openRoute(route, parts), users: 0, idle: null };
    // Behind all others: the first ones are those that were not asked for the longest.
    own.delete(key);
    own.set(key, known);
    return known;
  }

  function endOldest(): void {
    const idle = [...own].filter(([, { users }]) => users === 0);
    for (const [key, route] of idle.slice(0, -MAX_IDLE_ROUTES)) void end(key, route);
  }

  function leaseOwn(route: Route): Lease {
    const key = toKey(route);
    const leased = findOwn(key, route);
    leased.users += 1;
    leased.idle?.cancel();
    leased.idle = null;
    return {
      agent: leased.agent,
      opening: leased.opening,
      release() {
        leased.users -= 1;
        if (leased.users > 0 || own.get(key) !== leased) return;
        leased.idle = clock.setTimer(KEEP_ALIVE_MS, () => void end(key, leased));
        endOldest();
      },
    };
  }

  return {
    lease(route) {
      if (!closed && (route.tls !== null || route.proxy !== null)) return leaseOwn(route);
      return { ...(route.verify ? plain.verified : plain.unverified), release() {} };
    },
    async close() {
      closed = true;
      const ends = [...own].map(([key, route]) => end(key, route));
      await Promise.all([plain.verified.agent.destroy(), plain.unverified.agent.destroy(), ...ends]);
    },
  };
}

/** Keys are looked up by what they are made of, which is secret: only a digest is kept. */
function toKey({ verify, tls, proxy }: Route): string {
  return hash('sha256', JSON.stringify([verify, tls?.ca, tls?.cert, tls?.key, proxy]), 'base64url');
}

function openRoute(
  { verify, tls, proxy }: Route,
  { egress, connect: given }: Omit<ConnectionsParts, 'clock'>,
): Routed {
  const opening = new Opening();
  const options = { ...COMMON, rejectUnauthorized: verify, ...(tls === null ? {} : toSecureContext(tls)) };
  const connect = given ?? createConnector(options, { egress, proxy });
  const agent = new Agent({
    connections: MAX_PER_ORIGIN,
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

/** Made once for all connections of a route: it takes longer than a request. */
function toSecureContext(tls: TlsMaterial): { readonly secureContext: SecureContext } {
  const [fault] = findTlsFaults(tls);
  if (fault !== undefined) throw new SecretError(`what config.tls.${fault.part} refers to ${fault.message}`);
  try {
    return { secureContext: createSecureContext(toTlsOptions(tls)) };
  } catch (error) {
    throw new SecretError(`config.tls cannot be used: ${toMessage(error)}`, { cause: error });
  }
}

/**
 * A proxy of the settings opens every connection. One of a hook's own is come to as any receiver is, by that proxy if there
 * is one, and judged as any is: it is a way round neither.
 */
function createConnector(
  options: buildConnector.BuildOptions,
  { egress, proxy }: { readonly egress: Egress | null; readonly proxy: string | null },
): buildConnector.connector {
  if (egress === null) return buildConnector(options);
  if (proxy === null) return createJudgedConnector(options, egress);
  const dial = createJudgedConnector(COMMON, egress);
  return createProxiedConnector(options, { egress, proxy: () => proxy, dial });
}

function createJudgedConnector(
  options: buildConnector.BuildOptions,
  egress: Egress,
): buildConnector.connector {
  const { proxy } = egress;
  if (proxy === null) return createGuardedConnector(options, egress);
  return createProxiedConnector(options, { egress, proxy, dial: buildConnector(COMMON) });
}
