import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendRaw } from '../helpers/raw-request.ts';
import { type Answer, type RunningApp, runApp } from '../helpers/running-app.ts';

const STRUCTURED = { 'content-type': 'application/cloudevents+json' };
const BATCH = { 'content-type': 'application/cloudevents-batch+json' };
const BINARY = {
  'content-type': 'application/json',
  'ce-specversion': '1.0',
  'ce-source': '/kong/crud',
  'ce-type': 'consumers',
};
const EVENT = { specversion: '1.0', source: '/kong/crud', type: 'consumers', data: { operation: 'create' } };

let app: RunningApp;
beforeAll(async () => {
  app = await runApp({
    'log.yaml': 'source: crud\nevent: consumers\nhandler: log\n',
    'regions.yaml':
      'kind: EventSource\nname: orders\ncloudevents: { source: "https://*.example.com/orders" }\nevents: { paid: {} }\n',
  });
});
afterAll(() => app[Symbol.asyncDispose]());

/** Sends a CloudEvent in binary mode with headers as they are: fetch would not send most of them. */
async function sendBinary(lines: readonly string[], body = '{}'): Promise<Answer> {
  const { host } = new URL(app.app.url);
  const head = [
    'POST /events HTTP/1.1',
    `host: ${host}`,
    'connection: close',
    `content-length: ${Buffer.byteLength(body)}`,
    ...lines,
  ];
  const bytes = Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), Buffer.from(body)]);
  const answer = await sendRaw(app.app.url, bytes, { end: false });
  return { ...answer, body: JSON.parse(answer.body) };
}

const LINES = Object.entries(BINARY).map(([name, value]) => `${name}: ${value}`);

describe('a CloudEvent in binary mode', () => {
  it.each([
    ['percent-encoded', 'ce-id: a%20b%2F%E2%82%AC', 'a b/€'],
    ['with small digits', 'ce-id: %e2%82%ac', '€'],
    ['encoded twice, decoded once', 'ce-id: a%2520b', 'a%20b'],
    ['a quoted string', String.raw`ce-id: "a \"b\" c"`, 'a "b" c'],
    ['a header in capitals', 'CE-ID: upper', 'upper'],
    ['raw UTF-8', `ce-id: ${Buffer.from('größe').toString('latin1')}`, 'größe'],
  ])('has an id that is %s', async (_what, line, id) => {
    expect(await sendBinary([...LINES, line])).toMatchObject({ status: 202, body: { id } });
    expect((await app.get(`/events/${encodeURIComponent(id)}`)).body).toMatchObject({ id, source: 'crud' });
  });

  it.each([
    [
      'overlong UTF-8',
      ['ce-id: %C0%A0'],
      400,
      'Cannot read header "ce-id": its value must be percent-encoded',
    ],
    ['Latin-1', ['ce-id: \u00e9'], 400, 'Cannot read header "ce-id"'],
    ['a percent sign that encodes nothing', ['ce-id: 100%'], 400, 'with "%" itself as "%25"'],
    ['a quote without an end', ['ce-id: "a'], 400, 'or a quoted string'],
    [
      'an extension that cannot be decoded',
      ['ce-id: a', 'ce-subject: %FF'],
      400,
      'Cannot read header "ce-subject"',
    ],
    ['an id twice', ['ce-id: a', 'ce-id: b'], 400, 'Cannot read header "ce-id": it is there twice'],
    ['an id twice in other cases', ['ce-id: a', 'Ce-Id: b'], 400, 'it is there twice'],
    [
      'ce-datacontenttype',
      ['ce-id: a', 'ce-datacontenttype: text/xml'],
      400,
      'the body and its content-type say this',
    ],
    ['ce-data', ['ce-id: a', 'ce-data: {}'], 400, 'the body and its content-type say this'],
    ['ce-data_base64', ['ce-id: a', 'ce-data_base64: e30='], 400, 'letters and digits only'],
    ['a name with a dash', ['ce-id: a', 'ce-trace-id: b'], 400, 'Cannot read header "ce-trace-id"'],
    ['__proto__', ['ce-id: a', 'ce-__proto__: b'], 400, 'letters and digits only'],
    ['no name', ['ce-id: a', 'ce-: b'], 400, 'letters and digits only'],
    ['no id', [], 422, '"id" must be a string: got nothing'],
    ['an id with a NUL', ['ce-id: a%00'], 422, '"id" must be text without control characters'],
    ['an id with a line break', ['ce-id: a%0D%0Ab'], 422, '"id" must be text without control characters'],
    ['a time in words', ['ce-id: a', 'ce-time: noon'], 422, '"time" must be a time'],
  ])('is refused with %s', async (_what, lines, status, message) => {
    expect(await sendBinary([...LINES, ...lines])).toMatchObject({
      status,
      body: { message: expect.stringContaining(message) },
    });
  });

  it('must say that it is version 1.0', async () => {
    const without = LINES.filter((line) => !line.startsWith('ce-specversion'));
    for (const [lines, got] of [
      [without, 'nothing'],
      [[...without, 'ce-specversion: 0.3'], '"0.3"'],
    ] as const)
      expect(await sendBinary([...lines, 'ce-id: a'])).toMatchObject({
        status: 422,
        body: { message: `"specversion" must be "1.0": got ${got}` },
      });
  });

  it('may have no data, and then no content-type', async () => {
    const lines = LINES.slice(1);
    expect((await sendBinary([...lines, 'ce-id: dataless'], '')).status).toBe(202);
    expect((await app.get('/events/dataless')).body).toMatchObject({ data: {} });
    expect(await sendBinary([...lines, 'ce-id: typeless'])).toMatchObject({
      status: 415,
      body: { message: 'Cannot read data without a content-type: say what it is' },
    });
  });

  it.each(['application/vnd.acme+json', 'text/json; charset=UTF-8'])('may have data of %s', async (type) => {
    const headers = { ...BINARY, 'ce-id': `of ${type}`, 'content-type': type };
    expect((await app.post('/events', {}, headers)).status).toBe(202);
  });

  it.each([
    'text/xml',
    'application/octet-stream',
    'application/x-ndjson',
    'application/json; charset=utf-16',
  ])('is refused with data of %s, and told what is understood', async (type) => {
    expect(await app.post('/events', '{}', { ...BINARY, 'ce-id': 'a', 'content-type': type })).toMatchObject({
      status: 415,
      body: { message: expect.stringMatching(/^Cannot read content-type .*application\/cloudevents\+json/) },
    });
  });

  it.each([
    ['an array', '[]', 422, '"data" must be an object: got an array'],
    ['no JSON', '{', 400, 'Cannot parse JSON body: column 2'],
    ['more than 1 MiB', `{"a":"${'x'.repeat(1024 * 1024)}"}`, 413, 'The body is larger than 1048576 bytes'],
  ])('is refused with data that is %s', async (_what, body, status, message) => {
    expect(await app.post('/events', body, { ...BINARY, 'ce-id': 'a' })).toMatchObject({
      status,
      body: { message: expect.stringContaining(message) },
    });
  });

  it('has its own id, whatever Idempotency-Key says', async () => {
    const headers = { ...BINARY, 'ce-id': 'own', 'idempotency-key': 'other' };
    expect((await app.post('/events', {}, headers)).body).toMatchObject({ id: 'own' });
  });
});

describe('a CloudEvent in structured mode', () => {
  it.each(['Application/CloudEvents+JSON', 'application/cloudevents+json; charset="utf-8"'])(
    'is read from %s',
    async (type) => {
      const answer = await app.post('/events', { ...EVENT, id: type }, { 'content-type': type });
      expect(answer).toMatchObject({ status: 202, body: { id: type } });
    },
  );

  it('goes by its body when headers say something too', async () => {
    const headers = { ...BINARY, ...STRUCTURED, 'ce-id': 'of-the-header' };
    expect((await app.post('/events', { ...EVENT, id: 'of-the-body' }, headers)).body).toMatchObject({
      id: 'of-the-body',
    });
  });

  it.each<[string, string, number, string]>([
    ['no JSON', '{', 400, 'Cannot parse JSON body'],
    ['a key twice', '{"id":"a","id":"b"}', 400, 'key "id" stands twice in one object'],
    ['an array', JSON.stringify([EVENT]), 422, 'A CloudEvent must be an object'],
    [
      'an event of the native form',
      '{"source":"crud","event":"consumers","data":{}}',
      422,
      '"specversion" must be',
    ],
    [
      'more than 1 MiB',
      JSON.stringify({ ...EVENT, data: 'x'.repeat(1024 * 1024) }),
      413,
      'The body is larger',
    ],
    ['nesting', '['.repeat(1_000), 400, 'it nests deeper than 128 levels'],
  ])('is refused when it is %s', async (_what, body, status, message) => {
    expect(await app.post('/events', body, STRUCTURED)).toMatchObject({
      status,
      body: { message: expect.stringContaining(message) },
    });
  });

  it.each([
    'application/cloudevents',
    'application/cloudevents+avro',
    'application/cloudevents-batch+xml',
    'application/cloudevents+json; charset=iso-8859-1',
  ])('is refused as %s, with headers of a CloudEvent too', async (type) => {
    for (const headers of [{}, { ...BINARY, 'ce-id': 'a' }])
      expect((await app.post('/events', '{}', { ...headers, 'content-type': type })).status).toBe(415);
  });

  it('keeps apart events of two sources that come under one name', async () => {
    for (const region of ['eu', 'us']) {
      const source = `https://${region}.example.com/orders`;
      const event = { ...EVENT, source, type: 'paid', id: '1' };
      for (const duplicate of [undefined, true])
        expect((await app.post('/events', event, STRUCTURED)).body).toEqual({
          id: `${source} 1`,
          hooks: [],
          stopped: [],
          ...(duplicate && { duplicate }),
        });
    }
  });
});

describe('a batch of CloudEvents', () => {
  it('is refused when it is no array', async () => {
    expect(await app.post('/events', { ...EVENT, id: 'a' }, BATCH)).toMatchObject({
      status: 422,
      body: { message: 'A batch of CloudEvents must be an array of them' },
    });
  });

  it('is read by the longer prefix, and may be larger than an event', async () => {
    const events = Array.from({ length: 20 }, (_, n) => ({
      ...EVENT,
      id: `large-${n}`,
      data: { x: 'x'.repeat(100_000) },
    }));
    expect((await app.post('/events', events, BATCH)).status).toBe(202);
    expect((await app.get('/events/large-19')).status).toBe(200);
  });

  it('is refused for one event that is too large, and for one of another version', async () => {
    const large = { ...EVENT, id: 'b', data: { x: 'x'.repeat(1_100_000) } };
    expect(await app.post('/events', [{ ...EVENT, id: 'a' }, large], BATCH)).toMatchObject({
      status: 422,
      body: { errors: [{ index: 1, message: 'An event may have at most 1048576 bytes' }] },
    });
    expect(await app.post('/events', [{ ...EVENT, id: 'a', specversion: '0.3' }], BATCH)).toMatchObject({
      status: 422,
      body: { errors: [{ index: 0, message: '"specversion" must be "1.0": got "0.3"' }] },
    });
  });
});
