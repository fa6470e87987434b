import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningApp, runApp } from '../helpers/running-app.ts';

const BILLING = 'kind: EventSource\nname: billing\nevents: { invoice.paid: {} }\n';
const LOG = 'source: crud\nevent: consumers\nhandler: log\n';
const FILES = {
  'billing.yaml': BILLING,
  'log.yaml': LOG,
  'team/other.yaml': LOG,
  'lost.yaml':
    'source: crud\nevent: routes\nhandler: webhook\nconfig: { url: "http://127.0.0.1:9/", ssl_verify: true }\n',
  'off.yaml': 'source: crud\nevent: routes\nhandler: log\nenabled: false\n',
};

interface Page {
  readonly data: readonly { readonly id: string; readonly event_id: string; readonly hook: string }[];
  readonly next: string | null;
}

let app: RunningApp;
beforeAll(async () => {
  app = await runApp(FILES);
  for (const id of ['1', '2', '3'])
    await app.post('/events', { source: 'crud', event: 'consumers', data: {}, id });
  await app.post('/events', { source: 'crud', event: 'routes', data: { n: 1 }, id: 'lost-1' });
  await app.app.idle();
});
afterAll(() => app[Symbol.asyncDispose]());

async function list(query: string): Promise<Page> {
  const { status, body } = await app.get(`/deliveries${query}`);
  expect(status).toBe(200);
  return body as Page;
}

describe('GET /events/{id}', () => {
  it('answers the event, its deliveries and its stops', async () => {
    expect((await app.get('/events/lost-1')).body).toMatchObject({
      id: 'lost-1',
      source: 'crud',
      event: 'routes',
      data: { n: 1 },
      accepted_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      deliveries: [{ hook: 'lost', state: 'pending', attempt_count: 1 }],
      stopped: [{ hook: 'off', reason: 'disabled' }],
    });
  });

  it.each(['a/b', 'a?b=c', 'ü %', '"', '0', 'null'])('finds an event by the id %j', async (id) => {
    await app.post('/events', { source: 'billing', event: 'invoice.paid', data: {}, id });
    expect((await app.get(`/events/${encodeURIComponent(id)}`)).body).toMatchObject({ id });
  });

  it('asks which source is meant when several sent the same id', async () => {
    for (const [source, event] of [
      ['crud', 'admins'],
      ['billing', 'invoice.paid'],
    ] as const)
      await app.post('/events', { source, event, data: {}, id: 'same' });
    expect(await app.get('/events/same')).toMatchObject({
      status: 400,
      body: { message: 'Several sources sent an event with this id: add ?source= with one of billing, crud' },
    });
    expect(await app.get('/events/same?source=billing')).toMatchObject({
      status: 200,
      body: { event: 'invoice.paid' },
    });
    expect((await app.get('/events/same?source=dog')).status).toBe(404);
  });

  it.each(['nope', '%00', '__proto__', '1?source=billing'])('answers 404 for %s', async (path) => {
    expect(await app.get(`/events/${path}`)).toMatchObject({ status: 404, body: { message: 'Not found' } });
  });

  it('refuses a parameter nobody reads', async () => {
    expect(await app.get('/events/1?sorce=crud')).toMatchObject({
      status: 400,
      body: { message: 'Unknown parameter "sorce": use source' },
    });
  });
});

describe('GET /deliveries', () => {
  it('lists the newest first, page by page, each once', async () => {
    const seen: string[] = [];
    for (let query: string | null = '?hook=log&size=2'; query !== null; ) {
      const page = await list(query);
      seen.push(...page.data.map(({ event_id }) => event_id));
      query = page.next === null ? null : page.next.replace('/deliveries', '');
    }
    expect(seen).toEqual(['3', '2', '1']);
  });

  it('keeps the filters in the path of the next page', async () => {
    const { next } = await list('?hook=team/other&source=crud&since=2000-01-01T00:00:00Z&size=1');
    expect(new URL(next ?? '', app.app.url).searchParams.toString()).toMatch(
      /^hook=team%2Fother&source=crud&since=2000-01-01T00%3A00%3A00Z&size=1&offset=\w+$/,
    );
  });

  it.each([
    ['', 7],
    ['?hook=log', 3],
    ['?hook=team%2Fother', 3],
    ['?hook=nope', 0],
    ['?state=succeeded', 6],
    ['?state=pending', 1],
    ['?state=undelivered', 1],
    ['?state=failed', 0],
    ['?source=crud&event=routes', 1],
    ['?source=billing', 0],
    ['?since=2000-01-01T00:00:00Z', 7],
    ['?since=2999-01-01T00:00:00%2B01:00', 0],
    ['?since=2999-01-01T00:00:00+01:00', 0],
  ])('narrows the list by %s', async (query, count) => {
    expect((await list(query)).data).toHaveLength(count);
  });

  it('takes the id of a hook for its name', async () => {
    const { id } = (await app.get('/event-hooks/lost')).body as { id: string };
    expect((await list(`?hook=${id}`)).data).toMatchObject([{ hook: 'lost', last_status: null }]);
  });

  it.each([
    [
      'state=done',
      '"state" must be one of pending, parked, succeeded, failed, exhausted, undelivered: got "done"',
    ],
    ['since=yesterday', '"since" must be a time as in 2026-01-31T12:00:00Z: got "yesterday"'],
    ['since=1', '"since" must be a time as in 2026-01-31T12:00:00Z: got "1"'],
    [
      'since=2026-02-30T00:00:00Z',
      '"since" must be a time as in 2026-01-31T12:00:00Z: got "2026-02-30T00:00:00Z"',
    ],
    ['size=0', 'size must be an integer between 1 and 1000'],
    ['offset=*', "'*' is not a valid offset: bad base64 encoding"],
    ['hook=a&hook=b', '"hook" must be given once'],
    ['hook[]=a', 'Unknown parameter "hook[]": use hook, state, source, event, since, until, size, offset'],
    ['hok=a', 'Unknown parameter "hok": use hook, state, source, event, since, until, size, offset'],
  ])('refuses %s', async (query, message) => {
    expect(await app.get(`/deliveries?${query}`)).toMatchObject({ status: 400, body: { message } });
  });
});

describe('GET /deliveries/{id}', () => {
  it('answers the delivery with its attempts', async () => {
    const [delivery] = (await list('?hook=lost')).data;
    expect((await app.get(`/deliveries/${delivery?.id}`)).body).toMatchObject({
      ...delivery,
      attempts: [
        {
          number: 1,
          outcome: 'retry',
          status: null,
          error: expect.stringContaining('ECONNREFUSED'),
          response: null,
        },
      ],
    });
  });

  it.each(['nope', '%00', '1'])('answers 404 for %s', async (id) => {
    expect(await app.get(`/deliveries/${id}`)).toMatchObject({ status: 404, body: { message: 'Not found' } });
  });
});
