import type { IncomingMessage, ServerResponse } from 'node:http';

/** A DNS name, which may have a port or a wildcard. */
const ORIGIN = /^[\w*.:-]{1,255}$/;
/** No rate is asked of anybody: what is too much is answered with 503 when it comes. */
const ANY_RATE = '*';

/**
 * Answers OPTIONS /events. A sender that asks whether its events are wanted, as the web hooks of CloudEvents do, is told
 * that they are, whoever it is: who may send is decided when it sends. Nothing is called back.
 */
export function answerConsent({ headers }: IncomingMessage, res: ServerResponse): void {
  const { 'webhook-request-origin': origin } = headers;
  const consent =
    typeof origin === 'string' && ORIGIN.test(origin)
      ? { 'webhook-allowed-origin': origin, 'webhook-allowed-rate': ANY_RATE }
      : {};
  res.writeHead(204, { allow: 'POST', ...consent }).end();
}
