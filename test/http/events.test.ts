import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runApp } from '../helpers/running-app.ts';

const LOG = 'source: crud\nevent: consumers\nhandler: log\n';
const BILLING = `
kind: EventSource
name: billing
events:
  invoice.paid:
    fields: [invoice]
    unique: [invoice]
    schema: { type: object, required: [invoice], properties: { invoice: { type: object } } }
`;
const EVENT = { source: 'crud', event: 'consumers', data: { operation: 'create' } };
const NDJSON = { 'content-type': 'application/x-ndjson' };

describe('POST /events with one event', () => {
  it('answers 202 with the id and the hooks, and delivers', async () => {
    await using app = await runApp({ 'log.yaml': LOG });
    const { status, body } = await app.post('/events', EVENT);
    expect(status).toBe(202);
    expect(body).toEqual({
      id: expect.any(String),
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
    await using app = await runApp({ 'log.yaml': LOG });
    const event = { ...EVENT, id: 'my-1', time: '2026-01-31T12:00:00+01:00' };
    expect((await app.post('/events', event)).body).toMatchObject({ id: 'my-1', hooks: [{ hook: 'log' }] });
    expect(await app.post('/events', event)).toMatchObject({
      status: 202,
      body: { id: 'my-1', hooks: [], duplicate: true },
    });
    expect((await app.get('/events/my-1')).body).toMatchObject({ time: event.time, deliveries: [{}] });
    expect((await app.get('/deliveries')).body).toMatchObject({ data: [{ event_id: 'my-1' }], next: null });
  });

  it('says for which hooks the event was stopped, and why', async () => {
    await using app = await runApp({
      'off.yaml': `enabled: false\n${LOG}`,
      'filtered.yaml': `filter: data.operation == "delete"\n${LOG}`,
      'broken.yaml': `filter: data.nothing > 1.0\n${LOG}`,
      'changed.yaml': `on_change: true\n${LOG}`,
    });
    await app.post('/events', EVENT);
    const { body } = await app.post('/events', EVENT);
    expect(body).toMatchObject({ hooks: [] });
    expect(
      new Map(
        (body as { stopped: { hook: string; reason: string }[] }).stopped.map(({ hook, reason }) => [
          hook,
          reason,
        ]),
      ),
    ).toEqual(
      new Map([
        ['broken', 'filter_error'],
        ['filtered', 'filter'],
        ['off', 'disabled'],
        ['changed', 'unchanged'],
      ]),
    );
    expect((await app.get('/status')).body).toMatchObject({
      counters: { stopped: { disabled: 2, filter: 2, filter_error: 2, unchanged: 1 } },
    });
  });

  it.each([
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
    [
      'names objects have anyway',
      { ...EVENT, event: '__proto__' },
      "source 'crud' has no '__proto__' event",
      null,
    ],
    ["Hookline's own source", { ...EVENT, source: 'hookline', event: 'reconcile' }, 'reserved', null],
    ['data that is no object', { ...EVENT, data: [] }, '"data" must be an object: got an array', null],
    ['no data', { source: 'crud', event: 'consumers' }, '"data" must be an object: got nothing', null],
    ['an unknown key', { ...EVENT, payload: {} }, 'Unknown key "payload"', null],
    ['a bad id', { ...EVENT, id: '' }, '"id" must be', null],
    ['an id with a NUL', { ...EVENT, id: 'a\u0000' }, '"id" must be', null],
    ['a bad time', { ...EVENT, time: 'yesterday' }, '"time" must be', null],
    ['null', null, 'must be an object', null],
    ['a number', 5, 'must be an object', null],
    [
      'data outside its schema',
      { source: 'billing', event: 'invoice.paid', data: { invoice: 1 } },
      '/invoice must be object',
      null,
    ],
  ])('refuses %s', async (_what, event, message, hint) => {
    await using app = await runApp({ 'billing.yaml': BILLING });
    const { status, body } = await app.post('/events', event);
    expect(status).toBe(422);
    expect(body).toMatchObject({
      message: expect.stringContaining(message),
      ...(hint === null ? {} : { hint }),
    });
  });

  it.each([
    ['half a document', '{"source":', 400, 'Cannot parse JSON'],
    ['nothing', '', 400, 'it is empty'],
    ['bytes that are no UTF-8', new Uint8Array([0x22, 0xff, 0x22]), 400, 'not UTF-8'],
    ['10,000 levels', `{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`, 400, 'nests deeper'],
    ['2 MiB', JSON.stringify({ ...EVENT, data: { x: 'x'.repeat(2 * 1024 * 1024) } }), 413, '1048576 bytes'],
    ['17 MiB', `[${' '.repeat(17 * 1024 * 1024)}]`, 413, 'larger than'],
  ])('refuses %s', async (_what, body, status, message) => {
    await using app = await runApp({});
    expect(await app.post('/events', body)).toMatchObject({
      status,
      body: { message: expect.stringContaining(message) },
    });
    expect((await app.post('/events', EVENT)).status).toBe(202);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=latin1'])(
    'refuses content-type %s',
    async (type) => {
      await using app = await runApp({});
      expect(await app.post('/events', EVENT, { 'content-type': type })).toMatchObject({
        status: 415,
        body: { message: expect.stringContaining('application/json') },
      });
    },
  );

  it('refuses pages of other web sites and names that only resolve to this machine', async () => {
    await using app = await runApp({});
    expect((await app.post('/events', EVENT, { 'sec-fetch-site': 'cross-site' })).status).toBe(400);
    const { hostname, port } = new URL(app.app.url);
    const { request } = await import('node:http');
    const status = await new Promise((resolve) => {
      request({ hostname, port, path: '/status', headers: { host: 'evil.example' } }, (res) =>
        resolve(res.resume().statusCode),
      ).end();
    });
    expect(status).toBe(421);
  });

  it('keeps keys __proto__ and constructor as data', async () => {
    await using app = await runApp({ 'log.yaml': LOG });
    const { body } = await app.post(
      '/events',
      '{"source":"crud","event":"consumers","data":{"__proto__":{"x":1},"constructor":2}}',
    );
    await app.app.idle();
    const text = await (await fetch(`${app.app.url}/events/${(body as { id: string }).id}`)).text();
    expect(text).toContain('"data":{"__proto__":{"x":1},"constructor":2}');
    expect(({} as { x?: number }).x).toBeUndefined();
  });

  it('answers something sensible to any JSON', async () => {
    await using app = await runApp({ 'log.yaml': LOG });
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.jsonValue(),
          fc.record({
            source: fc.constant('crud'),
            event: fc.constant('consumers'),
            data: fc.dictionary(fc.string(), fc.jsonValue()),
          }),
        ),
        async (value) => {
          const { status } = await app.post('/events', JSON.stringify(value));
          expect([202, 422]).toContain(status);
        },
      ),
      { numRuns: 100 },
    );
    await app.app.idle();
    expect((await app.get('/status')).body).toMatchObject({ deliveries: { pending: 0, failed: 0 } });
  });
});

describe('POST /events with an array', () => {
  it('takes all events, in order', async () => {
    await using app = await runApp({ 'log.yaml': LOG });
    const { status, body } = await app.post('/events', [
      { ...EVENT, id: 'a' },
      { ...EVENT, id: 'b' },
      { ...EVENT, id: 'a' },
    ]);
    expect(status).toBe(202);
    expect(body).toMatchObject([{ id: 'a' }, { id: 'b' }, { id: 'a', duplicate: true }]);
  });

  it('takes none when one is wrong, and says which', async () => {
    await using app = await runApp({ 'log.yaml': LOG });
    const { status, body } = await app.post('/events', [
      { ...EVENT, id: 'a' },
      { ...EVENT, source: 'dog' },
      7,
    ]);
    expect(status).toBe(422);
    expect(body).toMatchObject({
      errors: [{ index: 1, message: "source 'dog' is not registered" }, { index: 2 }],
    });
    expect((await app.get('/events/a')).status).toBe(404);
  });

  it('takes an empty one', async () => {
    await using app = await runApp({});
    expect(await app.post('/events', [])).toMatchObject({ status: 202, body: [] });
  });

  it('refuses one event that is too large among small ones', async () => {
    await using app = await runApp({});
    const { status, body } = await app.post('/events', [
      EVENT,
      { ...EVENT, data: { x: 'x'.repeat(1_100_000) } },
    ]);
    expect(status).toBe(422);
    expect(body).toMatchObject({ errors: [{ index: 1 }] });
  });
});

describe('POST /events with NDJSON', () => {
  it('answers a line for each line', async () => {
    await using app = await runApp({ 'log.yaml': LOG });
    const lines = [
      { ...EVENT, id: 'a' },
      { ...EVENT, id: 'b' },
    ]
      .map((event) => JSON.stringify(event))
      .join('\r\n');
    const { status, headers, body } = await app.post('/events', `${lines}\n\n`, NDJSON);
    expect(status).toBe(202);
    expect(headers.get('content-type')).toBe('application/x-ndjson');
    expect(
      String(body)
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([{ id: 'a' }, { id: 'b' }]);
  });

  it('answers 207 and takes the others when some lines are wrong', async () => {
    await using app = await runApp({ 'log.yaml': LOG });
    const text = `${JSON.stringify({ ...EVENT, id: 'a' })}\n{"half\n${JSON.stringify({ ...EVENT, source: 'dog' })}\n${JSON.stringify({ ...EVENT, id: 'b' })}`;
    const { status, body } = await app.post('/events', text, NDJSON);
    expect(status).toBe(207);
    expect(
      String(body)
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([
      { id: 'a' },
      { line: 2, message: expect.stringContaining('Cannot parse JSON') },
      { line: 3, message: "source 'dog' is not registered" },
      { id: 'b' },
    ]);
  });

  it('takes thousands of lines', async () => {
    await using app = await runApp({});
    const text = Array.from({ length: 5_000 }, (_, n) => JSON.stringify({ ...EVENT, id: `n-${n}` })).join(
      '\n',
    );
    const { status, body } = await app.post('/events', text, NDJSON);
    expect(status).toBe(202);
    expect(String(body).trim().split('\n')).toHaveLength(5_000);
    expect((await app.get('/events/n-4999')).status).toBe(200);
  });
});

describe('history', () => {
  it('answers 404 for what is not there and 400 for questions that cannot be answered', async () => {
    await using app = await runApp({});
    expect((await app.get('/events/nope')).status).toBe(404);
    expect((await app.get('/deliveries/nope')).status).toBe(404);
    expect((await app.get('/nowhere')).status).toBe(404);
    for (const query of ['state=done', 'since=yesterday', 'size=0', 'offset=*', 'hook=a&hook=b']) {
      expect((await app.get(`/deliveries?${query}`)).status).toBe(400);
    }
  });

  it('asks which source is meant when several sent the same id', async () => {
    await using app = await runApp({ 'billing.yaml': BILLING });
    await app.post('/events', { ...EVENT, id: 'same' });
    await app.post('/events', {
      source: 'billing',
      event: 'invoice.paid',
      data: { invoice: {} },
      id: 'same',
    });
    expect(await app.get('/events/same')).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('?source=') },
    });
    expect(await app.get('/events/same?source=billing')).toMatchObject({
      status: 200,
      body: { event: 'invoice.paid' },
    });
  });

  it('pages deliveries, newest first, and narrows them', async () => {
    await using app = await runApp({ 'log.yaml': LOG, 'other.yaml': LOG });
    for (const id of ['1', '2', '3']) await app.emit('crud', 'consumers', { id });
    const first = (await app.get('/deliveries?hook=log&size=2')).body as { data: object[]; next: string };
    expect(first.data).toHaveLength(2);
    const second = (await app.get(first.next)).body as { data: object[]; next: null };
    expect(second.data).toHaveLength(1);
    expect(second.next).toBeNull();
    expect(((await app.get('/deliveries?state=undelivered')).body as { data: object[] }).data).toEqual([]);
    expect(((await app.get('/deliveries?source=crud&event=routes')).body as { data: object[] }).data).toEqual(
      [],
    );
    expect(
      ((await app.get('/deliveries?since=2000-01-01T00:00:00Z')).body as { data: object[] }).data,
    ).toHaveLength(6);
  });
});

describe('probes', () => {
  it('are ready once a good snapshot serves, and refuse events until then', async () => {
    await using app = await runApp({ 'bad.yaml': 'source: crud\nhandler: webhok\n' });
    expect((await app.get('/healthz')).status).toBe(200);
    expect(await app.get('/readyz')).toMatchObject({
      status: 503,
      body: { problems: [{ code: 'unknown_handler', line: 2, column: 10 }] },
    });
    const refused = await app.post('/events', EVENT);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('1');
    app.hooks.write('bad.yaml', LOG);
    await app.app.reconcile();
    expect((await app.get('/readyz')).status).toBe(200);
    expect((await app.post('/events', EVENT)).status).toBe(202);
  });
});
