import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import type { WebhookCustomConfig } from '../../src/definitions/definition.ts';
import { signKong } from '../../src/deliver/signature.ts';
import type { JsonObject } from '../../src/event.ts';
import { START } from '../helpers/held-clock.ts';
import { CALL, startWebhooks, toCustomWebhook } from '../helpers/start-webhooks.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const FORM_TYPE = { 'Content-Type': 'application/x-www-form-urlencoded' };

describe('the handler webhook-custom', () => {
  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'])(
    'sends a %s and nothing else when only the method is given',
    async (method) => {
      await using webhooks = await startWebhooks();
      const request = await webhooks.sendCustom({ method });
      expect(request).toMatchObject({ method, url: '/', body: '' });
      expect(request.headers).not.toHaveProperty('content-type');
      expect(request.headers).not.toHaveProperty('transfer-encoding');
    },
  );

  it('sends an empty body with a POST of nothing', async () => {
    await using webhooks = await startWebhooks();
    const { headers } = await webhooks.sendCustom({ method: 'POST' });
    expect(headers['content-length']).toBe('0');
  });

  it('sends what Slack is sent in the reference', async () => {
    await using webhooks = await startWebhooks();
    const text =
      'Admin account `{{ entity.username }}` {{ operation}}d; email address set to `{{ entity.email }}`';
    const data = { entity: { username: 'a/b & "c"', email: 'jane@example.com' }, operation: 'create' };
    const { body, headers } = await webhooks.sendCustom({ payload: { text }, headers: JSON_TYPE }, { data });
    expect(JSON.parse(body)).toEqual({
      text: 'Admin account `a/b & "c"` created; email address set to `jane@example.com`',
    });
    expect(headers['content-type']).toBe('application/json');
  });

  it.each<readonly [string, Partial<WebhookCustomConfig>, JsonObject]>([
    [
      'as it is',
      { payload: { some: 'params', to: 'convert', as_a: 'body' } },
      { some: 'params', to: 'convert', as_a: 'body' },
    ],
    ['unformatted', { payload: { text: '{{ some }}' }, payload_format: false }, { text: '{{ some }}' }],
    [
      'formatted',
      { payload: { this_one: 'is formatted with {{ some }}' } },
      { this_one: 'is formatted with data' },
    ],
    ['with templates in no key', { payload: { '{{ some }}': 'x' } }, { '{{ some }}': 'x' }],
    [
      'nested',
      { payload: { blocks: [{ text: '{{ some }}', n: 1 }, null, true], deep: { er: ['{{ event }}'] } } },
      { blocks: [{ text: 'data', n: 1 }, null, true], deep: { er: ['some_event'] } },
    ],
    ['without what is missing', { payload: { text: '<{{ missing }}{{ no.where.near }}>' } }, { text: '<>' }],
    [
      'with all a template may read',
      { payload: { text: '{{ some }} {{ event }} {{ source }} {{ id }} {{ time }}' } },
      { text: 'data some_event some_source event-1 2026-01-01T00:00:00.000Z' },
    ],
  ])('sends a payload %s', async (_, config, payload) => {
    await using webhooks = await startWebhooks();
    expect(JSON.parse((await webhooks.sendCustom(config)).body)).toEqual(payload);
  });

  it.each<readonly [string, Partial<WebhookCustomConfig>, string]>([
    ['unformatted, white space included', { body: ' \n{{ some }}\t', body_format: false }, ' \n{{ some }}\t'],
    [
      'formatted',
      {
        body: '{ "some {{ some }}": "arbitrary body {{ some }}" }',
        headers: { 'content-type': 'text/plain' },
      },
      '{ "some data": "arbitrary body data" }',
    ],
    ['before a payload', { body: 'body', payload: { some: 'payload' }, headers: JSON_TYPE }, 'body'],
  ])('sends a body %s', async (_, config, body) => {
    await using webhooks = await startWebhooks();
    expect((await webhooks.sendCustom(config)).body).toBe(body);
  });

  it.each<readonly [string, Readonly<Record<string, string>>, string]>([
    ['a string of JSON', JSON_TYPE, '{"text":"a \\"b\\" & c"}'],
    ['JSON when there is no content type', {}, '{"text":"a \\"b\\" & c"}'],
    ['nothing in plain text', { 'content-type': 'text/plain' }, '{"text":"a "b" & c"}'],
    ['a form', FORM_TYPE, '{"text":"a+%22b%22+%26+c"}'],
  ])('escapes what it puts into a body for %s', async (_, headers, body) => {
    await using webhooks = await startWebhooks();
    const config = { body: '{"text":"{{ text }}"}', headers };
    expect((await webhooks.sendCustom(config, { data: { text: 'a "b" & c' } })).body).toBe(body);
  });

  it('sends the payload when the body comes out empty', async () => {
    await using webhooks = await startWebhooks();
    const config = { body: '{{ missing }}', payload: { some: '{{ some }}' } };
    expect((await webhooks.sendCustom(config)).body).toBe('{"some":"data"}');
  });

  it.each<readonly [string, Partial<WebhookCustomConfig>, string]>([
    ['are sent as they are', { headers: { 'X-Give-Me': 'some tests' } }, 'some tests'],
    ['are no templates', { headers: { 'X-Give-Me': 'some tests {{ some }}' } }, 'some tests {{ some }}'],
    [
      'are templates when they are said to be',
      { headers: { 'X-Give-Me': 'some tests {{ some }}' }, headers_format: true },
      'some tests data',
    ],
    [
      'hold what is in Latin-1',
      { headers: { 'X-Give-Me': 'caf\u00e9\t{{ some }}' } },
      'caf\u00e9\t{{ some }}',
    ],
  ])('headers %s', async (_, config, value) => {
    await using webhooks = await startWebhooks();
    expect((await webhooks.sendCustom(config)).headers['x-give-me']).toBe(value);
  });

  it.each(['a\nb', 'a\rb', 'a\0b', 'a\r\nX-Evil: 1', '日本'])(
    'fails for good when an event would put %j into a header',
    async (value) => {
      await using webhooks = await startWebhooks();
      const headers = { 'X-Give-Me': '{{ some }}' };
      const hook = toCustomWebhook({ url: webhooks.receiver.url, headers, headers_format: true });
      expect(await webhooks.run(hook, { data: { some: value } })).toMatchObject({
        kind: 'failure',
        reason: 'request',
        error:
          'Cannot set header "X-Give-Me": its value has a line break, a NUL or a character outside Latin-1',
      });
      expect(webhooks.receiver.requests).toEqual([]);
    },
  );

  it('signs the body as it is sent, both ways', async () => {
    await using webhooks = await startWebhooks();
    const secret = 'hunter2';
    const official = new Webhook(Buffer.from(secret).toString('base64'));
    for (const config of [{ body: 'foobar' }, { payload: { text: 'é {{ some }}' } }]) {
      const { headers, body } = await webhooks.sendCustom({ ...config, secret });
      expect(headers['x-kong-signature']).toBe(signKong({ secret, body }, 'sha1'));
      expect(headers['webhook-signature']).toBe(official.sign(CALL.deliveryId, new Date(START), body));
    }
    const { headers } = await webhooks.sendCustom({ body: 'foobar', body_format: false, secret });
    expect(headers['x-kong-signature']).toBe('sha1=47632029fcc7936dc59ff90b5bb736a44c74ab62');
  });

  it.each<readonly [string, Partial<WebhookCustomConfig>]>([
    ['a GET', { method: 'GET' }],
    ['a GET with its payload in the query', { method: 'GET', payload: { a: 'b' } }],
    ['a POST of nothing', { method: 'POST' }],
    ['a body that comes out empty', { body: '{{ missing }}' }],
  ])('signs nothing of %s: there is no body', async (_, config) => {
    await using webhooks = await startWebhooks();
    const { headers } = await webhooks.sendCustom({ ...config, secret: 'hunter2' });
    expect(Object.keys(headers).filter((name) => name.includes('signature'))).toEqual([]);
    expect(headers['webhook-id']).toBe(CALL.deliveryId);
    const unset = '{vault://env/not-set}';
    expect((await webhooks.sendCustom({ ...config, secret: unset })).headers).not.toHaveProperty(
      'webhook-signature',
    );
  });

  it.each(['GET', 'HEAD', 'DELETE'])('puts the payload of a %s into the query', async (method) => {
    await using webhooks = await startWebhooks();
    const payload = { foo: 'bar', bar: 'baz {{ some }}&c=d', n: 1, none: null, list: ['x'] };
    const { url, body } = await webhooks.sendCustom({ method, payload });
    expect(url).toBe('/?bar=baz%20data%26c%3Dd&foo=bar&list=%5B%22x%22%5D&n=1&none=');
    expect(body).toBe('');
  });

  it("adds the payload to the URL's own query", async () => {
    await using webhooks = await startWebhooks();
    const base = webhooks.receiver.url;
    for (const [path, expected] of [
      ['/path?own=1', '/path?own=1&foo=bar'],
      ['/path?', '/path?foo=bar'],
      ['/?a=%20b#part', '/?a=%20b&foo=bar'],
    ]) {
      const config = { method: 'GET', url: `${base}${path}`, payload: { foo: 'bar' } };
      expect((await webhooks.sendCustom(config)).url).toBe(expected);
    }
    const unchanged = { method: 'GET', url: `${base}/path?own=1`, payload: {} };
    expect((await webhooks.sendCustom(unchanged)).url).toBe('/path?own=1');
  });

  it.each(['GET', 'DELETE'])('sends a body with a %s that has one', async (method) => {
    await using webhooks = await startWebhooks();
    const request = await webhooks.sendCustom({
      method,
      body: 'b {{ some }}',
      payload: { a: 'c' },
      secret: 's',
    });
    expect(request).toMatchObject({ url: '/?a=c', body: 'b data' });
    expect(request.headers).toHaveProperty('x-kong-signature');
  });

  it.each<readonly [string | null, string, string]>([
    [null, 'application/json', '{"foo":"bar","bar":"baz & {{"}'],
    ['application/json', 'application/json', '{"foo":"bar","bar":"baz & {{"}'],
    ['Application/JSON; charset=utf-8', 'Application/JSON; charset=utf-8', '{"foo":"bar","bar":"baz & {{"}'],
    ['application/vnd.api+json', 'application/vnd.api+json', '{"foo":"bar","bar":"baz & {{"}'],
    ['application/x-www-form-urlencoded', 'application/x-www-form-urlencoded', 'bar=baz+%26+%7B%7B&foo=bar'],
  ])('encodes a payload as the content type says: %s', async (given, sent, body) => {
    await using webhooks = await startWebhooks();
    const request = await webhooks.sendCustom({
      payload: { foo: 'bar', bar: 'baz & {{' },
      payload_format: false,
      headers: given === null ? {} : { 'Content-TYPE': given },
    });
    expect(request.body).toBe(body);
    expect(request.headers['content-type']).toBe(sent);
  });

  it('encodes a payload as multipart with a boundary of its own', async () => {
    await using webhooks = await startWebhooks();
    const config = {
      payload: { foo: 'bar', b: 'b\r\nc' },
      headers: { 'content-type': 'multipart/form-data' },
    };
    const requests = [await webhooks.sendCustom(config), await webhooks.sendCustom(config)];
    const boundaries = requests.map(({ headers }) => headers['content-type']?.split('boundary=')[1]);
    expect(new Set(boundaries).size).toBe(2);
    for (const { body, headers } of requests) {
      const form = await new Response(body, {
        headers: { 'content-type': String(headers['content-type']) },
      }).formData();
      expect([...form]).toEqual([
        ['b', 'b\r\nc'],
        ['foo', 'bar'],
      ]);
    }
  });

  it('fails for good when there is no telling how to encode the payload', async () => {
    await using webhooks = await startWebhooks();
    const headers = { 'content-type': 'text/csv' };
    const hook = toCustomWebhook({ url: webhooks.receiver.url, payload: { a: 'b' }, headers });
    expect(await webhooks.run(hook)).toMatchObject({
      kind: 'failure',
      reason: 'request',
      error: 'Cannot encode the payload as "text/csv": use JSON, a form, multipart/form-data, or config.body',
    });
  });

  it('fails for good when a template makes too much', async () => {
    await using webhooks = await startWebhooks();
    const payload = { text: '{{#each list}}{{ @root.some }}{{/each}}' };
    const hook = toCustomWebhook({ url: webhooks.receiver.url, payload });
    const data = { some: 'x'.repeat(100_000), list: Array.from({ length: 20 }, () => 1) };
    expect(await webhooks.run(hook, { data })).toMatchObject({
      kind: 'failure',
      reason: 'request',
      error: expect.stringMatching(/^Cannot render the template/),
    });
  });

  it('resolves references where the definition has them, and never those of an event', async () => {
    await using webhooks = await startWebhooks({ env: { API_KEY: 'key-value' } });
    const reference = '{vault://env/api-key}';
    const config = {
      headers: { 'X-Key': reference, 'X-Theirs': '{{ some }}' },
      headers_format: true,
      payload: { key: reference, list: [{ key: reference }], theirs: '{{ some }}', within: `a ${reference}` },
    };
    const { headers, body } = await webhooks.sendCustom(config, { data: { some: reference } });
    expect(headers).toMatchObject({ 'x-key': 'key-value', 'x-theirs': reference });
    expect(JSON.parse(body)).toEqual({
      key: 'key-value',
      list: [{ key: 'key-value' }],
      theirs: reference,
      within: `a ${reference}`,
    });
  });

  it('answers what the receiver said, and the data with event and source', async () => {
    await using webhooks = await startWebhooks();
    webhooks.receiver.status = 418;
    expect(await webhooks.run(toCustomWebhook({ url: webhooks.receiver.url }))).toMatchObject({
      kind: 'retry',
      status: 418,
      data: { some: 'data', event: 'some_event', source: 'some_source' },
    });
  });
});
