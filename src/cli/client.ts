import { toTransportReason } from '../deliver/transport-reason.ts';
import { HooklineError, toMessage } from '../errors.ts';
import type { Json } from '../event.ts';

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

/** Asks a running server. Throws `server_unreachable` when there is none or it does not answer in JSON. */
export async function askServer(url: string, { method = 'GET', body }: ApiRequest = {}): Promise<ApiAnswer> {
  const init =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  const response = await fetch(url, { method, ...init }).catch((error: unknown) => {
    throw unreachable(url, `${describeFailure(error)}; ${suggest(error)}`);
  });
  const text = await response.text().catch((error: unknown) => {
    throw unreachable(url, `its answer broke off: ${describeFailure(error)}`);
  });
  return { status: response.status, body: parseAnswer(url, response.status, text) };
}

function parseAnswer(url: string, status: number, text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw unreachable(url, `it answers ${status} without JSON, so it is another program; see --url`);
  }
}

/** What may help against a failure. */
function suggest(error: unknown): string {
  const { cause } = error as Error;
  return cause instanceof Error && toTransportReason(cause) === 'tls'
    ? 'see --ca, --cert and --key'
    : 'is "hookline serve" running?';
}

function unreachable(url: string, reason: string): HooklineError {
  return new HooklineError(
    'server_unreachable',
    `Cannot reach a server at ${new URL(url).origin}: ${reason}`,
  );
}

/** A name with several addresses fails with an error that says nothing but its code. */
function describeFailure(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return toMessage(cause) || String((cause as NodeJS.ErrnoException).code);
}

/** A good answer as the view it is. The server's answers are held to the API description by its tests, not once more here. */
export function toView<View>({ body }: ApiAnswer): View {
  return body as View;
}

/** The text of an answer that says no. */
export function toRefusal({ status, body }: ApiAnswer): string {
  const { message, hint, err } = (body ?? {}) as { message?: string; hint?: string; err?: string };
  return [message ?? `the server answered ${status}`, err, hint]
    .filter((part) => part !== undefined)
    .join('\n  ');
}
