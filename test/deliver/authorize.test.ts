import { describe, expect, it } from 'vitest';
import type { AuthDefinition, OAuth2Definition } from '../../src/definitions/definition.ts';
import type { HandlerResult } from '../../src/deliver/handler.ts';
import { createAuthority } from '../helpers/certificates.ts';
import { startAnswering } from '../helpers/fault-receiver.ts';
import { createHeldClock, type HeldClock, START } from '../helpers/held-clock.ts';
import { startWebhooks, toCustomWebhook, toWebhook, type Webhooks } from '../helpers/start-webhooks.ts';
import { startTokenServer, type TokenServer } from '../helpers/token-server.ts';

const SECRET = 'client secret/+%';
const ENV = { CLIENT_SECRET: SECRET, PASSWORD: 'pass:word', TOKEN: 'bearer-token' };

/** Webhooks with a token server. */
interface Bench extends AsyncDisposable {
  readonly webhooks: Webhooks;
  readonly server: TokenServer;
  readonly clock: HeldClock;
  /** The credentials of a hook. */
  toAuth(oauth2?: Partial<OAuth2Definition>): AuthDefinition;
  /** Runs a webhook with them. */
  run(oauth2?: Partial<OAuth2Definition>, url?: string): Promise<HandlerResult>;
  /** What the receiver got as authorization, in order. */
  sent(): readonly (string | undefined)[];
}

async function startBench(): Promise<Bench> {
  const clock = createHeldClock();
  const server = await startTokenServer();
  const webhooks = await startWebhooks({ env: ENV, clock });
  const toAuth: Bench['toAuth'] = (oauth2 = {}) => ({
    oauth2: {
      token_url: server.url,
      client_id: 'client:a',
      client_secret: '{vault://env/client-secret}',
      scopes: [],
      audience: null,
      client_auth: 'basic',
      ...oauth2,
    },
  });
  return {
    webhooks,
    server,
    clock,
    toAuth,
    run: (oauth2 = {}, url = webhooks.receiver.url) => webhooks.run(toWebhook({ url, auth: toAuth(oauth2) })),
    sent: () => webhooks.receiver.requests.map(({ headers }) => headers.authorization),
    async [Symbol.asyncDispose]() {
      await webhooks[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

function basic(credentials: string): string {
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}

describe('config.auth', () => {
  it('sends a user and a password', async () => {
    await using webhooks = await startWebhooks({ env: ENV });
    const auth = { basic: { username: 'jane', password: '{vault://env/password}' } };
    expect((await webhooks.send({ auth })).headers.authorization).toBe(basic('jane:pass:word'));
    expect((await webhooks.sendCustom({ auth })).headers.authorization).toBe(basic('jane:pass:word'));
  });

  it('sends a token', async () => {
    await using webhooks = await startWebhooks({ env: ENV });
    const { headers } = await webhooks.send({ auth: { bearer: '{vault://env/token}' } });
    expect(headers.authorization).toBe('Bearer bearer-token');
  });

  it('takes the place of a user in a URL behind a reference', async () => {
    await using webhooks = await startWebhooks({ env: { ...ENV, URL: 'http://user:pass@127.0.0.1:1/' } });
    const url = webhooks.receiver.url.replace('//', '//user:pass@');
    const { headers } = await webhooks.send({ url, auth: { bearer: '{vault://env/token}' } });
    expect(headers.authorization).toBe('Bearer bearer-token');
  });

  it.each<[string, AuthDefinition]>([
    ['a password', { basic: { username: 'jane', password: '{vault://env/absent}' } }],
    ['a token', { bearer: '{vault://env/absent}' }],
  ])('waits for %s that is not there', async (_what, auth) => {
    await using webhooks = await startWebhooks({ env: ENV });
    expect(await webhooks.run(toWebhook({ url: webhooks.receiver.url, auth }))).toMatchObject({
      kind: 'retry',
      reason: 'secret',
    });
    expect(webhooks.receiver.requests).toEqual([]);
  });

  it.each<[string, AuthDefinition, string]>([
    ['basic', { basic: { username: 'jane', password: '{vault://env/password}' } }, 'Basic'],
    ['bearer', { bearer: '{vault://env/token}' }, 'Bearer'],
  ])('is shown nowhere when a receiver gives %s back', async (_what, auth, scheme) => {
    await using receiver = await startAnswering((req, res) => {
      const { authorization } = req.headers;
      res.writeHead(400, { 'x-echo': authorization }).end(`you said ${authorization}`);
    });
    await using webhooks = await startWebhooks({ env: ENV });
    const result = await webhooks.run(toWebhook({ url: receiver.url, auth }));
    expect(result.body).toMatch(/^you said .*\[redacted\]$/);
    expect(JSON.stringify(result)).not.toContain(ENV.TOKEN);
    expect(JSON.stringify(result)).not.toContain(basic('jane:pass:word').slice(6));
    expect(result.headers?.['x-echo']).not.toBe(scheme);
  });

  it('makes a ping say who asks too', async () => {
    await using webhooks = await startWebhooks({ env: ENV });
    const hook = toWebhook({ url: webhooks.receiver.url, auth: { bearer: '{vault://env/token}' } });
    await webhooks.ping(hook, {});
    expect(webhooks.receiver.requests[0]?.headers.authorization).toBe('Bearer bearer-token');
  });
});

describe('config.auth.oauth2', () => {
  it('fetches a token by the header authorization, and sends it', async () => {
    await using bench = await startBench();
    expect(await bench.run()).toMatchObject({ kind: 'success' });
    expect(bench.server.asked).toEqual([
      {
        authorization: basic('client%3Aa:client+secret%2F%2B%25'),
        fields: { grant_type: 'client_credentials' },
      },
    ]);
    expect(bench.sent()).toEqual(['Bearer token-1']);
    expect(bench.clock.timers).toBe(0);
  });

  it('fetches one by fields, for scopes and an audience', async () => {
    await using bench = await startBench();
    await bench.run({ client_auth: 'body', scopes: ['hooks', 'all'], audience: 'https://api.example/' });
    expect(bench.server.asked).toEqual([
      {
        authorization: undefined,
        fields: {
          grant_type: 'client_credentials',
          client_id: 'client:a',
          client_secret: SECRET,
          scope: 'hooks all',
          audience: 'https://api.example/',
        },
      },
    ]);
  });

  it('keeps a token until a minute before its end', async () => {
    await using bench = await startBench();
    await bench.run();
    bench.clock.advance(3_540_000 - 1);
    await bench.run();
    bench.clock.advance(1);
    await bench.run();
    expect(bench.sent()).toEqual(['Bearer token-1', 'Bearer token-1', 'Bearer token-2']);
  });

  it.each([
    ['for nine tenths of a short life', 100, 90_000],
    ['for an hour where the server does not say', null, 3_540_000],
  ])('keeps a token %s', async (_what, life, ms) => {
    await using bench = await startBench();
    bench.server.life = life;
    await bench.run();
    bench.clock.advance(ms - 1);
    await bench.run();
    expect(bench.server.asked).toHaveLength(1);
    bench.clock.advance(1);
    await bench.run();
    expect(bench.server.asked).toHaveLength(2);
  });

  it('shares a token among hooks with the same credentials, and their pings, and with no other', async () => {
    await using bench = await startBench();
    await bench.run();
    const { url } = bench.webhooks.receiver;
    await bench.webhooks.run(toCustomWebhook({ url, auth: bench.toAuth() }));
    await bench.webhooks.ping(toWebhook({ url, auth: bench.toAuth() }), {});
    await bench.run({ scopes: ['more'] });
    expect(bench.sent()).toEqual(['Bearer token-1', 'Bearer token-1', 'Bearer token-1', 'Bearer token-2']);
  });

  it('fetches one token for all that want it at once', async () => {
    await using bench = await startBench();
    bench.server.isHolding = true;
    const running = Array.from({ length: 20 }, () => bench.run());
    await bench.server.untilAsked(1);
    bench.server.release();
    for (const result of await Promise.all(running)) expect(result).toMatchObject({ kind: 'success' });
    expect(bench.server.asked).toHaveLength(1);
    expect(new Set(bench.sent())).toEqual(new Set(['Bearer token-1']));
  });

  it('fetches another once when the receiver answers 401', async () => {
    await using bench = await startBench();
    const seen: (string | undefined)[] = [];
    await using receiver = await startAnswering((req, res) => {
      seen.push(req.headers.authorization);
      res.writeHead(req.headers.authorization === 'Bearer token-2' ? 204 : 401).end();
    });
    expect(await bench.run({}, receiver.url)).toMatchObject({ kind: 'success', status: 204 });
    expect(await bench.run({}, receiver.url)).toMatchObject({ kind: 'success', status: 204 });
    expect(seen).toEqual(['Bearer token-1', 'Bearer token-2', 'Bearer token-2']);
  });

  it('leaves it at that when the receiver answers 401 again', async () => {
    await using bench = await startBench();
    bench.webhooks.receiver.status = 401;
    expect(await bench.run()).toMatchObject({ kind: 'retry', reason: 'status', status: 401 });
    expect(bench.sent()).toEqual(['Bearer token-1', 'Bearer token-2']);
  });

  it('fetches one other for all that were refused at once', async () => {
    await using bench = await startBench();
    await bench.run();
    bench.webhooks.receiver.status = 401;
    await using receiver = await startAnswering((req, res) =>
      res.writeHead(req.headers.authorization === 'Bearer token-1' ? 401 : 204).end(),
    );
    const results = await Promise.all(Array.from({ length: 10 }, () => bench.run({}, receiver.url)));
    expect(results.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 204));
    expect(bench.server.asked).toHaveLength(2);
  });

  it('sends nothing anew for another answer, nor for 401 without a token server', async () => {
    await using bench = await startBench();
    bench.webhooks.receiver.status = 403;
    expect(await bench.run()).toMatchObject({ status: 403 });
    bench.webhooks.receiver.status = 401;
    const { url } = bench.webhooks.receiver;
    await bench.webhooks.run(toWebhook({ url, auth: { bearer: 'abcd' } }));
    expect(bench.sent()).toEqual(['Bearer token-1', 'Bearer abcd']);
  });

  it.each<[string, TokenServer['instead'], string]>([
    [
      'refuses',
      { status: 401, body: '{"error":"invalid_client","error_description":"no such client"}' },
      'it answered 401 invalid_client no such client',
    ],
    ['is gone', { status: 410, body: 'gone' }, 'it answered 410'],
    ['says no JSON', { status: 200, body: 'token' }, 'its answer holds no token'],
    ['says no token', { status: 200, body: '{"access_token":7}' }, 'its answer holds no token'],
    [
      'says a token no header can carry',
      { status: 200, body: '{"access_token":"a\\r\\nb"}' },
      'its answer holds no token',
    ],
    [
      'says a token of another type',
      { status: 200, body: '{"access_token":"abcd","token_type":"mac"}' },
      'its token is none of type "bearer"',
    ],
  ])('waits when the token server %s', async (_what, instead, why) => {
    await using bench = await startBench();
    bench.server.instead = instead;
    const error = `Cannot get a token from ${bench.server.url}: ${why}`;
    expect(await bench.run()).toEqual({
      kind: 'retry',
      reason: 'auth',
      error,
      durationMs: 0,
      data: expect.anything(),
    });
    bench.server.instead = null;
    expect(await bench.run()).toMatchObject({ kind: 'success' });
    expect(bench.sent()).toEqual(['Bearer token-2']);
  });

  it('takes a token whose type is written in another way, and a life in quotes', async () => {
    await using bench = await startBench();
    const body = '{"access_token":"abcd","token_type":"bearer","expires_in":"100"}';
    bench.server.instead = { status: 200, body };
    await bench.run();
    bench.clock.advance(90_000);
    await bench.run();
    expect(bench.sent()).toEqual(['Bearer abcd', 'Bearer abcd']);
    expect(bench.server.asked).toHaveLength(2);
  });

  it('takes a token that is longer than what is kept of other answers', async () => {
    await using bench = await startBench();
    const token = 'x'.repeat(12_000);
    bench.server.instead = { status: 200, body: JSON.stringify({ access_token: token }) };
    await bench.run();
    expect(bench.sent()).toEqual([`Bearer ${token}`]);
  });

  it('waits as long as the token server asks for', async () => {
    await using bench = await startBench();
    bench.server.instead = { status: 429, headers: { 'retry-after': '90' }, body: '' };
    expect(await bench.run()).toMatchObject({ kind: 'retry', reason: 'auth', retryAt: START + 90_000 });
  });

  it.each([
    ['cannot be reached', 'http://127.0.0.1:1/', 'retry', 'auth', /connect ECONNREFUSED/],
    ['may not be asked', 'http://169.254.169.254/', 'failure', 'egress_refused', /always refused/],
    ['is behind a reference that is none', '{vault://env/absent}', 'retry', 'secret', /ABSENT is not set/],
    [
      'is behind a reference to no URL',
      '{vault://env/token}',
      'retry',
      'secret',
      /config.auth.oauth2.token_url refers to is no URL/,
    ],
  ])('says so when the token server %s', async (_what, token_url, kind, reason, error) => {
    await using bench = await startBench();
    const result = await bench.run({ token_url });
    expect(result).toMatchObject({ kind, reason, error: expect.stringMatching(error) });
    expect(bench.sent()).toEqual([]);
    expect(bench.clock.timers).toBe(0);
  });

  it('takes no longer than the hook may, token and request together', async () => {
    await using bench = await startBench();
    bench.server.isHolding = true;
    const sending = bench.run();
    await bench.server.untilAsked(1);
    bench.clock.advance(30_000);
    expect(await sending).toMatchObject({ kind: 'retry', reason: 'auth', durationMs: 30_000 });
    await using receiver = await startAnswering(() => {});
    const slow = bench.run({}, receiver.url);
    await bench.server.untilAsked(2);
    bench.clock.advance(20_000);
    bench.server.release();
    await receiver.untilHeard(1);
    bench.clock.advance(9_999);
    bench.clock.advance(1);
    expect(await slow).toMatchObject({ kind: 'retry', reason: 'timeout', durationMs: 30_000 });
    expect(bench.clock.timers).toBe(0);
  });

  it('lets one who joined wait no longer than its own hook may', async () => {
    await using bench = await startBench();
    bench.server.isHolding = true;
    const first = bench.run();
    await bench.server.untilAsked(1);
    const { url } = bench.webhooks.receiver;
    const hook = toWebhook({ url, auth: bench.toAuth() });
    const hurried = bench.webhooks.run({ ...hook, definition: { ...hook.definition, timeout: 1 } });
    bench.clock.advance(1_000);
    expect(await hurried).toMatchObject({ reason: 'auth', error: expect.stringContaining('after 1000 ms') });
    bench.server.release();
    expect(await first).toMatchObject({ kind: 'success' });
  });

  it('connects to the token server as to the receiver: its authorities hold there too', async () => {
    const authority = createAuthority();
    await using server = await startTokenServer(authority.issue('id.example'));
    await using bench = await startBench();
    const { url } = bench.webhooks.receiver;
    const auth = bench.toAuth({ token_url: server.url });
    const tls = { ca: authority.ca, cert: null, key: null };
    const run = (ca: string): Promise<HandlerResult> =>
      bench.webhooks.run(toWebhook({ url, auth, ssl_verify: true, tls: { ...tls, ca } }));
    expect(await run(createAuthority('Stranger').ca)).toMatchObject({ kind: 'retry', reason: 'auth' });
    expect(await run(authority.ca)).toMatchObject({ kind: 'success' });
  });

  it('shows neither token nor secret, whoever gives them back', async () => {
    await using bench = await startBench();
    await using receiver = await startAnswering((req, res) => {
      const { authorization } = req.headers;
      res.writeHead(400, { 'x-echo': authorization?.slice(7) }).end(JSON.stringify({ authorization }));
    });
    const token = 'eyJhbGciOi.J9.marker';
    bench.server.instead = { status: 200, body: JSON.stringify({ access_token: token }) };
    const echoed = await bench.run({}, receiver.url);
    expect(echoed.body).toBe('{"authorization":"Bearer [redacted]"}');
    expect(JSON.stringify(echoed)).not.toContain(token);

    const { authorization = '' } = bench.server.asked[0] ?? {};
    const description = `${SECRET} ${authorization}`;
    const body = JSON.stringify({ error: 'invalid_client', error_description: description });
    bench.server.instead = { status: 400, body };
    const refused = await bench.run({ scopes: ['other'] });
    expect(refused.error).toMatch(/it answered 400 invalid_client \[redacted\] (Basic )?\[redacted\]$/);
  });
});
