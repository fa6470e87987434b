import { HooklineError, toMessage } from '../errors.ts';
import type { Json } from '../event.ts';

/** Where a running server is looked for unless --url or HOOKLINE_URL says otherwise. */
export const DEFAULT_URL = 'http://127.0.0.1:8440';

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
  try {
    const response = await fetch(url, { method, ...init });
    return { status: response.status, body: (await response.json()) as Json };
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    const { origin } = parseUrl(url);
    throw new HooklineError(
      'server_unreachable',
      `Cannot reach a server at ${origin}: ${toMessage(cause)}; is "hookline serve" running?`,
      { cause: error },
    );
  }
}

function parseUrl(url: string): URL {
  try {
    return new URL(url);
  } catch {
    throw new HooklineError(
      'usage',
      `Cannot use "${url}" as the address of a server: give --url as http://HOST:PORT`,
    );
  }
}

/** The text of an answer that says no. */
export function toRefusal({ status, body }: ApiAnswer): string {
  const { message, hint, err } = (body ?? {}) as { message?: string; hint?: string; err?: string };
  return [message ?? `the server answered ${status}`, err, hint]
    .filter((part) => part !== undefined)
    .join('\n  ');
}
