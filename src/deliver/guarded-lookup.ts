import type { LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import type { buildConnector } from 'undici';
import type { Egress, EgressRefusedError } from './egress.ts';

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/** The port a connection goes to, as undici says it: empty when it is the one of its protocol. */
export function toPort({ port, protocol }: Pick<buildConnector.Options, 'port' | 'protocol'>): number {
  return Number(port) || (DEFAULT_PORTS[protocol] ?? 0);
}

/** Why a connection to an address may not be opened; null: it may, or it is to a name, which has to be looked up. */
export function judgeAddress(
  to: Pick<buildConnector.Options, 'hostname' | 'port' | 'protocol'>,
  egress: Pick<Egress, 'judge'>,
): EgressRefusedError | null {
  const { hostname: host } = to;
  return isIP(host) === 0 ? null : egress.judge({ host, port: toPort(to), addresses: [host] });
}

/**
 * Creates a lookup for connections to one port, that answers what was judged. Every address of a name is judged, however
 * many are asked for; it fails with an EgressRefusedError.
 */
export function createGuardedLookup(port: number, { judge, lookup }: Egress): LookupFunction {
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
