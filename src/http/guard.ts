import type { IncomingMessage } from 'node:http';
import { type Address, isLoopback } from '../address.ts';
import { HooklineError } from '../errors.ts';

/**
 * Keeps web pages away from a server on loopback. A page that has its name resolve to 127.0.0.1 sends that name as
 * Host; a page of another site says so in Sec-Fetch-Site and Origin. Throws `misdirected_host` or `bad_request`.
 */
export function createGuard({ host }: Address): (req: IncomingMessage) => void {
  const onLoopback = isLoopback(host);
  return ({ headers }) => {
    if (onLoopback && !isLoopback(toHostname(headers.host))) {
      throw new HooklineError(
        'misdirected_host',
        `This server does not answer for host "${headers.host ?? ''}"`,
      );
    }
    const { 'sec-fetch-site': site, origin, host: own } = headers;
    if (site === 'cross-site' || site === 'same-site' || (origin !== undefined && !isOwn(origin, own))) {
      throw new HooklineError('bad_request', 'Requests from other web sites are refused');
    }
  };
}

/** Whether an Origin is the server itself, by the name and port it was asked under. */
function isOwn(origin: string, host: string | undefined): boolean {
  return URL.parse(origin)?.host === host?.toLowerCase();
}

function toHostname(host: string | undefined): string {
  if (host === undefined) return '';
  return host.startsWith('[') ? host.slice(1, host.indexOf(']')) : host.replace(/:\d*$/, '').toLowerCase();
}
