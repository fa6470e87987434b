import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../../src/event.ts';
import { type RunningApp, runApp } from '../helpers/running-app.ts';

const RUNS = { numRuns: 150 };
const NDJSON = { 'content-type': 'application/x-ndjson' };

/** JSON text with every kind of character, as a producer would write it. */
const data = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'binary' }));
/** Events that are right, with and without an id of their own. */
const goodEvent = fc.record(
  {
    source: fc.constant('crud'),
    event: fc.constantFrom('consumers', 'routes', 'services:delete'),
    data,
    id: fc.uuid(),
  },
  { requiredKeys: ['source', 'event', 'data'] },
);
/** What looks like an event and may be wrong in any place. */
const anyEvent = fc.oneof(
  goodEvent,
  fc.record(
    {
      source: fc.oneof(fc.constant('crud'), fc.jsonValue()),
      event: fc.oneof(fc.constant('consumers'), fc.string({ unit: 'binary' }), fc.jsonValue()),
      data: fc.oneof(data, fc.jsonValue()),
      id: fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue()),
      time: fc.oneof(fc.date({ noInvalidDate: true }).map(String), fc.string(), fc.jsonValue()),
      other: fc.jsonValue(),
    },
    { requiredKeys: [] },
  ),
  fc.jsonValue(),
);

let app: RunningApp;
beforeAll(async () => {
  app = await runApp({ 'log.yaml': 'source: crud\nevent: consumers\nhandler: log\n' });
});
afterAll(async () => {
  await app.app.idle();
  expect((await app.get('/status')).body).toMatchObject({
    deliveries: { pending: 0, failed: 0, exhausted: 0 },
  });
  await app[Symbol.asyncDispose]();
});

interface Accepted {
  readonly id: string;
  readonly duplicate?: true;
}

/** As JSON has it: -0 is 0. */
function toJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** Reads an accepted event back and holds it against what was sent; of a duplicate the first one was kept. */
async function checkKept({ id, duplicate }: Partial<Accepted>, sent: unknown): Promise<void> {
  const { status, body } = await app.get(`/events/${encodeURIComponent(id ?? '')}?source=crud`);
  expect(status).toBe(200);
  if (duplicate === true) return;
  expect(body).toMatchObject({ ...(toJson(sent) as object), id });
  expect((body as { data: unknown }).data).toEqual(toJson((sent as { data: unknown }).data));
}

describe('POST /events, whatever is sent', () => {
  it('never fails on bytes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom('application/json', 'application/x-ndjson'),
        async (bytes, type) => {
          const { status } = await app.post('/events', bytes, { 'content-type': type });
          expect([202, 207, 400, 422]).toContain(status);
        },
      ),
      RUNS,
    );
  });

  it('keeps what it answers 202 to, as it was sent, and refuses the rest with a reason', async () => {
    await fc.assert(
      fc.asyncProperty(anyEvent, async (sent) => {
        const { status, body } = await app.post('/events', JSON.stringify(sent));
        if (status === 202 && !Array.isArray(body)) await checkKept(body as Accepted, sent);
        else if (status === 202) expect(body).toEqual([]);
        else expect({ status, body }).toMatchObject({ status: 422, body: { message: expect.any(String) } });
      }),
      RUNS,
    );
  });

  it('keeps every event that is right', async () => {
    await fc.assert(
      fc.asyncProperty(goodEvent, async (sent) => {
        const { status, body } = await app.post('/events', sent as Json);
        expect(status).toBe(202);
        await checkKept(body as Accepted, sent);
      }),
      RUNS,
    );
  });

  it('takes an array whole or not at all', async () => {
    const withIds = fc.uniqueArray(fc.tuple(anyEvent, fc.uuid()), { maxLength: 6, selector: ([, id]) => id });
    await fc.assert(
      fc.asyncProperty(withIds, async (pairs) => {
        const sent = pairs.map(([value, id]) => (isPlainObject(value) ? { ...value, id } : value));
        const { status, body } = await app.post('/events', JSON.stringify(sent));
        if (status === 202) expect((body as Accepted[]).map(({ id }) => id)).toEqual(sent.map(toId));
        else expect(body).toMatchObject({ errors: expect.arrayContaining([expect.any(Object)]) });
        for (const id of sent.map(toId).filter((one) => one !== undefined)) {
          expect((await app.get(`/events/${id}`)).status).toBe(status === 202 ? 200 : 404);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('answers a line for each line of NDJSON that is not blank, each for itself', async () => {
    const blank = fc.constantFrom('', ' ', '\t', '\r', '                ');
    const line = fc.oneof(
      anyEvent.map((value) => JSON.stringify(value)),
      blank,
      fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\n', '')),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 8 }),
        fc.constantFrom('\n', '\r\n'),
        fc.constantFrom('', '\n', '\r\n'),
        async (lines, separator, end) => {
          const { status, body } = await app.post('/events', lines.join(separator) + end, NDJSON);
          const answers = String(body).split('\n').slice(0, -1);
          const spoken = lines.flatMap((text, index) =>
            /^[ \t\r]*$/.test(text) ? [] : [{ text, line: index + 1 }],
          );
          expect(answers).toHaveLength(spoken.length);
          const views = answers.map((answer) => JSON.parse(answer) as Partial<Accepted & { line: number }>);
          expect(status).toBe(views.every(({ id }) => id !== undefined) ? 202 : 207);
          for (const [index, view] of views.entries()) {
            if (view.id === undefined) expect(view.line).toBe(spoken[index]?.line);
            else await checkKept(view, JSON.parse(spoken[index]?.text ?? ''));
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function toId(sent: unknown): string | undefined {
  return isPlainObject(sent) ? (sent as { id?: string }).id : undefined;
}
