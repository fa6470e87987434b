import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { Json } from '../../src/event.ts';
import { START } from '../helpers/held-clock.ts';
import { type Answer, type RunningApp, runApp } from '../helpers/running-app.ts';
import { type DeclaredToken, declareToken } from '../helpers/tokens.ts';

const FILES = {
  'log.yaml': 'source: crud\nhandler: log\n',
  'billing.yaml': `kind: EventSource
name: billing
cloudevents: { source: https://billing.example.com/eu, type: "*" }
events: { paid: { schema: { type: object, required: [invoice] } } }
inlet: { verify: token, secret: hunter2 }
`,
};
const any = declareToken('any');
const billing = declareToken('billing', { sources: ['bill*', 'invoices'] });
const minute = declareToken('minute', { rate: { limit: 3, per: 'minute' } });
const reader = declareToken('reader', { scopes: ['read'] });
const TOKENS = [any, billing, minute, reader].map(({ settings }) => settings);

let app: RunningApp;
let now = START;
beforeAll(async () => {
  app = await runApp(FILES, { settings: { tokens: TOKENS }, clock: { ...systemClock, now: () => now } });
});
afterAll(() => app[Symbol.asyncDispose]());

/** A body as one of the formats has it. */
interface Sent {
  readonly body: Json;
  readonly headers?: Readonly<Record<string, string>>;
}

function send({ headers: token }: DeclaredToken, { body, headers = {} }: Sent): Promise<Answer> {
  return app.post('/events', body, { ...headers, ...token });
}

const PAID = { source: 'billing', event: 'paid', data: { invoice: 1 } };
const CRUD = { source: 'crud', event: 'consumers', data: {} };
const CLOUD_PAID = {
  specversion: '1.0',
  source: 'https://billing.example.com/eu',
  type: 'paid',
  data: PAID.data,
};
const CLOUD_CRUD = { specversion: '1.0', source: '/kong/crud', type: 'consumers', data: {} };
const NDJSON = { 'content-type': 'application/x-ndjson' };
const STRUCTURED = { 'content-type': 'application/cloudevents+json' };
const BATCH = { 'content-type': 'application/cloudevents-batch+json' };

let ids = 0;
function withId(event: object): { id: string } & Record<string, Json> {
  ids += 1;
  return { id: `id-${ids}`, ...event };
}

function toBinary({ data, ...attributes }: { readonly data: object }): Sent {
  const headers = Object.entries(withId(attributes)).map(([name, value]) => [`ce-${name}`, String(value)]);
  return { body: data as Json, headers: Object.fromEntries(headers) };
}

function toLines(...events: readonly object[]): Sent {
  return { body: events.map((event) => JSON.stringify(event)).join('\n'), headers: NDJSON };
}

function linesOf({ body }: Answer): readonly Record<string, Json>[] {
  const lines = String(body).trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Record<string, Json>);
}

/** What was sent with a token so far. */
async function countsOf(token: string): Promise<Record<string, number>> {
  const { body } = await app.get('/status', { ...reader.headers });
  return (
    (body as { counters: { tokens: Record<string, Record<string, number>> } }).counters.tokens[token] ?? {}
  );
}

async function isKept(id: string): Promise<boolean> {
  return (await app.get(`/events/${id}`, { ...reader.headers })).status === 200;
}

const REFUSED = 'Token "billing" may not send events of source "crud"';

describe.each<[string, () => Sent, () => Sent]>([
  ['one event', () => ({ body: withId(PAID) }), () => ({ body: withId(CRUD) })],
  [
    'a CloudEvent in structured mode',
    () => ({ body: withId(CLOUD_PAID), headers: STRUCTURED }),
    () => ({ body: withId(CLOUD_CRUD), headers: STRUCTURED }),
  ],
  ['a CloudEvent in binary mode', () => toBinary(CLOUD_PAID), () => toBinary(CLOUD_CRUD)],
])('%s', (_format, toOwn, toOther) => {
  it('is taken when its source is one of the token', async () => {
    expect(await send(billing, toOwn())).toMatchObject({ status: 202, body: { stopped: [] } });
  });

  it('is refused when its source is another, which is named, and taken with a token for every source', async () => {
    const other = toOther();
    const before = await countsOf('billing');
    expect(await send(billing, other)).toMatchObject({ status: 403, body: { message: REFUSED } });
    expect((await countsOf('billing')).refused).toBe((before.refused ?? 0) + 1);
    expect(await send(any, other)).toMatchObject({ status: 202, body: { hooks: [{ hook: 'log' }] } });
  });
});

describe.each<[string, (first: Json, second: Json) => Sent, object, object]>([
  ['an array', (...body) => ({ body }), PAID, CRUD],
  ['a batch of CloudEvents', (...body) => ({ body, headers: BATCH }), CLOUD_PAID, CLOUD_CRUD],
])('%s', (_format, toSent, own, other) => {
  it('is refused whole when one event is of another source, with which one and why', async () => {
    const [first, second] = [withId(own), withId(other)];
    expect(await send(billing, toSent(first, second))).toMatchObject({
      status: 403,
      body: {
        message: 'None of 2 events was accepted: 1 cannot be',
        errors: [{ index: 1, message: REFUSED }],
      },
    });
    expect([await isKept(first.id), await isKept(second.id)]).toEqual([false, false]);
    expect((await send(billing, toSent(first, withId(own)))).status).toBe(202);
    expect(await isKept(first.id)).toBe(true);
  });

  it('tells what else is wrong besides', async () => {
    const answer = await send(billing, toSent(withId({ ...own, data: {} }), withId(other)));
    expect(answer).toMatchObject({
      status: 403,
      body: {
        errors: [
          { index: 0, message: expect.stringContaining('schema') },
          { index: 1, message: REFUSED },
        ],
      },
    });
  });
});

describe('lines', () => {
  it('are taken or refused one by one, each that is refused with its source', async () => {
    const [one, two, three] = [withId(PAID), withId(CRUD), withId(PAID)];
    const answer = await send(billing, toLines(one, two, three));
    expect([answer.status, linesOf(answer)]).toMatchObject([
      207,
      [{ id: one.id }, { line: 2, message: REFUSED }, { id: three.id }],
    ]);
    expect([await isKept(one.id), await isKept(two.id), await isKept(three.id)]).toEqual([true, false, true]);
  });
});

describe('a source that a token may not send', () => {
  it('is refused before it is said what there is', async () => {
    const sent = { ...CRUD, source: 'crd', event: 'consumer' };
    const { status, body } = await send(billing, { body: sent });
    expect([status, body]).toEqual([403, { message: REFUSED.replace('crud', 'crd') }]);
    expect((await send(any, { body: sent })).body).toMatchObject({ hint: 'Did you mean "crud"?' });
  });

  it('is not refused at an inlet: it has a signature of its own', async () => {
    const answer = await app.post('/in/billing', { invoice: 2 }, { authorization: 'Bearer hunter2' });
    expect(answer.status).toBe(202);
    const signed = await app.post('/in/billing', { invoice: 2 }, { ...billing.headers });
    expect([signed.status, signed.headers.has('www-authenticate')]).toEqual([401, false]);
  });
});

describe('a rate', () => {
  const MESSAGE = 'Token "minute" may send 3 events a minute: send it again in';

  beforeEach(() => {
    now += 60_000;
  });

  it('lets its limit go, then answers 429 with when to try again, and lets more go then', async () => {
    for (let sent = 0; sent < 3; sent += 1) expect((await send(minute, { body: CRUD })).status).toBe(202);
    const answer = await send(minute, { body: CRUD });
    expect(answer).toMatchObject({ status: 429, body: { message: `${MESSAGE} 20 s` } });
    expect(answer.headers.get('retry-after')).toBe('20');
    expect((await send(any, { body: CRUD })).status).toBe(202);
    now += 20_000;
    expect((await send(minute, { body: CRUD })).status).toBe(202);
    expect((await send(minute, { body: CRUD })).status).toBe(429);
  });

  it('refuses what is too much before it is read', async () => {
    await send(minute, { body: [CRUD, CRUD, CRUD] });
    expect((await app.post('/events', '{', { ...minute.headers })).status).toBe(429);
  });

  it.each([
    ['an array', {}, CRUD],
    ['a batch', BATCH, CLOUD_CRUD],
  ])('takes %s whole or not at all', async (_what, headers, event) => {
    expect((await send(minute, { body: [withId(event)], headers })).status).toBe(202);
    const events = [withId(event), withId(event), withId(event)];
    const answer = await send(minute, { body: events, headers });
    expect(answer).toMatchObject({ status: 429, body: { message: `${MESSAGE} 20 s` } });
    for (const { id } of events) expect(await isKept(id)).toBe(false);
    expect((await send(minute, { body: events.slice(1), headers })).status).toBe(202);
  });

  it('says of an array that could never come that it is too large', async () => {
    const answer = await send(minute, { body: [CRUD, CRUD, CRUD, CRUD] });
    expect(answer).toMatchObject({
      status: 413,
      body: { message: 'Token "minute" may send 3 events a minute: send no more than that at once' },
    });
  });

  it('takes of lines as many as may come, and says of each other one when to send it again', async () => {
    const lines = [CRUD, CRUD, 7, CRUD, CRUD, CRUD].map((event) =>
      event === 7 ? {} : withId(event as object),
    );
    const answer = await send(minute, toLines(...lines));
    const [id] = lines as readonly { id?: string }[];
    expect([answer.status, linesOf(answer)]).toMatchObject([
      207,
      [
        { id: id?.id },
        {},
        { line: 3 },
        {},
        { line: 5, message: `${MESSAGE} 20 s` },
        { line: 6, message: `${MESSAGE} 20 s` },
      ],
    ]);
    const kept = await Promise.all(lines.map((line) => ('id' in line ? isKept(String(line.id)) : false)));
    expect(kept).toEqual([true, true, false, true, false, false]);
    expect((await send(minute, toLines(withId(CRUD)))).status).toBe(429);
  });

  it('does not count what is refused for what it is', async () => {
    for (let sent = 0; sent < 10; sent += 1)
      expect((await send(minute, { body: { ...CRUD, event: 'x' } })).status).toBe(422);
    expect((await send(minute, { body: [CRUD, CRUD, CRUD] })).status).toBe(202);
  });
});

describe('the counters', () => {
  it('have what was sent with each token, by its name and never by itself', async () => {
    const before = await countsOf('any');
    const event = withId(CRUD);
    await send(any, { body: event });
    await send(any, { body: event });
    await send(any, toLines(withId(CRUD), {}));
    await send(any, { body: { ...CRUD, event: 'x' } });
    const { body } = await app.get('/status', { ...reader.headers });
    expect(await countsOf('any')).toEqual({
      accepted: (before.accepted ?? 0) + 2,
      duplicate: (before.duplicate ?? 0) + 1,
      refused: (before.refused ?? 0) + 2,
      limited: 0,
    });
    expect((await countsOf('minute')).limited).toBeGreaterThan(0);
    for (const { token } of [any, billing, minute, reader]) expect(JSON.stringify(body)).not.toContain(token);
  });
});

describe('a separate address for intake', () => {
  it('asks for a token too', async () => {
    const settings = { tokens: TOKENS, intake: { listen: '127.0.0.1:0' } };
    await using apart = await runApp(FILES, { settings });
    const post = (headers: Record<string, string>): Promise<Response> =>
      fetch(`${apart.app.intakeUrl}/events`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(CRUD),
      });
    const statuses = [await post({}), await post({ ...reader.headers }), await post({ ...any.headers })];
    expect(statuses.map(({ status }) => status)).toEqual([401, 403, 202]);
    expect((await apart.post('/events', CRUD, { ...any.headers })).status).toBe(404);
  });
});
