import { hash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { OAuth2Definition } from '../definitions/definition.ts';
import { isJsonObject, type JsonObject } from '../event.ts';
import type { HookSecrets } from '../secrets/secrets.ts';
import { toShownUrl } from '../shown-url.ts';
import type { Route } from './connections.ts';
import type { HttpClient, Incoming, OutgoingRequest, TransportReason } from './http-client.ts';
import { classifyStatus, toRetryAt } from './retry.ts';

/** A token that cannot be had. The message may hold what the server said, and so a secret. */
export class AuthError extends Error {
  override readonly name = 'AuthError';
  readonly reason: 'auth' | Extract<TransportReason, 'egress_refused' | 'secret'>;
  /** ms since the epoch before which the server asked not to be tried again; null: it did not. */
  readonly retryAt: number | null;

  constructor(
    message: string,
    { reason = 'auth', retryAt = null }: Partial<Pick<AuthError, 'reason' | 'retryAt'>> = {},
  ) {
    super(message);
    this.reason = reason;
    this.retryAt = retryAt;
  }
}

/** What a token is asked for with: the definition, its references resolved, and the way to the server. */
export interface TokenRequest {
  readonly oauth2: OAuth2Definition;
  readonly route: Route;
  /** How long whoever asks can wait. */
  readonly timeoutMs: number;
}

/** Tokens of OAuth 2.0 servers. */
export interface Tokens {
  /**
   * The token that is kept for these credentials, else a new one. While one is fetched, all who want it wait for the same.
   * Rejects with AuthError.
   */
  get(request: TokenRequest): Promise<string>;
  /** Forgets a token that a receiver refused, unless another took its place. */
  drop(request: TokenRequest, token: string): void;
}

/** What tokens are fetched with. */
export interface TokensParts {
  readonly httpClient: HttpClient;
  readonly secrets: Pick<HookSecrets, 'remember'>;
  readonly clock: Clock;
}

/** What is known of the tokens of some credentials. */
interface Entry {
  token: Token | null;
  fetching: Promise<Token> | null;
}

/** A token and for how long it is used. */
interface Token {
  readonly value: string;
  /** ms since the epoch. */
  readonly usedUntil: number;
}

/** How long a token is used whose server does not say; a receiver that refuses it sooner ends it. */
const DEFAULT_LIFE_S = 3_600;
/** How long before its end a token is not used any more: it has to arrive, and clocks differ. Of a short life, a tenth. */
const MARGIN_S = 60;
const MARGIN_SHARE = 0.1;
/** Credentials whose tokens are kept; beyond, those that were asked for the longest ago go. */
const MAX_ENTRIES = 1_000;
/** Bytes of an answer that are read: tokens with many claims are longer than what is kept of other answers. */
const MAX_ANSWER_BYTES = 64 * 1024;
/** What a header can carry after `Bearer `. */
const SENDABLE = /^[\x21-\x7e]+$/;
/** Characters of what a server says of its refusal. */
const MAX_REFUSAL = 300;

/** Creates tokens that are fetched by client credentials (RFC 6749 §4.4) and kept in memory, by what they are fetched with. */
export function createOauthTokens({ httpClient, secrets, clock }: TokensParts): Tokens {
  const entries = new Map<string, Entry>();

  function find(request: TokenRequest): Entry {
    const key = toKey(request);
    const entry = entries.get(key) ?? { token: null, fetching: null };
    entries.delete(key);
    entries.set(key, entry);
    const [oldest] = entries.keys();
    if (entries.size > MAX_ENTRIES && oldest !== undefined) entries.delete(oldest);
    return entry;
  }

  async function fetchToken({ oauth2, route, timeoutMs }: TokenRequest): Promise<Token> {
    const { url, headers, body } = toRequest(oauth2);
    for (const secret of Object.values(headers)) secrets.remember(secret);
    const sent: OutgoingRequest = {
      method: 'POST',
      url,
      headers: { ...headers, ...FORM },
      body,
      timeoutMs,
      maxBytes: MAX_ANSWER_BYTES,
      ...route,
    };
    const incoming = await httpClient.send(sent);
    return toToken(incoming, { url, now: clock.now() });
  }

  function fetchOnce(entry: Entry, request: TokenRequest): Promise<Token> {
    const keep = (token: Token): Token => {
      entry.token = token;
      return token;
    };
    entry.fetching ??= fetchToken(request)
      .then(keep)
      .finally(() => {
        entry.fetching = null;
      });
    return entry.fetching;
  }

  return {
    async get(request) {
      const entry = find(request);
      const kept = entry.token !== null && clock.now() < entry.token.usedUntil ? entry.token : null;
      const { value } = kept ?? (await inTime(fetchOnce(entry, request), request, clock));
      // At each use, since what is not given out again is forgotten.
      secrets.remember(value);
      return value;
    },
    drop(request, token) {
      const entry = find(request);
      if (entry.token?.value === token) entry.token = null;
    },
  };
}

function toKey({ oauth2, route }: TokenRequest): string {
  return hash('sha256', JSON.stringify([oauth2, route]), 'base64url');
}

/** Whoever began to fetch may have more time than one who joined. */
function inTime(fetching: Promise<Token>, { oauth2, timeoutMs }: TokenRequest, clock: Clock): Promise<Token> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = clock.setTimer(timeoutMs, () =>
    reject(toError(oauth2.token_url, `timed out after ${timeoutMs} ms`)),
  );
  return Promise.race([fetching, late]).finally(() => timer.cancel());
}

const FORM = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' };

/** The request of RFC 6749 §4.4.2; of both ways to say who asks (§2.3.1), the one that is wanted. */
function toRequest(oauth2: OAuth2Definition): {
  readonly url: string;
  readonly headers: { readonly authorization?: string };
  readonly body: string;
} {
  const { token_url: url, client_id, client_secret, scopes, audience, client_auth } = oauth2;
  const isBasic = client_auth === 'basic';
  const credentials = `${encodeForm(client_id)}:${encodeForm(client_secret)}`;
  const fields = new URLSearchParams({
    grant_type: 'client_credentials',
    ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
    ...(audience === null ? {} : { audience }),
    ...(isBasic ? {} : { client_id, client_secret }),
  });
  const headers = isBasic ? { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` } : {};
  return { url, headers, body: fields.toString() };
}

function encodeForm(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}

function toToken(incoming: Incoming, { url, now }: { readonly url: string; readonly now: number }): Token {
  if (incoming.kind === 'error') {
    const { reason, message } = incoming;
    const isOwn = reason === 'egress_refused' || reason === 'secret';
    throw toError(url, message, isOwn ? { reason } : {});
  }
  const { status, headers, body } = incoming;
  const answer = parseAnswer(body);
  if (classifyStatus(status) !== 'success')
    throw toError(url, `it answered ${[status, ...toRefusal(answer)].join(' ')}`, {
      retryAt: toRetryAt(headers['retry-after'], now),
    });
  const { access_token: value, token_type: type = 'bearer', expires_in: life } = answer;
  if (typeof value !== 'string' || !SENDABLE.test(value)) throw toError(url, 'its answer holds no token');
  if (String(type).toLowerCase() !== 'bearer') throw toError(url, 'its token is none of type "bearer"');
  return { value, usedUntil: now + toUsedMs(Number(life ?? DEFAULT_LIFE_S)) };
}

/** What is no number is taken as unsaid. */
function toUsedMs(life: number): number {
  const seconds = Number.isFinite(life) ? life : DEFAULT_LIFE_S;
  return (seconds - Math.min(MARGIN_S, seconds * MARGIN_SHARE)) * 1000;
}

function parseAnswer(body: string): JsonObject {
  try {
    const answer: unknown = JSON.parse(body);
    return isJsonObject(answer) ? answer : {};
  } catch {
    return {};
  }
}

/** The words of RFC 6749 §5.2. */
function toRefusal({ error, error_description: description }: JsonObject): readonly string[] {
  return [error, description]
    .filter((text) => typeof text === 'string')
    .map((text) => text.slice(0, MAX_REFUSAL));
}

function toError(
  url: string,
  why: string,
  about: ConstructorParameters<typeof AuthError>[1] = {},
): AuthError {
  return new AuthError(`Cannot get a token from ${toShownUrl(url)}: ${why}`, about);
}
