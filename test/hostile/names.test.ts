import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openConnection, readToEnd, toStatuses } from '../helpers/raw-talk.ts';
import { startRecordingServer } from '../helpers/recording-server.ts';
import { type RunningApp, runApp } from '../helpers/running-app.ts';

/** Names that lead out of where they stand: up the prototype chain, and up the path. */
const POLLUTION = '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}';
const INHERITED = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'prototype'];

let app: RunningApp;
let receiver: Awaited<ReturnType<typeof startRecordingServer>>;
beforeAll(async () => {
  receiver = await startRecordingServer();
  app = await runApp({
    'shop.yaml':
      'kind: EventSource\nname: shop\nevents: { paid: {}, toString: {} }\ninlet: { verify: none, event: kind, id: meta.id }\n',
    'webhook.yaml': `source: shop\nevent: paid\nhandler: webhook\nconfig: { url: "${receiver.url}/whole", ssl_verify: true }\n`,
    'custom.yaml': `source: shop
event: paid
handler: webhook-custom
filter: "!has(data.polluted) && !('toString' in data) && data.kind == 'paid'"
config:
  method: POST
  url: "${receiver.url}/custom"
  ssl_verify: true
  payload:
    inherited: "{{ toString }}{{ constructor.name }}{{ [__proto__].toString }}{{ list.map }}{{ text.length }}"
    own: "{{ [__proto__].polluted }}{{ constructor.prototype.polluted }}"
    list: "{{#each list}}{{ this.constructor }}{{ @key }}{{/each}}"
`,
    'lambda.yaml': `source: shop
event: paid
handler: lambda
config: { functions: ["(data) => ({ keys: Object.keys(data), polluted: ({}).polluted ?? null })"] }
`,
  });
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

const DATA = `{"kind":"paid","list":[1,2],"text":"abc",${POLLUTION}}`;

describe('names of what every object inherits', () => {
  it.each<readonly [string, string, string, Record<string, string>]>([
    ['the data of an event', '/events', `{"source":"shop","event":"paid","data":${DATA}}`, {}],
    ['an array', '/events', `[{"source":"shop","event":"paid","data":${DATA}}]`, {}],
    [
      'a line',
      '/events',
      `{"source":"shop","event":"paid","data":${DATA}}\n`,
      { 'content-type': 'application/x-ndjson' },
    ],
    [
      'a CloudEvent',
      '/events',
      `{"specversion":"1.0","id":"c-1","source":"/shop","type":"paid","data":${DATA}}`,
      { 'content-type': 'application/cloudevents+json' },
    ],
    [
      'the data of a CloudEvent',
      '/events',
      DATA,
      { 'ce-specversion': '1.0', 'ce-id': 'c-2', 'ce-source': '/shop', 'ce-type': 'paid' },
    ],
    ['an inlet', '/in/shop', DATA, {}],
    [
      'a form',
      '/in/shop',
      `payload=${encodeURIComponent(DATA)}`,
      { 'content-type': 'application/x-www-form-urlencoded' },
    ],
  ])(
    'are keys like any other in %s: filters and templates see what is its own',
    async (_what, path, body, headers) => {
      const before = receiver.requests.length;
      const answer = await app.post(path, body, headers);
      expect([answer.status, [answer.body].flat()]).toMatchObject([
        expect.toBeOneOf([200, 202]),
        [expect.anything()],
      ]);
      await app.app.idle();
      const sent = receiver.requests.slice(before).sort((a, b) => a.url.localeCompare(b.url));
      expect(sent.map(({ url }) => url)).toEqual(['/custom', '/whole']);
      const [custom, whole] = sent.map((request) => request.body);
      expect(JSON.parse(custom ?? '')).toEqual({ inherited: '', own: '11', list: '01' });
      expect(whole).toContain(`"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}`);
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    },
  );

  it.each(INHERITED)('are no source, event, hook or delivery where none is called so: %s', async (name) => {
    const known = name === 'toString' ? 202 : 422;
    expect((await app.post('/events', { source: 'shop', event: name, data: {} })).status).toBe(known);
    expect((await app.post('/events', { source: name, event: 'paid', data: {} })).status).toBe(422);
    expect((await app.post('/in/shop', { kind: name })).status).toBe(known);
    for (const path of [
      `/event-hooks/${name}`,
      `/event-hooks/sources/${name}`,
      `/event-hooks/sources/crud/${name}`,
      `/deliveries/${name}`,
      `/replays/${name}`,
    ])
      expect([path, (await app.get(path)).status]).toEqual([path, 404]);
    expect((await app.post(`/in/${name}`, {})).status).toBe(404);
    expect((await app.post(`/receivers/${name}`, {})).status).toBe(404);
  });

  it.each(INHERITED)('are an id like any other: %s', async (id) => {
    const event = { source: 'shop', event: 'paid', data: {} };
    const key = { 'idempotency-key': id };
    expect((await app.post('/events', event, key)).body).toMatchObject({ id });
    expect((await app.post('/events', { ...event, id })).body).toMatchObject({ id, duplicate: true });
    expect(await app.get(`/events/${id}`)).toMatchObject({ status: 200, body: { id } });
  });

  it.each([`{"source":"shop","event":"paid","data":{},${POLLUTION}}`, `{${POLLUTION}}`])(
    'are unknown keys of an event: %s',
    async (body) => {
      expect(await app.post('/events', body)).toMatchObject({
        status: 422,
        body: { message: 'Unknown key "__proto__"' },
      });
    },
  );
});

/** Asks for a path as it is written: fetch() resolves dots. */
async function askFor(path: string): Promise<{ readonly status: number; readonly body: unknown }> {
  const socket = await openConnection(app.app.url);
  const answer = readToEnd(socket);
  socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`);
  const text = await answer;
  return {
    status: toStatuses(text)[0] ?? 0,
    body: JSON.parse(Buffer.from(text.slice(text.indexOf('\r\n\r\n') + 4), 'latin1').toString()) as unknown,
  };
}

describe('an id that looks like a path', () => {
  it.each([
    '../../etc/passwd',
    '..%2f..',
    '%2e%2e',
    '.%2e/',
    '....//',
    '/',
    '//x',
    'a\\..\\b',
    'a%00b',
    '%',
    '%zz',
    '?a=b',
    '#a',
    ';a',
    ' ',
    'é',
    'e\u0301',
    '．．',
    '👾',
    'x'.repeat(256),
    'C:',
    '~',
    '*',
    "' OR 1=1 --",
    '$(id)',
  ])('is found under its encoding, and nothing else is: %j', async (id) => {
    const sent = await app.post('/events', { source: 'shop', event: 'paid', data: {}, id });
    expect(sent).toMatchObject({ status: 202, body: { id } });
    expect(sent.body).not.toHaveProperty('duplicate');
    expect(await askFor(`/events/${encodeURIComponent(id)}`)).toMatchObject({ status: 200, body: { id } });
  });

  it.each(['.', '..', '', 'a\0b', 'a\nb', '\x7f', '\u0085', 'x'.repeat(257), '\ud800'])(
    'is refused where no one could ask for it, or write it in a line: %j',
    async (id) => {
      const event = { source: 'shop', event: 'paid', data: {}, id };
      expect((await app.post('/events', event)).status).toBe(422);
      expect((await app.post('/in/shop', { kind: 'paid', meta: { id } })).status).toBe(id === '' ? 202 : 422);
    },
  );

  it.each([
    ['/events/..%2f..%2fstatus', 404],
    ['/events/%2e%2e/status', 404],
    ['/events/../status', 404],
    ['/event-hooks/../../status', 404],
    ['/.well-known/../status', 404],
    ['//status', 404],
    ['/status/%2e', 404],
    ['/events/%00', 404],
    ['/events/%c0%ae%c0%ae', 400],
    ['/events/%f0%9f', 400],
    ['/events/%', 400],
    ['/events/%zz', 400],
    ['/event-hooks/%00', 404],
    ['/deliveries/%2e%2e', 404],
    ['/openapi.json/../../package.json', 404],
    ['/%2e%2e/%2e%2e/etc/passwd', 404],
    [`/events/${'x'.repeat(10_000)}`, 404],
    ['/deliveries?hook=..%2f..%2fetc&size=1', 200],
    ['/deliveries?size=1&size=2', 400],
    ['/deliveries?size[]=1', 400],
    ['/deliveries?__proto__[size]=1', 400],
    [`/deliveries?${'a=b&'.repeat(3_000)}`, 400],
  ])('leads nowhere in a URL: %s is answered %i', async (path, status) => {
    expect((await askFor(path)).status).toBe(status);
  });
});
