import { toTransportReason } from '../deliver/transport-reason.ts';
import { HooklineError, toMessage } from '../errors.ts';
import type { Json } from '../event.ts';
import { toPrintable } from './printable.ts';

/** A running server that is asked. */
export interface Server {
  /** Without a slash at its end. */
  readonly url: string;
  /** Says who asks; null: nobody in particular. */
  readonly token: string | null;
}

/** A server's answer. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: Json;
}

/** What is asked of a server. */
export interface ApiRequest {
  readonly method?: 'GET' | 'POST';
  readonly body?: Json;
}

/**
 * Asks a running server. Throws `server_unreachable` when there is none or it does not answer in JSON, and `usage` for a
 * token that is none.
 */
export async function askServer(
  { url, token }: Server,
  path: string,
  { method = 'GET', body }: ApiRequest = {},
): Promise<ApiAnswer> {
  const headers = {
    ...(token === null ? {} : { authorization: `Bearer ${checkToken(token)}` }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await fetch(url + path, { method, headers, ...sent }).catch((error: unknown) => {
    throw unreachable(url, `${describeFailure(error)}; ${suggest(url, error)}`);
  });
  const text = await response.text().catch((error: unknown) => {
    throw unreachable(url, `its answer broke off: ${describeFailure(error)}`);
  });
  return { status: response.status, body: parseAnswer(url, response.status, text) };
}

/** The platform's own words for one that no header can have repeat it. */
function checkToken(token: string): string {
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new HooklineError(
    'usage',
    'Cannot use the token: it has spaces, line breaks or other characters that no token has',
  );
}

function parseAnswer(url: string, status: number, text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw unreachable(url, `it answers ${status} without JSON, so it is another program; see --url`);
  }
}

/** OpenSSL's code for an answer that is no TLS. */
const PLAIN_ANSWER = 'ERR_SSL_WRONG_VERSION_NUMBER';

/** What may help against a failure: a server that answers in other words than HTTP runs. */
function suggest(url: string, error: unknown): string {
  const { cause } = error as Error;
  const reason = cause instanceof Error ? toTransportReason(cause) : null;
  const { protocol, host } = new URL(url);
  if (reason === 'tls')
    return (cause as NodeJS.ErrnoException).code === PLAIN_ANSWER
      ? `does it serve no TLS? Then --url http://${host}`
      : 'see --ca, --cert and --key';
  if (reason !== 'transport') return 'is "hookline serve" running?';
  return protocol === 'https:'
    ? 'it may want a certificate of yours: see --cert and --key'
    : `does it serve TLS? Then --url https://${host}, and see --ca`;
}

function unreachable(url: string, reason: string): HooklineError {
  return new HooklineError(
    'server_unreachable',
    `Cannot reach a server at ${new URL(url).origin}: ${reason}`,
  );
}

/** Why no answer came. A name with several addresses fails with an error that says nothing but its code; OpenSSL ends a line. */
export function describeFailure(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return toMessage(cause).trimEnd() || String((cause as NodeJS.ErrnoException).code);
}

/** A good answer as the view it is. The server's answers are held to the API description by its tests, not once more here. */
export function toView<View>({ body }: ApiAnswer): View {
  return body as View;
}

/** The text of an answer that says no, as a terminal may be given it. */
export function toRefusal({ status, body }: ApiAnswer): string {
  const { message, hint, err } = (body ?? {}) as { message?: string; hint?: string; err?: string };
  const advice =
    status === 401 ? 'Set HOOKLINE_TOKEN to a token that the settings of the server declare' : undefined;
  const parts = [message ?? `the server answered ${status}`, err, hint, advice];
  return toPrintable(parts.filter((part) => part !== undefined).join('\n  '));
}
