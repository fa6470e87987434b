import { describe, expect, it } from 'vitest';
import { runApp } from '../helpers/running-app.ts';

const SLACK = `
source: crud
event: admins
handler: webhook-custom
config:
  method: POST
  url: https://hooks.slack.com/services/foo/bar/baz
  headers: { content-type: application/json }
  ssl_verify: false
  payload:
    text: "Admin account \`{{ entity.username }}\` {{ operation}}d; email address set to \`{{ entity.email }}\`"
`;
const WEBHOOK = `
id: C57340AB-9fed-40fd-bb7e-1cef8d37c2df
source: crud
event: consumers
handler: webhook
config: { url: "http://127.0.0.1:9/a1b2c3" }
`;
const LAMBDA = `
source: crud
event: consumers
handler: lambda
config:
  functions:
    - |
      return function (data, event, source, pid)
        local user = data.entity.username
        error("Event hook on consumer " .. user .. "")
      end
`;
const LOG = 'source: crud\nevent: routes\nhandler: log\n';
const FILES = { 'slack.yaml': SLACK, 'team/webhook.yaml': WEBHOOK, 'lambda.yaml': LAMBDA, 'log.yaml': LOG };

/** The API counts in seconds: what happens in the next one has another time. */
function waitForNextSecond(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1_000 - (Date.now() % 1_000)));
}

describe('GET /event-hooks', () => {
  it('answers the entities of the reference, field for field, and more', async () => {
    await using app = await runApp(FILES);
    const { status, body } = await app.get('/event-hooks');
    expect(status).toBe(200);
    const { data, next } = body as { data: Record<string, unknown>[]; next: unknown };
    expect(next).toBeNull();
    expect(data.map(({ name }) => name)).toEqual(['lambda', 'log', 'slack', 'team/webhook']);
    expect(data[2]).toEqual({
      config: {
        body: null,
        body_format: true,
        headers: { 'content-type': 'application/json' },
        headers_format: false,
        method: 'POST',
        payload: {
          text: 'Admin account `{{ entity.username }}` {{ operation}}d; email address set to `{{ entity.email }}`',
        },
        payload_format: true,
        secret: null,
        signature: 'sha1',
        ssl_verify: false,
        url: 'https://hooks.slack.com/services/foo/bar/baz',
      },
      created_at: expect.any(Number),
      updated_at: expect.any(Number),
      event: 'admins',
      handler: 'webhook-custom',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      on_change: null,
      snooze: null,
      source: 'crud',
      name: 'slack',
      description: null,
      labels: {},
      enabled: true,
      filter: null,
      retry: null,
      timeout: 30,
      concurrency: 16,
      origin: {
        source: `dir:${app.hooks.path}`,
        revision: expect.stringMatching(/^dir@sha256:/),
        file: 'slack.yaml',
        line: 2,
      },
    });
    expect(data[1]).toMatchObject({ config: {}, handler: 'log', event: 'routes' });
  });

  it('pages by size and offset', async () => {
    await using app = await runApp(FILES);
    const first = (await app.get('/event-hooks?size=3')).body as {
      data: { name: string }[];
      next: string;
      offset: string;
    };
    expect(first.data.map(({ name }) => name)).toEqual(['lambda', 'log', 'slack']);
    expect(first.next).toBe(`/event-hooks?size=3&offset=${first.offset}`);
    const second = (await app.get(first.next)).body as {
      data: { name: string }[];
      next: unknown;
      offset?: string;
    };
    expect(second.data.map(({ name }) => name)).toEqual(['team/webhook']);
    expect(second).toMatchObject({ next: null });
    expect(second.offset).toBeUndefined();
  });

  it.each([
    ['size=x', 'size must be a number', 9],
    ['size=0', 'size must be an integer between 1 and 1000', 9],
    ['size=1001', 'size must be an integer between 1 and 1000', 9],
    ['offset=***', "'***' is not a valid offset: bad base64 encoding", 7],
  ])('refuses %s as the reference does', async (query, message, code) => {
    await using app = await runApp({});
    expect(await app.get(`/event-hooks?${query}`)).toMatchObject({ status: 400, body: { message, code } });
  });

  it('answers 304 to whoever has the revision already', async () => {
    await using app = await runApp(FILES);
    const etag = (await app.get('/event-hooks')).headers.get('etag') ?? '';
    expect(etag).toMatch(/^"dir@sha256:/);
    expect((await app.get('/event-hooks', { 'if-none-match': etag })).status).toBe(304);
  });

  it('keeps created_at over a restart and moves updated_at when the definition changes', async () => {
    await using app = await runApp(FILES);
    const before = (await app.get('/event-hooks/log')).body as { id: string; created_at: number };
    await app.restart();
    expect((await app.get('/event-hooks/log')).body).toMatchObject(before);
    await waitForNextSecond();
    app.hooks.write('log.yaml', `${LOG}description: changed\n`);
    await app.app.reconcile();
    const after = (await app.get('/event-hooks/log')).body as { created_at: number; updated_at: number };
    expect(after.created_at).toBe(before.created_at);
    expect(after.updated_at).toBeGreaterThan(before.created_at);
  });
});

describe('GET /event-hooks/{id or name}', () => {
  it('finds a hook by its id, its name, and a name with slashes, encoded or not', async () => {
    await using app = await runApp(FILES);
    for (const path of ['c57340ab-9fed-40fd-bb7e-1cef8d37c2df', 'team/webhook', 'team%2Fwebhook']) {
      expect(await app.get(`/event-hooks/${path}`)).toMatchObject({
        status: 200,
        body: { name: 'team/webhook' },
      });
    }
  });

  it.each(['nope', '__proto__', 'constructor', 'nope/ping'])('answers 404 for %s', async (name) => {
    await using app = await runApp(FILES);
    expect(await app.get(`/event-hooks/${name}`)).toMatchObject({
      status: 404,
      body: { message: 'Not found' },
    });
  });
});

describe('GET /event-hooks/sources', () => {
  it('lists sources, events and fields with or without the last slash', async () => {
    await using app = await runApp({});
    for (const slash of ['', '/']) {
      const all = (await app.get(`/event-hooks/sources${slash}`)).body as { data: Record<string, object> };
      expect(Object.keys(all.data).sort()).toEqual([
        'ai-rate-limiting-advanced',
        'balancer',
        'crud',
        'dao:crud',
        'hookline',
        'oas-validation',
        'rate-limiting-advanced',
        'service-protection',
      ]);
      const fields = ['operation', 'entity', 'old_entity', 'schema'];
      expect((await app.get(`/event-hooks/sources/dao:crud${slash}`)).body).toEqual({
        data: { create: { fields }, update: { fields }, delete: { fields } },
      });
      expect((await app.get(`/event-hooks/sources/crud/acls${slash}`)).body).toEqual({ data: { fields } });
    }
  });

  it('answers 404 with the capital F of the reference', async () => {
    await using app = await runApp({});
    for (const path of ['dog', 'crud/cat', '__proto__', 'crud/toString']) {
      expect(await app.get(`/event-hooks/sources/${path}`)).toMatchObject({
        status: 404,
        body: { message: 'Not Found' },
      });
    }
  });
});

describe('writes', () => {
  it('answers 405 with the file to commit for a hook that is right', async () => {
    await using app = await runApp({});
    const hook = {
      source: 'crud',
      event: 'consumers',
      handler: 'webhook',
      config: { url: 'http://127.0.0.1:9/', secret: null },
      created_at: 1,
    };
    const { status, headers, body } = await app.post('/event-hooks', hook);
    expect(status).toBe(405);
    expect(headers.get('allow')).toBe('GET');
    expect(body).toMatchObject({
      file: 'crud-consumers.yaml',
      yaml: expect.stringContaining('handler: webhook'),
    });
    app.hooks.write('crud-consumers.yaml', (body as { yaml: string }).yaml);
    await app.app.reconcile();
    expect((await app.get('/event-hooks/crud-consumers')).status).toBe(200);
  });

  it('says what is wrong with one that is not', async () => {
    await using app = await runApp({});
    const { status, body } = await app.post('/event-hooks', { source: 'crud', handler: 'webhok' });
    expect(status).toBe(405);
    expect(body).toMatchObject({ problems: [{ code: 'unknown_handler', hint: 'Did you mean "webhook"?' }] });
  });

  it.each(['PUT', 'PATCH', 'DELETE'])('names the file to change for %s', async (method) => {
    await using app = await runApp(FILES);
    const response = await fetch(`${app.app.url}/event-hooks/team/webhook`, { method });
    expect(response.status).toBe(405);
    expect(await response.json()).toMatchObject({ message: expect.stringContaining('"team/webhook.yaml"') });
  });
});

describe('POST /event-hooks/{id}/test', () => {
  it("answers a lambda's error as that text", async () => {
    await using app = await runApp(FILES);
    const { status, body } = await app.post('/event-hooks/lambda/test', {
      entity: { username: 'Jane Austen' },
    });
    expect(status).toBe(500);
    expect(body).toEqual({
      message: 'An unexpected error occurred',
      err: 'Event hook on consumer Jane Austen',
    });
  });

  it('answers no result for a log, and takes an empty body for an empty object', async () => {
    await using app = await runApp(FILES);
    expect(await app.post('/event-hooks/log/test', '')).toMatchObject({ status: 200, body: { data: {} } });
    expect(app.log.some((line) => line.includes('log callback') && line.includes('"pid":42'))).toBe(true);
  });

  it.each([
    ['{"a":', {}, 400, 'Cannot parse JSON body'],
    ['[]', {}, 400, 'must be a JSON object'],
    ['a=1', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'application/json'],
    [`{"a":"${'x'.repeat(2 * 1024 * 1024)}"}`, {}, 413, 'too large'],
  ])('refuses %.20s', async (text, headers, status, message) => {
    await using app = await runApp(FILES);
    expect(await app.post('/event-hooks/log/test', text, headers)).toMatchObject({
      status,
      body: { message: expect.stringContaining(message) },
    });
  });
});

describe('GET /event-hooks/{id}/ping', () => {
  it.each(['log', 'lambda', 'slack'])('says that %s has no ping', async (name) => {
    await using app = await runApp(FILES);
    const handler = name === 'slack' ? 'webhook-custom' : name;
    expect(await app.get(`/event-hooks/${name}/ping`)).toMatchObject({
      status: 400,
      body: { message: `handler '${handler}' does not support 'ping'` },
    });
  });

  it('answers 400 when the receiver cannot be reached', async () => {
    await using app = await runApp(FILES);
    expect(await app.get('/event-hooks/team/webhook/ping')).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('ECONNREFUSED') },
    });
  });
});
