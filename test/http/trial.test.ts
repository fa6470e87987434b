import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { verifyKongSignature } from '../../src/deliver/signature.ts';
import { type RecordingServer, startRecordingServer } from '../helpers/recording-server.ts';
import { type RunningApp, runApp } from '../helpers/running-app.ts';

const ON_CONSUMERS = 'source: crud\nevent: consumers\n';
const lambda = (functions: string): string =>
  `${ON_CONSUMERS}handler: lambda\nconfig:\n  functions:\n${functions}`;

function toFiles(url: string): Record<string, string> {
  return {
    'hook.yaml': `${ON_CONSUMERS}handler: webhook\nconfig: { url: "${url}/in", ssl_verify: true }\n`,
    'team/signed.yaml': `${ON_CONSUMERS}handler: webhook\nid: c57340ab-9fed-40fd-bb7e-1cef8d37c2df
config: { url: "${url}/signed", secret: hunter2, ssl_verify: true, headers: { x-token: abcdefgh } }\n`,
    'every.yaml': `source: crud\nhandler: webhook\nconfig: { url: "${url}/every", ssl_verify: true }\n`,
    'gated.yaml': `${ON_CONSUMERS}handler: webhook\nenabled: false\nfilter: "false"\nsnooze: 60
config: { url: "${url}/gated", ssl_verify: true }\n`,
    'custom.yaml': `${ON_CONSUMERS}handler: webhook-custom
config: { method: PUT, url: "${url}/custom", ssl_verify: true, body: '{"who":"{{ consumer.username }}","what":"{{ event }}"}' }\n`,
    'split.yaml': `${ON_CONSUMERS}handler: webhook-custom
config: { method: PUT, url: "${url}/split", ssl_verify: true, headers: { x-who: "{{ who }}" }, headers_format: true }\n`,
    'away.yaml': `${ON_CONSUMERS}handler: webhook\nconfig: { url: "http://127.0.0.1:9/", ssl_verify: true }\n`,
    'log.yaml': `${ON_CONSUMERS}handler: log\n`,
    'fails.yaml': lambda(
      '    - |\n      return function (data)\n        error("Event hook on consumer " .. data.consumer.username)\n      end\n',
    ),
    'adds.yaml': lambda(
      '    - "(data, event, source, pid) => ({ sum: data.a + data.b, event, source, pid })"\n',
    ),
    'nothing.yaml': lambda('    - "() => {}"\n'),
  };
}

const JANE = { consumer: { username: 'Jane Austen' } };

let receiver: RecordingServer;
let app: RunningApp;
beforeAll(async () => {
  receiver = await startRecordingServer();
  app = await runApp(toFiles(receiver.url));
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});
beforeEach(() => {
  receiver.status = 200;
});

describe('POST /event-hooks/{id or name}/test', () => {
  it('answers the data as it was sent and the answer of the receiver, as the reference does', async () => {
    const { status, body } = await app.post('/event-hooks/hook/test', JANE);
    expect(status).toBe(200);
    expect(body).toEqual({
      data: { ...JANE, event: 'consumers', source: 'crud' },
      result: { status: 200, headers: expect.objectContaining({ date: expect.any(String) }), body: '' },
    });
    expect(JSON.parse(receiver.requests.at(-1)?.body ?? '')).toEqual({
      ...JANE,
      event: 'consumers',
      source: 'crud',
    });
  });

  it.each(['hook', 'team/signed', 'team%2Fsigned', 'c57340ab-9fed-40fd-bb7e-1cef8d37c2df', 'hook/'])(
    'finds the hook by %s',
    async (name) => {
      expect((await app.post(`/event-hooks/${name}/test`, {})).status).toBe(200);
    },
  );

  it.each([201, 302, 410, 500])('is 200 when the receiver answers %i: the result says so', async (status) => {
    receiver.status = status;
    expect(await app.post('/event-hooks/hook/test', {})).toMatchObject({
      status: 200,
      body: { result: { status } },
    });
  });

  it('sends no event for a hook on every one', async () => {
    const { body } = await app.post('/event-hooks/every/test', {});
    expect(body).toMatchObject({ data: { event: null, source: 'crud' } });
  });

  it('passes by the gates and leaves no trace in the journal', async () => {
    expect((await app.post('/event-hooks/gated/test', {})).status).toBe(200);
    expect((await app.post('/event-hooks/gated/test', {})).status).toBe(200);
    expect((await app.get('/deliveries')).body).toEqual({ data: [], next: null });
  });

  it('shows what a custom webhook was answered', async () => {
    const { body } = await app.post('/event-hooks/custom/test', JANE);
    expect(body).toMatchObject({
      data: { ...JANE, event: 'consumers', source: 'crud' },
      result: { status: 200 },
    });
    expect(receiver.requests.at(-1)).toMatchObject({
      method: 'PUT',
      body: '{"who":"Jane Austen","what":"consumers"}',
    });
  });

  it('answers what a lambda returned, which was told the pid of the reference', async () => {
    expect(await app.post('/event-hooks/adds/test', { a: 1, b: 2 })).toMatchObject({
      status: 200,
      body: { data: { a: 1, b: 2 }, result: { sum: 3, event: 'consumers', source: 'crud', pid: 42 } },
    });
  });

  it('answers no result for a log', async () => {
    expect((await app.post('/event-hooks/log/test', JANE)).body).toEqual({ data: JANE });
    expect(app.log.some((line) => line.includes('log callback') && line.includes('"pid":42'))).toBe(true);
  });

  it('is 200 for a lambda that returns nothing', async () => {
    expect(await app.post('/event-hooks/nothing/test', JANE)).toMatchObject({
      status: 200,
      body: { data: JANE },
    });
  });

  it.each([
    ['a lambda that throws', 'fails', JANE, 'Event hook on consumer Jane Austen'],
    ['a receiver that is not there', 'away', {}, /ECONNREFUSED/],
    ['a header that a template breaks', 'split', { who: 'a\r\nb' }, /x-who/],
  ])('answers 500 with the text of %s', async (_what, name, data, err) => {
    const { status, body } = await app.post(`/event-hooks/${name}/test`, data);
    expect(status).toBe(500);
    expect(body).toEqual({
      message: 'An unexpected error occurred',
      err: typeof err === 'string' ? err : expect.stringMatching(err),
    });
  });

  it('takes an empty body for an empty object, whatever its type', async () => {
    expect(await app.post('/event-hooks/log/test', '')).toMatchObject({ status: 200, body: { data: {} } });
    const response = await fetch(`${app.app.url}/event-hooks/log/test`, { method: 'POST' });
    expect(response.status).toBe(200);
  });

  it.each([
    ['half a document', '{"a":', {}, 400, 'Cannot parse JSON body: column 6: expected a value, got the end'],
    ['an array', '[]', {}, 400, 'The body must be a JSON object: it is the data of the event'],
    [
      'a key that stands twice',
      '{"a":1,"a":2}',
      {},
      400,
      'Cannot parse JSON body: column 8: key "a" stands twice in one object',
    ],
    [
      '10,000 levels',
      `{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`,
      {},
      400,
      'Cannot parse JSON body: it nests deeper than 128 levels',
    ],
    [
      'a form',
      'a=1',
      { 'content-type': 'application/x-www-form-urlencoded' },
      415,
      'Send the data of the event as application/json',
    ],
    [
      'an encoding nobody knows',
      '{}',
      { 'content-encoding': 'rot13' },
      415,
      'Cannot read content-encoding "rot13": send the body as it is, or in gzip',
    ],
    ['2 MiB', `{"a":"${'x'.repeat(2 * 1024 * 1024)}"}`, {}, 413, 'The body is larger than 1048576 bytes'],
  ])('refuses %s', async (_what, text, headers, status, message) => {
    expect(await app.post('/event-hooks/log/test', text, headers)).toMatchObject({
      status,
      body: { message },
    });
  });

  it.each(['nope', '__proto__', '%00'])('answers 404 for %s', async (name) => {
    expect(await app.post(`/event-hooks/${name}/test`, {})).toMatchObject({
      status: 404,
      body: { message: 'Not found' },
    });
  });
});

describe('GET /event-hooks/{id or name}/ping', () => {
  it('sends the ping of the reference and answers it, secrets masked in both', async () => {
    const before = receiver.requests.length;
    const { status, body } = await app.get('/event-hooks/team/signed/ping');
    expect(status).toBe(200);
    const entity = (await app.get('/event-hooks/team/signed')).body;
    expect(body).toEqual({ source: 'kong:event_hooks', event: 'ping', event_hooks: entity });
    expect(entity).toMatchObject({
      config: { secret: '******', headers: { 'x-token': '******' }, url: `${receiver.url}/signed` },
    });
    const sent = receiver.requests[before];
    expect(sent).toMatchObject({ method: 'POST', url: '/signed', headers: { 'x-token': 'abcdefgh' } });
    expect(JSON.parse(sent?.body ?? '')).toEqual(body);
    const signature = String(sent?.headers['x-kong-signature']);
    expect(verifyKongSignature(signature, { secret: 'hunter2', body: Buffer.from(sent?.body ?? '') })).toBe(
      true,
    );
  });

  it('changes nothing of the hook: the content type it sends is not in its headers', async () => {
    const { body } = await app.get('/event-hooks/hook/ping');
    expect(body).toMatchObject({ event_hooks: { config: { headers: {} } } });
    expect(receiver.requests.at(-1)?.headers['content-type']).toBe('application/json');
  });

  it.each([
    ['log', 'log'],
    ['lambda', 'adds'],
    ['webhook-custom', 'custom'],
  ])('says that %s has no ping', async (handler, name) => {
    const { status, body } = await app.get(`/event-hooks/${name}/ping`);
    expect(status).toBe(400);
    expect(body).toEqual({ message: `handler '${handler}' does not support 'ping'` });
  });

  it('answers 400 with what the receiver answered', async () => {
    receiver.status = 503;
    expect(await app.get('/event-hooks/hook/ping')).toMatchObject({
      status: 400,
      body: { message: 'receiver answered 503' },
    });
  });

  it('answers 400 when the receiver cannot be reached', async () => {
    expect(await app.get('/event-hooks/away/ping')).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('ECONNREFUSED') },
    });
  });

  it('answers 404 for a hook that is not there', async () => {
    expect(await app.get('/event-hooks/nope/ping')).toMatchObject({
      status: 404,
      body: { message: 'Not found' },
    });
  });
});
