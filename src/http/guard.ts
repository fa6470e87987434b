import type { IncomingMessage } from 'node:http';
import { type Address, isLoopback } from '../address.ts';
import { HooklineError } from '../errors.ts';

/**
 * Keeps web pages away from a server on loopback. A page that has its name resolve to 127.0.0.1 sends that name as
 * Host; a page that links to the server says so in Sec-Fetch-Site. Throws `misdirected_host` or `bad_request`.
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
    if (headers['sec-fetch-site'] === 'cross-site') {
      throw new HooklineError('bad_request', 'Requests from other web sites are refused');
    }
  };
}

function toHostname(host: string | undefined): string {
  if (host === undefined) return '';
  return host.startsWith('[') ? host.slice(1, host.indexOf(']')) : host.replace(/:\d*$/, '').toLowerCase();
}
