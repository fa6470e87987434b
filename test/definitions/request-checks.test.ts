import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/event.ts';
import { createAuthority } from '../helpers/certificates.ts';
import { loadHook, loadText, toBrief } from '../helpers/load-text.ts';

const authority = createAuthority();
const { cert, key } = authority.issue('client.example');
const REFERENCE = '{vault://file/a.pem}';
const URL = 'https://example.com/';

/** A hook as JSON, which is YAML, so that every text stands in it as it is. */
function toText(config: JsonObject, handler = 'webhook'): string {
  return JSON.stringify({ source: 'crud', handler, config: { url: URL, ssl_verify: true, ...config } });
}

function messagesOf(config: JsonObject): readonly string[] {
  return loadText(toText(config)).problems.map(({ path, message }) => `${path}: ${message}`);
}

describe('a request with certificates, a proxy and credentials', () => {
  it.each<[string, JsonObject]>([
    ['authorities', { tls: { ca: authority.ca + authority.ca } }],
    ['a certificate and its key', { tls: { cert, key } }],
    ['references', { tls: { ca: REFERENCE, cert: REFERENCE, key: REFERENCE } }],
    ['a certificate whose key is behind a reference', { tls: { cert, key: REFERENCE } }],
    ['certificates for a URL behind a reference', { url: '{vault://env/url}', tls: { cert, key } }],
    [
      'certificates for http whose tokens come over https',
      {
        url: 'http://example.com/',
        tls: { ca: REFERENCE },
        auth: { oauth2: { token_url: URL, client_id: 'a', client_secret: 'b' } },
      },
    ],
    ['a proxy', { proxy: 'http://user:pass@proxy.internal:3128' }],
    ['a proxy behind a reference', { proxy: '{vault://env/proxy}' }],
    ['a user', { auth: { basic: { username: 'jane', password: '' } } }],
    ['a user behind a reference', { auth: { basic: { username: '{vault://env/a}', password: REFERENCE } } }],
    ['a token', { auth: { bearer: '{vault://env/token}' } }],
  ])('may have %s', (_what, config) => {
    expect(messagesOf(config)).toEqual([]);
  });

  it('has defaults for what is not said', () => {
    const oauth2 = { token_url: 'https://id.example.com/token', client_id: 'a', client_secret: 'b' };
    const { config } = loadHook(toText({ tls: { ca: REFERENCE }, auth: { oauth2 } }));
    expect(config).toMatchObject({
      tls: { ca: REFERENCE, cert: null, key: null },
      proxy: null,
      auth: { oauth2: { ...oauth2, scopes: [], audience: null, client_auth: 'basic' } },
    });
  });

  it.each<[string, JsonObject, string]>([
    [
      'a certificate without a key',
      { tls: { cert } },
      'config.tls.cert: "config.tls.cert" needs "config.tls.key"',
    ],
    [
      'a key without a certificate',
      { tls: { key: REFERENCE } },
      'config.tls.key: "config.tls.key" needs "config.tls.cert"',
    ],
    [
      'what is neither PEM nor a reference',
      { tls: { ca: '/etc/ssl/ca.pem' } },
      'config.tls.ca: "config.tls.ca" has no certificate in PEM',
    ],
    [
      'the key of another certificate',
      { tls: { cert, key: authority.issue('b').key } },
      'config.tls.key: "config.tls.key" is not the key of the certificate',
    ],
    [
      'certificates for http',
      { url: 'http://example.com/', tls: { cert, key } },
      'config.tls: "config.tls" has no use: "config.url" is http',
    ],
    [
      'authorities for what is not checked',
      { ssl_verify: false, tls: { ca: REFERENCE } },
      'config.tls.ca: "config.tls.ca" vouches for nothing that is checked',
    ],
    [
      'credentials twice',
      { headers: { Authorization: 'x' }, auth: { bearer: 'b' } },
      'config.auth: "config.auth" cannot stand beside the header "Authorization"',
    ],
    [
      'a user in the URL too',
      { url: 'https://jane@example.com/', auth: { bearer: 'b' } },
      'config.auth: "config.auth" cannot stand beside a user in "config.url"',
    ],
    [
      'a user with a colon',
      { auth: { basic: { username: 'a:b', password: 'c' } } },
      'config.auth.basic.username: "config.auth.basic.username" must not have a colon',
    ],
    [
      'a user in the token URL',
      { auth: { oauth2: { token_url: 'https://a:b@id.example/', client_id: 'a', client_secret: 'b' } } },
      'config.auth.oauth2.token_url: A token URL has no user: it is client_id and client_secret',
    ],
    [
      'credentials that are none',
      { auth: {} },
      'config.auth: "config.auth" must have at least 1 key: got an empty map',
    ],
    [
      'credentials of two kinds',
      { auth: { bearer: 'a', basic: { username: 'b', password: 'c' } } },
      'config.auth: "config.auth" must have at most 1 key: got a map',
    ],
    [
      'a scope with a space',
      { auth: { oauth2: { token_url: URL, client_id: 'a', client_secret: 'b', scopes: ['hooks all'] } } },
      'config.auth.oauth2.scopes[0]: "config.auth.oauth2.scopes[0]" must match ^[^\\s"\\\\]+$: got a string',
    ],
    [
      'a proxy without a scheme',
      { proxy: 'proxy:3128' },
      'config.proxy: "config.proxy" must be an http or https URL with a host, or a reference such as {vault://env/NAME}: got "proxy:3128"',
    ],
  ])('may not have %s', (_what, config, message) => {
    expect(messagesOf(config)).toEqual([message]);
  });

  it('has every mistake said with its place, and no key', () => {
    const text = `source: crud
handler: webhook-custom
config:
  method: POST
  url: https://example.com/
  ssl_verify: true
  tls:
    ca: none
    cert: none
    key: |
      -----BEGIN PRIVATE KEY-----
      hunter2hunter2
      -----END PRIVATE KEY-----
  headers: { authorization: "Bearer hunter2" }
  auth: { bearer: hunter2 }
`;
    const { problems } = loadText(text);
    expect(problems.map(toBrief)).toEqual([
      '8:5 bad_value config.tls.ca',
      '9:5 bad_value config.tls.cert',
      '10:5 bad_value config.tls.key',
      '15:3 bad_value config.auth',
    ]);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });
});
