import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningApp, runApp } from '../helpers/running-app.ts';

const LOG = 'source: crud\nevent: consumers\nhandler: log\n';
const BILLING = `
kind: EventSource
name: billing
events:
  invoice.paid:
    fields: [invoice]
    unique: [invoice]
    schema: { type: object, required: [invoice], properties: { invoice: { type: object }, lines: { type: array, items: { type: object } } } }
`;
const EVENT = { source: 'crud', event: 'consumers', data: { operation: 'create' } };

let app: RunningApp;
beforeAll(async () => {
  app = await runApp({ 'log.yaml': LOG, 'billing.yaml': BILLING });
});
afterAll(() => app[Symbol.asyncDispose]());

describe('POST /events with one event', () => {
  it('answers 202 with the id and the hooks, and delivers', async () => {
    const { status, body } = await app.post('/events', EVENT);
    expect(status).toBe(202);
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
      hooks: [{ hook: 'log', delivery: expect.any(String) }],
      stopped: [],
    });
    await app.app.idle();
    const { id, hooks } = body as { id: string; hooks: { delivery: string }[] };
    expect((await app.get(`/events/${id}`)).body).toMatchObject({
      ...EVENT,
      id,
      deliveries: [{ id: hooks[0]?.delivery, hook: 'log', state: 'succeeded', attempt_count: 1 }],
      stopped: [],
    });
    expect((await app.get(`/deliveries/${hooks[0]?.delivery}`)).body).toMatchObject({
      attempts: [{ number: 1, outcome: 'success', error: null }],
    });
  });

  it('keeps an id and a time as sent, and does nothing for the same id again', async () => {
    const event = { ...EVENT, id: 'kept-1', time: '2026-01-31T12:00:00+01:00' };
    expect((await app.post('/events', event)).body).toMatchObject({ id: 'kept-1', hooks: [{ hook: 'log' }] });
    expect(await app.post('/events', event)).toMatchObject({
      status: 202,
      body: { id: 'kept-1', hooks: [], stopped: [], duplicate: true },
    });
    expect((await app.get('/events/kept-1')).body).toMatchObject({ time: event.time, deliveries: [{}] });
  });

  it('says for which hooks the event was stopped, and why', async () => {
    await using gated = await runApp({
      'off.yaml': `enabled: false\n${LOG}`,
      'filtered.yaml': `filter: data.operation == "delete"\n${LOG}`,
      'broken.yaml': `filter: data.nothing > 1.0\n${LOG}`,
      'changed.yaml': `on_change: true\n${LOG}`,
      'snoozed.yaml': `snooze: 3600\n${LOG}`,
    });
    await gated.post('/events', EVENT);
    const { body } = await gated.post('/events', EVENT);
    const { hooks, stopped } = body as { hooks: object[]; stopped: { hook: string; reason: string }[] };
    expect(hooks).toEqual([]);
    expect(Object.fromEntries(stopped.map(({ hook, reason }) => [hook, reason]))).toEqual({
      broken: 'filter_error',
      filtered: 'filter',
      off: 'disabled',
      changed: 'unchanged',
      snoozed: 'snoozed',
    });
    expect((await gated.get('/status')).body).toMatchObject({
      counters: { stopped: { disabled: 2, filter: 2, filter_error: 2, unchanged: 1, snoozed: 1 } },
    });
  });

  it.each(['/events/', '/events?', '/events?a=b', '/events/?a=b'])('takes events at %s', async (path) => {
    expect((await app.post(path, EVENT)).status).toBe(202);
  });

  it('reads JSON with a byte order mark', async () => {
    const bytes = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(JSON.stringify(EVENT))]);
    expect((await app.post('/events', bytes)).status).toBe(202);
  });

  it.each(['application/json; charset=utf-8', 'Application/JSON', 'application/json;charset="UTF-8"; a=b'])(
    'reads content-type %s',
    async (type) => {
      expect((await app.post('/events', EVENT, { 'content-type': type })).status).toBe(202);
    },
  );

  it('keeps keys __proto__ and constructor as data', async () => {
    const { body } = await app.post(
      '/events',
      '{"source":"crud","event":"consumers","data":{"__proto__":{"x":1},"constructor":2}}',
    );
    const text = await (await fetch(`${app.app.url}/events/${(body as { id: string }).id}`)).text();
    expect(text).toContain('"data":{"__proto__":{"x":1},"constructor":2}');
    expect(({} as { x?: number }).x).toBeUndefined();
  });

  it('takes an event of exactly 1 MiB and not one byte more', async () => {
    const shell = JSON.stringify({ ...EVENT, data: { x: '' } }).length;
    const sized = (bytes: number): object => ({ ...EVENT, data: { x: 'x'.repeat(bytes - shell) } });
    expect((await app.post('/events', JSON.stringify(sized(1024 * 1024)))).status).toBe(202);
    expect(await app.post('/events', JSON.stringify(sized(1024 * 1024 + 1)))).toMatchObject({
      status: 413,
      body: { message: 'An event may have at most 1048576 bytes' },
    });
  });
});

describe('POST /events with an event that cannot be taken', () => {
  const known = 'Known keys: source, event, data, id, time';
  it.each<[string, unknown, string, string?]>([
    [
      'an unknown source',
      { ...EVENT, source: 'crd' },
      "source 'crd' is not registered",
      'Did you mean "crud"?',
    ],
    [
      'an unknown event',
      { ...EVENT, event: 'consumer' },
      "source 'crud' has no 'consumer' event",
      'Did you mean "consumers"?',
    ],
    ['names objects have anyway', { ...EVENT, event: '__proto__' }, "source 'crud' has no '__proto__' event"],
    ['a name with a NUL', { ...EVENT, event: 'a\u0000b' }, "source 'crud' has no 'a\u0000b' event"],
    ["Hookline's own source", { ...EVENT, source: 'hookline', event: 'reconcile' }, 'reserved'],
    ['a source that is no string', { ...EVENT, source: 5 }, '"source" must be a string: got 5'],
    ['no event', { source: 'crud', data: {} }, '"event" must be a string: got nothing'],
    [
      'a name of 201 characters',
      { ...EVENT, event: 'x'.repeat(201) },
      '"event" may have 200 characters: got 201',
    ],
    ['data that is an array', { ...EVENT, data: [] }, '"data" must be an object: got an array'],
    ['data that is null', { ...EVENT, data: null }, '"data" must be an object: got null'],
    ['data that is text', { ...EVENT, data: 'x'.repeat(100) }, `got "${'x'.repeat(40)}"`],
    ['no data', { source: 'crud', event: 'consumers' }, '"data" must be an object: got nothing'],
    ['an unknown key', { ...EVENT, payload: {} }, 'Unknown key "payload"', known],
    ['a misspelt key', { ...EVENT, tim: 1 }, 'Unknown key "tim"', 'Did you mean "time"?'],
    ['a very long key', { ...EVENT, ['x'.repeat(100)]: 1 }, `Unknown key "${'x'.repeat(40)}"`, known],
    ['an empty id', { ...EVENT, id: '' }, '"id" must be'],
    ['an id that is a number', { ...EVENT, id: 7 }, '"id" must be'],
    ['an id of 257 characters', { ...EVENT, id: 'x'.repeat(257) }, '"id" must be'],
    ['an id with a NUL', { ...EVENT, id: 'a\u0000' }, '"id" must be'],
    ['an id that is half a character', { ...EVENT, id: 'a\ud800' }, '"id" must be'],
    ['an id nobody could ask for', { ...EVENT, id: '..' }, '"id" must be'],
    ['a time in words', { ...EVENT, time: 'yesterday' }, '"time" must be a time as in 2026-01-31T12:00:00Z'],
    ['a time without a zone', { ...EVENT, time: '2026-01-31T12:00:00' }, '"time" must be'],
    ['a day that does not exist', { ...EVENT, time: '2026-02-30T12:00:00Z' }, '"time" must be'],
    ['null', null, 'An event must be an object {source, event, data}: got null'],
    ['a number', 5, 'An event must be an object {source, event, data}: got 5'],
    [
      'data outside its schema',
      { source: 'billing', event: 'invoice.paid', data: { invoice: 1 } },
      '"data" does not fit the schema of billing invoice.paid: /invoice must be object',
    ],
    [
      'data with a hundred mistakes',
      { source: 'billing', event: 'invoice.paid', data: { invoice: {}, lines: Array(100).fill(1) } },
      '/lines/9 must be object; and 90 more',
    ],
  ])('answers 422 to %s', async (_what, event, message, hint) => {
    const { status, body } = await app.post('/events', JSON.stringify(event));
    expect(status).toBe(422);
    expect(body).toMatchObject({ message: expect.stringContaining(message) });
    if (hint !== undefined) expect(body).toMatchObject({ hint });
  });
});

describe('POST /events with a body that cannot be read', () => {
  const cannot = 'Cannot parse JSON body:';
  it.each([
    ['half a document', '{"source":', 400, `${cannot} column 11: expected a value, got the end`],
    [
      'a mistake on line 2',
      '{"source":"crud",\n event:1}',
      400,
      `${cannot} line 2, column 2: expected a key`,
    ],
    ['nothing', '', 400, `${cannot} it is empty`],
    ['blanks', ' \r\n ', 400, `${cannot} column 2: expected a value, got the end`],
    [
      'bytes that are no UTF-8',
      new Uint8Array([0x22, 0xff, 0x22]),
      400,
      `${cannot} it is not UTF-8 from byte 2 on`,
    ],
    [
      '10,000 levels',
      `{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`,
      400,
      'nests deeper than 128 levels',
    ],
    ['a key that stands twice', '{"source":"a","source":"b"}', 400, 'column 15: key "source" stands twice'],
    ['a number no double holds', '{"data":{"n":1e999}}', 400, 'column 14: number 1e999 is larger'],
    ['2 MiB', JSON.stringify({ ...EVENT, data: { x: 'x'.repeat(2 * 1024 * 1024) } }), 413, '1048576 bytes'],
    ['17 MiB', `[${' '.repeat(17 * 1024 * 1024)}]`, 413, 'The body is larger than 16777216 bytes'],
  ])('refuses %s and goes on', async (_what, body, status, message) => {
    expect(await app.post('/events', body)).toMatchObject({
      status,
      body: { message: expect.stringContaining(message) },
    });
    expect((await app.post('/events', EVENT)).status).toBe(202);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/json; charset=latin1',
    'nonsense',
    '/',
  ])('refuses content-type %s', async (type) => {
    expect(await app.post('/events', EVENT, { 'content-type': type })).toMatchObject({
      status: 415,
      body: {
        message: `Cannot read content-type "${type}": send application/json, application/x-ndjson, application/cloudevents+json, application/cloudevents-batch+json, or JSON with the headers of a CloudEvent, in UTF-8`,
      },
    });
  });

  it('refuses a body without a content-type', async () => {
    const body = new Blob([JSON.stringify(EVENT)]);
    const response = await fetch(`${app.app.url}/events`, { method: 'POST', body });
    expect(response.status).toBe(415);
    expect(await response.json()).toMatchObject({
      message: expect.stringContaining('Cannot read a body without a content-type'),
    });
  });

  it('refuses a body that is compressed in another way than gzip', async () => {
    expect(await app.post('/events', EVENT, { 'content-encoding': 'br' })).toMatchObject({
      status: 415,
      body: { message: 'Cannot read content-encoding "br": send the body as it is, or in gzip' },
    });
  });
});
