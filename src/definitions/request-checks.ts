import type { JsonObject } from '../event.ts';
import { MASK } from '../secrets/mask.ts';
import { isReference } from '../secrets/reference.ts';
import { findTlsFaults } from '../tls-material.ts';
import type { AuthDefinition, WebhookConfig } from './definition.ts';
import type { SchemaMistake } from './schema-messages.ts';
import type { TlsDefinition } from './tls-definition.ts';

/** The fields that have to hold together. */
type Request = Pick<WebhookConfig, 'url' | 'headers' | 'ssl_verify' | 'tls' | 'auth'>;

/** What does not hold together in the config of a request, each field of which fits the schema. */
export function checkRequest(config: JsonObject): readonly SchemaMistake[] {
  const request = config as unknown as Request;
  return [
    ...(request.tls === null ? [] : checkTls(request.tls, request)),
    ...(request.auth === null ? [] : checkAuth(request.auth, request)),
  ];
}

function bad(path: readonly string[], message: string, hint: string | null = null): SchemaMistake {
  return { code: 'bad_value', path: ['config', ...path], atKey: true, message, hint };
}

function checkTls(tls: TlsDefinition, { url, ssl_verify, auth }: Request): readonly SchemaMistake[] {
  const { ca, cert, key } = tls;
  // What is behind a reference is not known here: it is checked when it is used.
  const faults = findTlsFaults({ ca: toWritten(ca), cert: toWritten(cert), key: toWritten(key) });
  const urls = [url, ...(auth !== null && 'oauth2' in auth ? [auth.oauth2.token_url] : [])];
  const isHttp = urls.every((one) => toUrl(one)?.protocol === 'http:');
  const isUnchecked = ca !== null && !ssl_verify;
  return [
    ...checkPair(tls),
    ...faults.map(({ part, message }) => bad(['tls', part], `"config.tls.${part}" ${message}`)),
    ...(isHttp
      ? [bad(['tls'], '"config.tls" has no use: "config.url" is http', 'Make it an https URL, or remove tls')]
      : []),
    ...(isUnchecked
      ? [bad(['tls', 'ca'], '"config.tls.ca" vouches for nothing that is checked', 'Say ssl_verify: true')]
      : []),
  ];
}

function checkPair({ cert, key }: TlsDefinition): readonly SchemaMistake[] {
  if ((cert === null) === (key === null)) return [];
  const [there, missing] = cert === null ? ['key', 'cert'] : ['cert', 'key'];
  return [bad(['tls', there], `"config.tls.${there}" needs "config.tls.${missing}"`)];
}

/** What is said in clear; null where it is elsewhere, or not shown: as a server answers it. */
function toWritten(text: string | null): string | null {
  return text === null || isReference(text) || text === MASK ? null : text;
}

/** Null: it is a reference. */
function toUrl(text: string): URL | null {
  return isReference(text) ? null : URL.parse(text);
}

function checkAuth(auth: AuthDefinition, { url, headers }: Request): readonly SchemaMistake[] {
  const header = Object.keys(headers).find((name) => name.toLowerCase() === 'authorization');
  const keepOne = 'Both would be the header authorization: keep one';
  return [
    ...(header === undefined
      ? []
      : [bad(['auth'], `"config.auth" cannot stand beside the header "${header}"`, keepOne)]),
    ...(hasUser(url)
      ? [bad(['auth'], '"config.auth" cannot stand beside a user in "config.url"', keepOne)]
      : []),
    ...('basic' in auth ? checkUser(auth.basic) : []),
    ...('oauth2' in auth && hasUser(auth.oauth2.token_url)
      ? [bad(['auth', 'oauth2', 'token_url'], 'A token URL has no user: it is client_id and client_secret')]
      : []),
  ];
}

function hasUser(url: string): boolean {
  return (toUrl(url)?.username ?? '') !== '';
}

/** A colon ends the user where it is read. */
function checkUser({ username }: { readonly username: string }): readonly SchemaMistake[] {
  if (isReference(username) || !username.includes(':')) return [];
  return [bad(['auth', 'basic', 'username'], '"config.auth.basic.username" must not have a colon')];
}
