import { lookup } from 'node:dns';
import { describe, expect, it } from 'vitest';
import { createEgress } from '../../src/deliver/egress.ts';
import { verifyKongSignature, verifyStandardSignature } from '../../src/deliver/signature.ts';
import type { EgressRule } from '../../src/egress-rule.ts';
import type { JsonObject } from '../../src/event.ts';
import { toCurl } from '../../src/explain/curl.ts';
import { toRequestView } from '../../src/explain/made-request.ts';
import { createTryOut, type TriedOut } from '../../src/explain/try-out.ts';
import { createLoneSnapshot } from '../../src/reconcile/lone-snapshot.ts';
import type { LiveHook } from '../../src/reconcile/snapshot.ts';
import { createSandbox } from '../../src/sandbox/pool.ts';
import { MASK } from '../../src/secrets/mask.ts';
import { NOTHING_RESERVED } from '../../src/secrets/reserved.ts';
import { createSecrets } from '../../src/secrets/resolver.ts';
import { createHeldClock, START } from '../helpers/held-clock.ts';
import { toHookEvent } from '../helpers/live-hook.ts';
import { prepareTexts } from '../helpers/prepare-texts.ts';

/** A secret too short to be looked for in other text, and one that encodings change. */
const ENV = {
  PIN: '7q',
  ODD: `it's "odd"/+ ü&=`,
  RECEIVER: 'https://hooks.example/T0/B0?k=v',
  BAD_URL: 'no url 5ecret',
  SIGNING: 'hunter2',
  USER_URL: 'https://jane:pa55w0rd@hooks.example/in',
  AUTHORITY: '-----BEGIN CERTIFICATE-----',
};

const PRIVATE: EgressRule = { text: 'private', target: { kind: 'reach', reach: 'private' }, port: null };
const sandbox = createSandbox({ threads: 1 });
const DELIVERY = '019c2f6e-8a53-7d10-b0a4-9a5f0a6c2c77';

/** A live hook on crud consumers. */
async function toHook(handler: string, config: object): Promise<LiveHook> {
  const hook = { source: 'crud', event: 'consumers', handler, config };
  const snapshot = await createLoneSnapshot(await prepareTexts({ 'hook.yaml': JSON.stringify(hook) }), 'r');
  const live = snapshot?.hooks[0];
  if (live === undefined) throw new Error('Cannot try out a hook that is wrong');
  return live;
}

function run(hook: LiveHook, data: JsonObject = { operation: 'create' }): Promise<TriedOut> {
  const options = { env: ENV, envAllow: null, fileRoot: '/nowhere', reserved: NOTHING_RESERVED };
  const secrets = createSecrets(options).hooks;
  const egress = createEgress({ allow: [], deny: [PRIVATE], lookup, proxy: null });
  const tryOut = createTryOut({ sandbox, secrets, findSource: () => null, egress, clock: createHeldClock() });
  return tryOut(hook, { ...toHookEvent({ data }), deliveryId: DELIVERY, pid: 7 });
}

async function tryOut(handler: string, config: object, data?: JsonObject): Promise<TriedOut> {
  return run(await toHook(handler, config), data);
}

async function request(handler: string, config: object) {
  const tried = await tryOut(handler, { ssl_verify: true, ...config });
  if (tried.kind !== 'request') throw new Error(`Cannot find a request: ${JSON.stringify(tried)}`);
  return { ...toRequestView(tried.request), ...tried };
}

function holdsSecret(tried: object, ...others: readonly string[]): boolean {
  const text = JSON.stringify(tried);
  const forms = [...Object.values(ENV), ...others].flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('base64').replace(/=*$/, ''),
  ]);
  return forms.some((form) => text.includes(form));
}

describe('a hook that is tried out', () => {
  it('makes the request its handler would send, signed', async () => {
    const made = await request('webhook', {
      url: 'https://a.example/in?x=1#part',
      secret: '{vault://env/signing}',
      headers: { 'x-team': 'a' },
    });
    const { 'webhook-signature': signature = '', 'x-kong-signature': kong = '', ...headers } = made.headers;
    const body = '{"operation":"create","event":"consumers","source":"crud"}';
    expect({ ...made, headers }).toMatchObject({ method: 'POST', url: 'https://a.example/in?x=1', body });
    expect(headers).toEqual({
      'user-agent': expect.stringMatching(/^hookline\//),
      'content-type': 'application/json',
      'x-team': 'a',
      'webhook-id': DELIVERY,
      'webhook-timestamp': String(START / 1000),
    });
    const message = { id: DELIVERY, timestamp: String(START / 1000), body, signature };
    expect(verifyStandardSignature(message, 'hunter2')).toBe(true);
    expect(verifyKongSignature(kong, { secret: 'hunter2', body })).toBe(true);
    expect(made).toMatchObject({ faults: [], notes: [] });
    expect(holdsSecret(made)).toBe(false);
  });

  it.each<readonly [string, object, object]>([
    ['a URL', { url: '{vault://env/receiver}' }, { url: MASK }],
    [
      'a header',
      { url: 'https://a.example/', headers: { 'x-pin': '{vault://env/pin}' } },
      { headers: { 'x-pin': MASK } },
    ],
    [
      'a payload, as JSON',
      { url: 'https://a.example/', payload: { text: 'a 7q b', deep: [{ pin: '{vault://env/odd}' }] } },
      { body: `{"text":"a 7q b","deep":[{"pin":"${MASK}"}]}` },
    ],
    [
      'a payload, in the query of a URL behind a reference that has one',
      { method: 'GET', url: '{vault://env/receiver}', payload: { a: '{vault://env/odd}', b: 1 } },
      { url: `${MASK}&a=${MASK}&b=1`, body: null },
    ],
    [
      'a payload, as a form',
      {
        url: 'https://a.example/',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload: { pin: '{vault://env/odd}' },
      },
      { body: `pin=${MASK}` },
    ],
    [
      'credentials',
      { url: 'https://a.example/', auth: { basic: { username: 'jane', password: '{vault://env/odd}' } } },
      { headers: { authorization: `Basic ${MASK}` } },
    ],
    [
      'a bearer token',
      { url: 'https://a.example/', auth: { bearer: '{vault://env/pin}' } },
      { headers: { authorization: `Bearer ${MASK}` } },
    ],
  ])('shows no value of a reference in %s', async (_what, config, shown) => {
    const made = await request('webhook-custom', { method: 'POST', ...config });
    expect(made).toMatchObject({ ...shown, faults: [] });
    const { PIN: _pin, ...long } = ENV;
    for (const secret of Object.values(long)) expect(JSON.stringify(made)).not.toContain(secret);
  });

  it('shows no secret that is written in clear, whatever its template makes of it', async () => {
    const made = await request('webhook-custom', {
      method: 'POST',
      url: 'https://jane:pa55w0rd@a.example/?api_key=k3y%20k3y&b=c%20d',
      headers: { 'x-token': 'c1ear-{{ operation }}', cookie: 'c00kie' },
      payload: { password: 'pass {{ operation }}', text: '{{ operation }}' },
    });
    expect(made.url).toMatch(/^https:\/\/a\.example\/\?api_key=\*{6}&b=c/);
    expect(made.headers).toMatchObject({ 'x-token': MASK, cookie: MASK, authorization: `Basic ${MASK}` });
    expect(made.body).toBe(`{"password":"${MASK}","text":"create"}`);
    expect(holdsSecret(made, 'pa55w0rd', 'k3y', 'c1ear', 'c00kie')).toBe(false);
    expect(made.notes).toEqual([
      'URL_PASSWORD stands for what config.url.password holds in clear',
      'URL_API_KEY stands for what config.url.api_key holds in clear',
      'HEADERS_X_TOKEN stands for what config.headers.x-token holds in clear',
      'HEADERS_COOKIE stands for what config.headers.cookie holds in clear',
      'PAYLOAD_PASSWORD stands for what config.payload.password holds in clear',
    ]);
  });

  it('tells that a URL behind a reference says who asks', async () => {
    const made = await request('webhook', { url: '{vault://env/user-url}' });
    expect(made).toMatchObject({ url: MASK, headers: { authorization: `Basic ${MASK}` }, faults: [] });
    const command = toCurl(made.request);
    expect(command).toMatch(/"\$\{USER_URL:\?\}"/);
    expect(command).not.toContain('--user ');
    expect(command).not.toContain('authorization');
    expect(holdsSecret(made)).toBe(false);
  });

  it('has curl ask a proxy behind a reference with what its URL says', async () => {
    const proxy = '{vault://env/user-url}';
    const made = await request('webhook', { url: 'https://a.example/', proxy });
    expect(toCurl(made.request)).toMatch(/--proxy "\$\{USER_URL:\?\}" \\\n/);
    expect(holdsSecret(made)).toBe(false);
  });

  it('sends what looks like a reference as it is written in a body, where none is resolved', async () => {
    const body = '{vault://env/unset}';
    const made = await request('webhook-custom', { method: 'POST', url: 'https://a.example/', body });
    expect(made).toMatchObject({ body, faults: [], notes: [] });
  });

  it('says that its own certificates are not in the command', async () => {
    const made = await request('webhook', {
      url: 'https://a.example/',
      tls: { ca: '{vault://env/authority}' },
    });
    expect(made.notes).toEqual([
      'Certificates of config.tls are not in the command: see --cacert, --cert and --key of curl',
    ]);
  });

  it('does not show a signature over secrets, which nobody could check', async () => {
    const made = await request('webhook-custom', {
      method: 'POST',
      url: 'https://a.example/',
      secret: 'hunter2',
      headers: { 'Webhook-Signature': 'mine' },
      payload: { pin: '{vault://env/odd}' },
    });
    expect(made.headers).toMatchObject({ 'webhook-signature': MASK, 'x-kong-signature': MASK });
    expect(Object.keys(made.headers)).not.toContain('Webhook-Signature');
    expect(made.notes).toContain('The signature is over a body with secrets, so it is not shown');
  });

  it.each<readonly [string, object, string]>([
    [
      'is not set',
      { url: '{vault://env/unset}' },
      'config.url cannot be had: could not get value from external vault (no value found: variable UNSET is not set)',
    ],
    [
      'is no URL where one has to be',
      { url: '{vault://env/bad-url}' },
      'config.url cannot be had: what config.url refers to is no URL of http or https [{vault://env/bad-url}]',
    ],
    [
      'is in no file',
      { url: 'https://a.example/', headers: { 'x-key': '{vault://file/a/b}' } },
      'config.headers.x-key cannot be had: could not get value from external vault (no value found: file a: ENOENT, looked for below secrets.file_root)',
    ],
    [
      'is not there to sign with',
      { url: 'https://a.example/', secret: '{vault://env/unset}' },
      'The request cannot be signed: could not get value from external vault (no value found: variable UNSET is not set)',
    ],
  ])('says so of what %s, and shows the rest', async (_what, config, fault) => {
    const made = await request('webhook', config);
    expect(made.faults).toEqual([fault]);
    expect(made.body).toBe('{"operation":"create","event":"consumers","source":"crud"}');
    expect(holdsSecret(made)).toBe(false);
    if ('secret' in config) expect(made.headers).toMatchObject({ 'webhook-signature': MASK });
  });

  it.each<readonly [string, object, readonly string[]]>([
    [
      'an address',
      { url: 'https://10.0.0.1/' },
      ['Cannot dial "10.0.0.1:443": egress.deny has "private": 10.0.0.1 is private'],
    ],
    [
      'one in brackets',
      { url: 'http://[fe80::1]:8080/' },
      ['Cannot dial "[fe80::1]:8080": fe80::1 is link-local, which is always refused'],
    ],
    ['an address that may be dialled', { url: 'https://8.8.8.8/' }, []],
    ['a name, which it does not look up', { url: 'https://localhost/' }, []],
  ])('says that egress rules would refuse %s', async (_what, config, faults) => {
    expect((await request('webhook', config)).faults).toEqual(faults);
  });

  it('asks no server for a token', async () => {
    const made = await request('webhook', {
      url: 'https://a.example/',
      auth: {
        oauth2: {
          token_url: 'https://id.example/token',
          client_id: 'me',
          client_secret: '{vault://env/odd}',
        },
      },
    });
    expect(made.headers).toMatchObject({ authorization: `Bearer ${MASK}` });
    expect(made.notes).toEqual([
      'OAUTH2_TOKEN stands for a token that is asked for at https://id.example/token',
    ]);
    expect(holdsSecret(made)).toBe(false);
  });

  it('leaves the hook itself as it is', async () => {
    const headers = { 'x-token': 'c1ear-{{ operation }}' };
    const config = { method: 'POST', url: '{vault://env/receiver}', secret: 'hunter2', headers };
    const hook = await toHook('webhook-custom', config);
    const before = structuredClone(hook.definition);
    const { templates } = hook;
    expect(await run(hook)).toMatchObject({ kind: 'request' });
    expect(hook.definition).toEqual(before);
    expect(hook.templates).toBe(templates);
  });

  it('says why no request can be made', async () => {
    const config = {
      method: 'POST',
      url: 'https://a.example/',
      headers: { 'x-name': '{{ name }}' },
      ssl_verify: true,
    };
    expect(await tryOut('webhook-custom', { ...config, headers_format: true }, { name: 'a\nb' })).toEqual({
      kind: 'failed',
      error: 'Cannot set header "x-name": its value has a line break, a NUL or a character outside Latin-1',
    });
  });

  it('gives the line a log writes', async () => {
    const tried = await tryOut('log', {});
    expect(JSON.parse(tried.kind === 'log' ? tried.line : '')).toMatchObject({
      level: 30,
      event: 'consumers',
      source: 'crud',
      data: { operation: 'create' },
      hook: 'hook',
      pid: 7,
      msg: 'log callback',
    });
  });

  it('gives what functions return, print and throw', async () => {
    const call = (...functions: readonly string[]): Promise<TriedOut> => tryOut('lambda', { functions });
    expect(
      await call('(data) => { console.log("hi"); return { ...data, a: 1 } }', '(data) => data.a + 1'),
    ).toEqual({
      kind: 'lambda',
      result: 2,
      output: 'hi\n',
      error: null,
    });
    expect(await call('(data) => { throw new Error("no") }')).toMatchObject({
      kind: 'lambda',
      result: null,
      error: expect.stringContaining('no'),
    });
  });
});
