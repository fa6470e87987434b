import type { IncomingMessage, ServerResponse } from 'node:http';
import { HooklineError } from '../errors.ts';

const HOST = 'host';

/**
 * Refuses a request that what stands before this server may have read as another one, where the platform takes it. The
 * connection ends with the answer, and with it what may be the rest. Throws `bad_request`.
 */
export function checkFraming(
  { headers, rawHeaders, httpVersion }: IncomingMessage,
  res: ServerResponse,
): void {
  const coding = headers['transfer-encoding'];
  const mistake =
    coding !== undefined && (coding.toLowerCase() !== 'chunked' || httpVersion === '1.0')
      ? `Cannot read transfer-encoding "${coding}": only "chunked" is, in HTTP/1.1`
      : countHosts(rawHeaders) > 1
        ? 'A request must name one host: it has several Host headers'
        : null;
  if (mistake === null) return;
  res.setHeader('connection', 'close');
  throw new HooklineError('bad_request', mistake);
}

/** The platform leaves out all but the first. Names and values in turn. */
function countHosts(rawHeaders: readonly string[]): number {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at];
    if (name?.length === HOST.length && name.toLowerCase() === HOST) hosts += 1;
  }
  return hosts;
}
