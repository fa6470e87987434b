import { buildConnector } from 'undici';
import type { Egress } from './egress.ts';
import { createGuardedLookup, judgeAddress, toPort } from './guarded-lookup.ts';

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
    const refusal = judgeAddress(to, egress);
    if (refusal === null) return connectorOf(toPort(to))(to, callback);
    process.nextTick(callback, refusal, null);
  };
}
