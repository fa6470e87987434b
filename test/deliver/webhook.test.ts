import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/event.ts';
import {
  startAnswering,
  startBusy,
  startFailing,
  startGone,
  startHanging,
} from '../helpers/fault-receiver.ts';
import { createHeldClock, START } from '../helpers/held-clock.ts';
import { CALL, startWebhooks, toWebhook } from '../helpers/start-webhooks.ts';

describe('the handler webhook', () => {
  it("posts the event's data with event and source as JSON, and nothing else", async () => {
    await using webhooks = await startWebhooks();
    const { method, url, headers, body } = await webhooks.send();
    expect({ method, url }).toEqual({ method: 'POST', url: '/' });
    expect(JSON.parse(body)).toEqual({ event: 'some_event', some: 'data', source: 'some_source' });
    expect(headers).toEqual({
      host: new URL(webhooks.receiver.url).host,
      connection: 'keep-alive',
      'user-agent': expect.stringMatching(/^hookline\//),
      'content-type': 'application/json',
      'content-length': String(body.length),
      'webhook-id': CALL.deliveryId,
      'webhook-timestamp': String(START / 1000),
    });
  });

  it('has event and source win over fields of the data', async () => {
    await using webhooks = await startWebhooks();
    const data = JSON.parse(
      '{"event":"theirs","source":"theirs","__proto__":{"a":1},"n":null}',
    ) as JsonObject;
    const { body } = await webhooks.send({}, { data });
    expect(body).toBe('{"event":"some_event","source":"some_source","__proto__":{"a":1},"n":null}');
  });

  it('posts a consumer that was created as the reference documents it', async () => {
    await using webhooks = await startWebhooks();
    const data = { entity: { username: 'Jane Austen' }, schema: 'consumers', operation: 'create' };
    const { body } = await webhooks.send({}, { data, source: 'crud', event: 'consumers' });
    expect(JSON.parse(body)).toEqual({ ...data, source: 'crud', event: 'consumers' });
  });

  it('posts null for the event in a test of a hook for every event', async () => {
    await using webhooks = await startWebhooks();
    const { body } = await webhooks.send({}, { event: null });
    expect(JSON.parse(body)).toMatchObject({ event: null });
  });

  it("sends the config's headers as they are, those behind references too", async () => {
    await using webhooks = await startWebhooks({ env: { API_KEY: 'key-value' } });
    const { headers } = await webhooks.send({
      headers: {
        'X-Give-Me': 'some tests {{ some }}',
        'x-key': '{vault://env/api-key}',
        'User-Agent': 'mine',
      },
    });
    expect(headers).toMatchObject({
      'x-give-me': 'some tests {{ some }}',
      'x-key': 'key-value',
      'user-agent': 'mine',
    });
  });

  it('sends one content type, which is JSON whatever the headers say', async () => {
    await using webhooks = await startWebhooks();
    let raw: readonly string[] = [];
    await using receiver = await startAnswering((req, res) => {
      raw = req.rawHeaders;
      res.end();
    });
    await webhooks.run(toWebhook({ url: receiver.url, headers: { 'Content-Type': 'text/plain' } }));
    const names = raw.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
    expect(names.filter((name) => name === 'content-type')).toHaveLength(1);
    expect(raw).toContain('application/json');
  });

  it('signs nothing without a secret', async () => {
    await using webhooks = await startWebhooks();
    const { headers } = await webhooks.send({ secret: null });
    expect(Object.keys(headers).filter((name) => name.includes('signature'))).toEqual([]);
  });

  it.each([
    ['sha1', /^sha1=[0-9a-f]{40}$/],
    ['sha256', /^sha256=[0-9a-f]{64}$/],
  ] as const)('signs the body with %s as the reference does', async (signature, pattern) => {
    await using webhooks = await startWebhooks();
    const { headers, body } = await webhooks.send({ secret: 'hunter2', signature });
    expect(headers['x-kong-signature']).toMatch(pattern);
    expect(headers['x-kong-signature']).toBe(
      `${signature}=${createHmac(signature, 'hunter2').update(body).digest('hex')}`,
    );
  });

  it.each(['hunter2', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'])(
    'signs as Standard Webhooks too, which the official library verifies, with the secret %s',
    async (secret) => {
      // The library holds the time against the machine's clock.
      await using webhooks = await startWebhooks({ clock: createHeldClock(Date.now()) });
      const { headers, body } = await webhooks.send({ secret }, { data: { text: 'é 😀' } });
      const key = secret.startsWith('whsec_') ? secret : Buffer.from(secret).toString('base64');
      const verified = new Webhook(key).verify(body, headers as Record<string, string>);
      expect(verified).toEqual({ text: 'é 😀', event: 'some_event', source: 'some_source' });
      expect(headers).toHaveProperty('x-kong-signature');
    },
  );

  it('keeps webhook-id over tries of a delivery, and tells the time of each', async () => {
    const clock = createHeldClock();
    await using webhooks = await startWebhooks({ clock });
    const first = await webhooks.send();
    clock.advance(5_999);
    const second = await webhooks.send();
    expect([first, second].map(({ headers }) => headers['webhook-id'])).toEqual([
      CALL.deliveryId,
      CALL.deliveryId,
    ]);
    expect(second.headers['webhook-timestamp']).toBe(String(START / 1000 + 5));
  });

  it('resolves its secret and its URL where they are used', async () => {
    const env = { SIGNING: 'hunter2', TARGET: '' };
    await using webhooks = await startWebhooks({ env });
    env.TARGET = `${webhooks.receiver.url}/hidden?key=1`;
    const { url, headers } = await webhooks.send({
      url: '{vault://env/target}',
      secret: '{vault://env/signing}',
    });
    expect(url).toBe('/hidden?key=1');
    expect(headers).toHaveProperty('x-kong-signature');
  });

  it.each([
    [{ url: '{vault://env/unset}' }, /could not get value from external vault/],
    [{ secret: '{vault://env/unset}' }, /could not get value from external vault/],
    [{ headers: { a: '{vault://env/unset}' } }, /could not get value from external vault/],
    [
      { url: '{vault://env/no-url}' },
      /^what config.url refers to is no URL of http or https \[\{vault:\/\/env\/no-url\}\]$/,
    ],
    [{ url: '{vault://env/no-http}' }, /no URL of http or https/],
  ])('tries again later when a reference cannot be resolved: %j', async (config, error) => {
    await using webhooks = await startWebhooks({ env: { NO_URL: 'not-a-url', NO_HTTP: 'ftp://hidden/' } });
    const result = await webhooks.run(toWebhook({ url: webhooks.receiver.url, ...config }));
    expect(result).toMatchObject({ kind: 'retry', reason: 'secret', error: expect.stringMatching(error) });
    expect(webhooks.receiver.requests).toEqual([]);
  });

  it.each(['a\nb', 'a\rb', 'a\0b', 'a\r\nx-evil: 1', '日本'])(
    'fails for good when a header is to be %j, which its error does not tell',
    async (value) => {
      await using webhooks = await startWebhooks({ env: { HEADER: value } });
      const hook = toWebhook({ url: webhooks.receiver.url, headers: { 'X-Key': '{vault://env/header}' } });
      expect(await webhooks.run(hook)).toMatchObject({
        kind: 'failure',
        reason: 'request',
        error: 'Cannot set header "X-Key": its value has a line break, a NUL or a character outside Latin-1',
      });
      expect(webhooks.receiver.requests).toEqual([]);
    },
  );

  it.each([200, 201, 204, 299])('takes %i for success', async (status) => {
    await using webhooks = await startWebhooks();
    webhooks.receiver.status = status;
    const result = await webhooks.run(toWebhook({ url: webhooks.receiver.url }));
    expect(result).toMatchObject({ kind: 'success', status, body: '', data: { some: 'data' } });
    expect(result).not.toHaveProperty('error');
  });

  it.each([300, 304, 400, 401, 404, 409, 429, 500, 502, 503])('tries again after %i', async (status) => {
    await using webhooks = await startWebhooks();
    webhooks.receiver.status = status;
    expect(await webhooks.run(toWebhook({ url: webhooks.receiver.url }))).toMatchObject({
      kind: 'retry',
      reason: 'status',
      status,
      error: `receiver answered ${status}`,
    });
  });

  it('does not try again after 410', async () => {
    await using webhooks = await startWebhooks();
    await using receiver = await startGone();
    expect(await webhooks.run(toWebhook({ url: receiver.url }))).toMatchObject({
      kind: 'failure',
      reason: 'gone',
      status: 410,
    });
  });

  it.each([
    ['7', START + 7_000],
    [new Date(START + 90_000).toUTCString(), START + 90_000],
  ])('tells how long the receiver wants to be left alone: %s', async (retryAfter, retryAt) => {
    await using webhooks = await startWebhooks();
    await using receiver = await startBusy(retryAfter);
    expect(await webhooks.run(toWebhook({ url: receiver.url }))).toMatchObject({
      kind: 'retry',
      status: 429,
      body: 'slow down',
      headers: { 'retry-after': retryAfter },
      retryAt,
    });
  });

  it('succeeds once the receiver does', async () => {
    await using webhooks = await startWebhooks();
    await using receiver = await startFailing(2);
    const hook = toWebhook({ url: receiver.url });
    const statuses = [await webhooks.run(hook), await webhooks.run(hook), await webhooks.run(hook)];
    expect(statuses).toMatchObject([{ status: 500 }, { status: 500 }, { status: 200, kind: 'success' }]);
  });

  it('follows no redirect', async () => {
    await using webhooks = await startWebhooks();
    await using receiver = await startAnswering((_, res) =>
      res.writeHead(307, { location: webhooks.receiver.url }).end(),
    );
    expect(await webhooks.run(toWebhook({ url: receiver.url }))).toMatchObject({
      kind: 'retry',
      status: 307,
    });
    expect(webhooks.receiver.requests).toEqual([]);
  });

  it("gives up after the hook's own timeout", async () => {
    const clock = createHeldClock();
    await using webhooks = await startWebhooks({ clock });
    await using receiver = await startHanging();
    const hook = toWebhook({ url: receiver.url });
    const running = webhooks.run(hook);
    await receiver.untilHeard(1);
    clock.advance(hook.definition.timeout * 1000);
    expect(await running).toMatchObject({
      kind: 'retry',
      reason: 'timeout',
      error: 'timed out after 30000 ms',
      durationMs: 30_000,
    });
  });

  it('shows no secret in what comes back or goes wrong', async () => {
    const env = { SECRET_HOST: 'http://secret-place.invalid/', KEY: 'marker-value' };
    await using webhooks = await startWebhooks({ env });
    const unknown = await webhooks.run(toWebhook({ url: '{vault://env/secret-host}' }));
    expect(unknown).toMatchObject({
      kind: 'retry',
      reason: 'dns',
      error: 'getaddrinfo ENOTFOUND [redacted]',
    });
    await using echo = await startAnswering((req, res) => {
      res.setHeader('x-echo', String(req.headers['x-key']));
      res.end(`got ${req.headers['x-key']}`);
    });
    const echoed = await webhooks.run(
      toWebhook({ url: echo.url, headers: { 'x-key': '{vault://env/key}' } }),
    );
    expect(echoed).toMatchObject({ body: 'got [redacted]', headers: { 'x-echo': '[redacted]' } });
  });
});
