import type { Clock } from '../clock.ts';
import type { AuthDefinition, OAuth2Definition } from '../definitions/definition.ts';
import type { HookSecrets } from '../secrets/secrets.ts';
import type { HttpClient, Incoming, OutgoingRequest } from './http-client.ts';
import type { TokenRequest, Tokens } from './oauth-tokens.ts';
import { resolveUrl } from './resolve-url.ts';

/** What requests that say who asks are sent with. */
export interface AuthorizedParts {
  readonly httpClient: HttpClient;
  readonly secrets: HookSecrets;
  readonly tokens: Tokens;
  readonly clock: Clock;
}

/**
 * Sends a request with the credentials of a definition, all within the time of the request. One that is refused with 401
 * is sent once more where there can be others. Rejects with SecretError, and with AuthError when no token can be had.
 */
export type AuthorizedSend = (request: OutgoingRequest, auth: AuthDefinition | null) => Promise<Incoming>;

/** What tells a receiver who asks. */
interface Credentials {
  /** Value of the header authorization. */
  readonly header: string;
  /** Others in their place; null: there are none. */
  readonly renew: ((timeoutMs: number) => Promise<Credentials>) | null;
}

const UNAUTHORIZED = 401;

/** Creates a sender of requests that say who asks. */
export function createAuthorizedSend(parts: AuthorizedParts): AuthorizedSend {
  const { httpClient, clock } = parts;
  return async (request, auth) => {
    if (auth === null) return httpClient.send(request);
    const startedAt = clock.now();
    const leftMs = (): number => request.timeoutMs - Math.max(0, clock.now() - startedAt);
    const send = ({ header }: Credentials): Promise<Incoming> => {
      const headers = { ...request.headers, authorization: header };
      return httpClient.send({ ...request, headers, timeoutMs: leftMs() });
    };
    const credentials = await toCredentials(auth, request, parts);
    const incoming = await send(credentials);
    const isRefused = incoming.kind === 'answer' && incoming.status === UNAUTHORIZED;
    return isRefused && credentials.renew !== null ? send(await credentials.renew(leftMs())) : incoming;
  };
}

async function toCredentials(
  auth: AuthDefinition,
  { verify, tls, proxy, timeoutMs }: OutgoingRequest,
  { secrets, tokens }: AuthorizedParts,
): Promise<Credentials> {
  if ('bearer' in auth) return { header: `Bearer ${secrets.resolve(auth.bearer)}`, renew: null };
  if ('basic' in auth) return { header: toBasic(auth.basic, secrets), renew: null };
  const oauth2 = resolveOAuth2(auth.oauth2, secrets);
  return toBearer({ oauth2, route: { verify, tls, proxy }, timeoutMs }, tokens);
}

function toBasic(
  { username, password }: { readonly username: string; readonly password: string },
  secrets: HookSecrets,
): string {
  const credentials = `${secrets.resolve(username)}:${secrets.resolve(password)}`;
  const header = `Basic ${Buffer.from(credentials).toString('base64')}`;
  // The password as it was resolved does not stand in it.
  secrets.remember(header);
  return header;
}

async function toBearer(request: TokenRequest, tokens: Tokens): Promise<Credentials> {
  const token = await tokens.get(request);
  return {
    header: `Bearer ${token}`,
    renew(timeoutMs) {
      tokens.drop(request, token);
      return toBearer({ ...request, timeoutMs }, tokens);
    },
  };
}

function resolveOAuth2(oauth2: OAuth2Definition, secrets: HookSecrets): OAuth2Definition {
  const { token_url, client_id, client_secret, scopes, audience, client_auth } = oauth2;
  return {
    token_url: resolveUrl(token_url, 'config.auth.oauth2.token_url', secrets),
    client_id: secrets.resolve(client_id),
    client_secret: secrets.resolve(client_secret),
    scopes: scopes.map((scope) => secrets.resolve(scope)),
    audience: audience === null ? null : secrets.resolve(audience),
    client_auth,
  };
}
