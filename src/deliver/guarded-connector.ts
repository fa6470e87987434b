import type { LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import type { Egress } from './egress.ts';

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/**
 * Creates a connector that opens a connection only where one may be opened. A name is resolved once and its addresses are
 * handed on as they were judged: there is no second answer that nobody saw. A later connection is resolved and judged anew.
 */
export function createGuardedConnector(
  options: buildConnector.BuildOptions,
  egress: Egress,
): buildConnector.connector {
  const connectors = new Map<number, buildConnector.connector>();
  // A lookup is not told the port, so there is a connector for each. They are kept: a connector knows TLS sessions.
  const connectorOf = (port: number): buildConnector.connector => {
    const known = connectors.get(port);
    if (known !== undefined) return known;
    const connector = buildConnector({ ...options, lookup: createGuardedLookup(port, egress) });
    connectors.set(port, connector);
    return connector;
  };
  return (to, callback) => {
    const { hostname: host, protocol } = to;
    const port = Number(to.port) || (DEFAULT_PORTS[protocol] ?? 0);
    // Nothing is looked up for an address.
    const refusal = isIP(host) === 0 ? null : egress.judge({ host, port, addresses: [host] });
    if (refusal === null) return connectorOf(port)(to, callback);
    process.nextTick(callback, refusal, null);
  };
}

/** Resolves names of destinations at one port. Every address of a name is judged, whichever is asked for. */
function createGuardedLookup(port: number, { judge, lookup }: Egress): LookupFunction {
  return (host, options, callback) => {
    lookup(host, { ...options, all: true }, (error, found, family) => {
      if (error !== null) return callback(error, []);
      const addresses = toList(found, family);
      const refusal = judge({ host, port, addresses: addresses.map(({ address }) => address) });
      if (refusal !== null) return callback(refusal, []);
      if (options.all === true) return callback(null, addresses);
      callback(null, addresses[0]?.address ?? '', addresses[0]?.family);
    });
  };
}

function toList(found: string | LookupAddress[], family: number | undefined): LookupAddress[] {
  return typeof found === 'string' ? [{ address: found, family: family ?? isIP(found) }] : found;
}
