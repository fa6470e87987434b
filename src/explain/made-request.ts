import { addressRequest, type OutgoingRequest } from '../deliver/http-client.ts';
import type { JsonObject } from '../event.ts';
import { MASK } from '../secrets/mask.ts';
import type { MarkedHook } from './marked-hook.ts';
import { isMarked, type MarkedText, type Marks, toMasked } from './marks.ts';

/** A request as it would go out, its secrets left out. */
export interface MadeRequest {
  readonly method: string;
  readonly url: MarkedText;
  /** All but those of the connection itself: host, connection, content-length. */
  readonly headers: readonly (readonly [name: string, value: MarkedText])[];
  /** Null: none. */
  readonly body: MarkedText | null;
  /** User and password, where the header authorization has them. */
  readonly user: MarkedText | null;
  /** Names of headers that hold a signature which is not shown. */
  readonly unsigned: readonly string[];
  readonly timeoutMs: number;
  readonly proxy: MarkedText | null;
  /** Whether the certificate of the receiver counts. */
  readonly verify: boolean;
}

const SIGNATURES = ['webhook-signature', 'x-kong-signature'];
const AUTHORIZATION = 'authorization';

/** Takes a request apart that has marks in the place of secrets. Null: its URL is none of http or https. */
export function toMadeRequest(
  request: OutgoingRequest,
  { signs, marks }: Pick<MarkedHook, 'signs'> & { readonly marks: Marks },
): MadeRequest | null {
  const addressed = addressRequest(request);
  if (addressed === null) return null;
  const body = request.body === null ? null : marks.split(request.body.toString());
  const signatures = toSignatures(body, signs);
  const shown = Object.entries(addressed.headers).filter(
    ([name]) => !signatures.includes(name.toLowerCase()),
  );
  const url = marks.split(`${addressed.origin}${addressed.path}`);
  const user = findUser(shown, marks);
  return {
    method: request.method,
    url,
    headers: shown.map(([name, value]) => [
      name,
      user !== null && isAuthorization(name) ? ['Basic ', { variable: 'CREDENTIALS' }] : marks.split(value),
    ]),
    body,
    user,
    unsigned: signatures,
    timeoutMs: request.timeoutMs,
    proxy: request.proxy === null ? null : marks.split(request.proxy),
    verify: request.verify,
  };
}

/** Signatures that are not shown: nothing can be signed, or what is signed holds secrets that are not in it here. */
function toSignatures(body: MarkedText | null, signs: MarkedHook['signs']): readonly string[] {
  if (signs === 'no' || body === null || body.length === 0) return [];
  return signs === 'unable' || isMarked(body) ? SIGNATURES : [];
}

/**
 * The request without its signatures: with them, whoever sees it could send it in the name of Hookline, whatever is in it.
 */
export function hideSignatures(request: MadeRequest): MadeRequest {
  const signed = request.headers.map(([name]) => name.toLowerCase()).filter(isSignature);
  return {
    ...request,
    headers: request.headers.filter(([name]) => !isSignature(name.toLowerCase())),
    unsigned: [...request.unsigned, ...signed],
  };
}

function isSignature(name: string): boolean {
  return SIGNATURES.includes(name);
}

function isAuthorization(name: string): boolean {
  return name.toLowerCase() === AUTHORIZATION;
}

/** No mark is to be seen in base64. */
function findUser(headers: readonly (readonly [string, string])[], marks: Marks): MarkedText | null {
  const value = headers.find(([name]) => isAuthorization(name))?.[1] ?? '';
  const [, encoded = ''] = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(value) ?? [];
  const user = Buffer.from(encoded, 'base64').toString();
  return marks.isIn(user) ? marks.split(user) : null;
}

/** The request as it may be shown. */
export function toRequestView({ method, url, headers, body, unsigned }: MadeRequest): JsonObject & {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
} {
  return {
    method,
    url: toMasked(url),
    headers: Object.fromEntries([
      ...headers.map(([name, value]) => [name, toMasked(value)] as const),
      ...unsigned.map((name) => [name, MASK] as const),
    ]),
    body: body === null ? null : toMasked(body),
  };
}
