import { describe, expect, it } from 'vitest';
import {
  findPlainSecrets,
  locatePlainSecrets,
  MASK,
  maskByName,
  maskConfig,
} from '../../src/secrets/mask.ts';
import { isSensitiveName } from '../../src/secrets/sensitive-name.ts';

const MARKER = 'marker-value';
const CONFIG = {
  url: `https://jane:${MARKER}@example.com/path?a=b`,
  method: 'POST',
  headers: {
    Authorization: `Bearer ${MARKER}`,
    'X-Api-Key': MARKER,
    'content-type': 'application/json',
    cookie: MARKER,
  },
  secret: MARKER,
  signature: 'sha256',
  ssl_verify: true,
  payload: {
    text: 'plain',
    password: MARKER,
    tokens: [MARKER, { deep: MARKER }],
    list: [{ access_key: MARKER, count: 1, none: null }],
    credentials: { user: MARKER },
  },
  body: null,
};

describe('maskConfig()', () => {
  it('hides what a config holds in clear and leaves the rest as it is', () => {
    expect(maskConfig(CONFIG)).toEqual({
      url: `https://jane:${MASK}@example.com/path?a=b`,
      method: 'POST',
      headers: { Authorization: MASK, 'X-Api-Key': MASK, 'content-type': 'application/json', cookie: MASK },
      secret: MASK,
      signature: 'sha256',
      ssl_verify: true,
      payload: {
        text: 'plain',
        password: MASK,
        tokens: [MASK, { deep: MASK }],
        list: [{ access_key: MASK, count: 1, none: null }],
        credentials: { user: MASK },
      },
      body: null,
    });
  });

  it('hides of certificates and credentials what is secret, and shows who asks', () => {
    const shown = {
      tls: { ca: 'ca', cert: 'cert', key: MASK },
      proxy: `http://jane:${MASK}@proxy.example:3128/`,
      auth: {
        basic: { username: 'jane', password: MASK },
        bearer: MASK,
        oauth2: {
          token_url: `https://id.example/token?api_key=${MASK}`,
          client_id: 'client',
          client_secret: MASK,
          scopes: ['hooks'],
          audience: 'api',
          client_auth: 'basic',
        },
      },
    };
    const config = JSON.parse(JSON.stringify(shown).replaceAll(MASK, MARKER));
    expect(maskConfig(config)).toEqual(shown);
    expect(findPlainSecrets(config)).toEqual(Array.from({ length: 6 }, () => MARKER));
  });

  it('leaves the config itself as it is', () => {
    const before = structuredClone(CONFIG);
    maskConfig(CONFIG);
    expect(CONFIG).toEqual(before);
  });

  it.each([
    ['references', { secret: '{vault://env/a}', headers: { authorization: '{vault://file/b}' } }],
    ['what the event fills in', { headers: { authorization: 'Bearer {{ token }}', 'x-token': '{{token}}' } }],
    ['an empty text', { secret: '', headers: { cookie: '' } }],
    ['null', { secret: null }],
    ['URLs without a password', { url: 'https://example.com' }],
    ['URLs with a name only', { url: 'https://jane@example.com/' }],
    ['what is no URL', { url: 'not a url' }],
    ['what is called otherwise', { curl: 'https://example.com/?token=pw' }],
    ['functions', { functions: ['return function(data) local token = 1 end'] }],
    ['nothing', {}],
  ])('shows %s', (_what, config) => {
    expect(maskConfig(config)).toEqual(config);
  });

  it('hides a signature that is no name of an algorithm', () => {
    expect(maskConfig({ signature: MARKER, headers: { 'x-signature': 'sha1' } })).toEqual({
      signature: MASK,
      headers: { 'x-signature': MASK },
    });
  });

  it('hides a text that is only partly a template', () => {
    expect(maskConfig({ headers: { 'x-token': `${MARKER}{{ id }}` } })).toEqual({
      headers: { 'x-token': MASK },
    });
  });

  it('takes keys of any name', () => {
    const config = JSON.parse(`{"payload":{"__proto__":{"token":"${MARKER}"},"constructor":"c"}}`);
    expect(JSON.stringify(maskConfig(config))).toBe(
      `{"payload":{"__proto__":{"token":"${MASK}"},"constructor":"c"}}`,
    );
  });
});

/** Looks like a token. Put together here, so that nothing in this file does. */
const TOKEN = ['gh', 'p_', 'aK7xP9mQ2wE5rT8yU1iO3pA6sD4fG0hJzXcV'].join('');

describe('what looks like a secret', () => {
  const config = {
    url: `https://example.com/?a=${TOKEN}&b=c`,
    headers: { 'x-note': `see ${TOKEN}` },
    payload: { list: [{ text: `a ${TOKEN} b ${TOKEN}` }] },
    body: `{"a":"${TOKEN}"}`,
    functions: [`return function() return "${TOKEN}" end`],
  };

  it('is hidden wherever it stands, and what is around it is shown', () => {
    expect(maskConfig(config)).toEqual({
      url: `https://example.com/?a=${MASK}&b=c`,
      headers: { 'x-note': `see ${MASK}` },
      payload: { list: [{ text: `a ${MASK} b ${MASK}` }] },
      body: `{"a":"${MASK}"}`,
      functions: [`return function() return "${MASK}" end`],
    });
    expect(new Set(findPlainSecrets(config))).toEqual(new Set([TOKEN]));
    expect(locatePlainSecrets(config).map(({ what }) => what)).toEqual(
      Array.from({ length: 6 }, () => 'a token of GitHub'),
    );
  });

  it('is one secret where the name of its place tells as well', () => {
    const named = { url: `https://example.com/?token=${TOKEN}`, headers: { authorization: TOKEN } };
    expect(locatePlainSecrets(named).map(({ path, what }) => [path.join('.'), what])).toEqual([
      ['url', null],
      ['headers.authorization', null],
    ]);
    expect(maskConfig(named)).toEqual({
      url: `https://example.com/?token=${MASK}`,
      headers: { authorization: MASK },
    });
  });

  it('is left in data, whose ids may look like one', () => {
    expect(maskByName({ custom_id: TOKEN, password: TOKEN })).toEqual({ custom_id: TOKEN, password: MASK });
  });
});

describe('plain secrets', () => {
  it('of a URL are its password and what names of secrets have in its query', () => {
    const url = 'https://jane:one@example.com/a?b=c&api_key=two&token=three%2F3&token=4&secret=';
    expect(findPlainSecrets({ url })).toEqual(['one', 'two', 'three/3', '4']);
    expect(maskConfig({ url })).toEqual({
      url: `https://jane:${MASK}@example.com/a?b=c&api_key=${MASK}&token=${MASK}&secret=${MASK}`,
    });
  });

  it('are all that is hidden, each with its place', () => {
    expect(locatePlainSecrets(CONFIG).map(({ path, value }) => [path.join('.'), value])).toEqual([
      ['url', MARKER],
      ['headers.Authorization', `Bearer ${MARKER}`],
      ['headers.X-Api-Key', MARKER],
      ['headers.cookie', MARKER],
      ['secret', MARKER],
      ['payload.password', MARKER],
      ['payload.tokens.0', MARKER],
      ['payload.tokens.1.deep', MARKER],
      ['payload.list.0.access_key', MARKER],
      ['payload.credentials.user', MARKER],
    ]);
    expect(new Set(findPlainSecrets(CONFIG))).toEqual(new Set([MARKER, `Bearer ${MARKER}`]));
  });

  it.each([
    ['http://a:pa%40ss@example.com/', 'pa@ss'],
    ['http://a:100%@example.com/', '100%'],
  ])('of %s are %j', (url, password) => {
    expect(findPlainSecrets({ url })).toEqual([password]);
    expect(maskConfig({ url })).toEqual({ url: `http://a:${MASK}@example.com/` });
    expect(maskConfig({ admin_url: url })).toEqual({ admin_url: `http://a:${MASK}@example.com/` });
  });
});

describe('isSensitiveName()', () => {
  it.each([
    ...[
      'Authorization',
      'Proxy-Authorization',
      'cookie',
      'Set-Cookie',
      'X-Auth-Token',
      'x-auth',
      'auth',
      'api_key',
      'apikey',
      'routing_key',
    ],
    ...[
      'X-API-Key',
      'client_secret',
      'passwd',
      'password',
      'passphrase',
      'accessKey',
      'private-key',
      'credentials',
      'X-Hub-Signature',
    ],
  ])('%s: true', (name) => {
    expect(isSensitiveName(name)).toBe(true);
  });

  it.each([
    'content-type',
    'author',
    'authority',
    'user-agent',
    'x-request-id',
    'key',
    'idempotency-key',
    'text',
  ])('%s: false', (name) => {
    expect(isSensitiveName(name)).toBe(false);
  });
});
