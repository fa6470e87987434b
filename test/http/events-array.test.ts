import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningApp, runApp } from '../helpers/running-app.ts';

const EVENT = { source: 'crud', event: 'consumers', data: { operation: 'create' } };

let app: RunningApp;
beforeAll(async () => {
  app = await runApp({ 'log.yaml': 'source: crud\nevent: consumers\nhandler: log\n' });
});
afterAll(() => app[Symbol.asyncDispose]());

async function readEvents(): Promise<unknown> {
  return ((await app.get('/status')).body as { counters: { events: unknown } }).counters.events;
}

describe('POST /events with an array', () => {
  it('takes all events, in order, the same id once', async () => {
    const { status, body } = await app.post('/events', [
      { ...EVENT, id: 'a' },
      { ...EVENT, id: 'b' },
      { ...EVENT, id: 'a' },
    ]);
    expect(status).toBe(202);
    expect(body).toMatchObject([
      { id: 'a', hooks: [{ hook: 'log' }] },
      { id: 'b', hooks: [{ hook: 'log' }] },
      { id: 'a', hooks: [], duplicate: true },
    ]);
  });

  it('takes none when one is wrong, says which, and counts only what is wrong', async () => {
    const before = (await readEvents()) as { accepted: number; refused: number };
    const { status, body } = await app.post('/events', [
      { ...EVENT, id: 'none' },
      { ...EVENT, source: 'crd' },
      7,
    ]);
    expect(status).toBe(422);
    expect(body).toEqual({
      message: 'None of 3 events was accepted: 2 cannot be',
      errors: [
        { index: 1, message: "source 'crd' is not registered", hint: 'Did you mean "crud"?' },
        { index: 2, message: 'An event must be an object {source, event, data}: got 7' },
      ],
    });
    expect((await app.get('/events/none')).status).toBe(404);
    expect(await readEvents()).toMatchObject({ accepted: before.accepted, refused: before.refused + 2 });
  });

  it('takes an empty one', async () => {
    expect(await app.post('/events', '[]')).toMatchObject({ status: 202, body: [] });
  });

  it('says of arrays in it that they are no events', async () => {
    expect(await app.post('/events', [[EVENT]])).toMatchObject({
      status: 422,
      body: { errors: [{ index: 0, message: expect.stringContaining('got an array') }] },
    });
  });

  it('refuses one event that is too large among small ones', async () => {
    const { status, body } = await app.post('/events', [
      EVENT,
      { ...EVENT, data: { x: 'x'.repeat(1_100_000) } },
    ]);
    expect(status).toBe(422);
    expect(body).toMatchObject({
      errors: [{ index: 1, message: 'An event may have at most 1048576 bytes' }],
    });
  });

  it('takes many events that are larger together than one may be', async () => {
    const events = Array.from({ length: 20 }, (_, n) => ({
      ...EVENT,
      id: `large-${n}`,
      data: { x: 'x'.repeat(100_000) },
    }));
    expect((await app.post('/events', events)).status).toBe(202);
    expect((await app.get('/events/large-19')).status).toBe(200);
  });

  it('works out once what was meant, however often it is wrong', async () => {
    const events = Array(20_000).fill({ ...EVENT, event: 'consumer' });
    const { status, body } = await app.post('/events', events);
    expect(status).toBe(422);
    // Of more than a thousand the first are told.
    expect((body as { errors: object[] }).errors).toHaveLength(1_000);
    expect((body as { errors: object[] }).errors.at(-1)).toMatchObject({ hint: 'Did you mean "consumers"?' });
  });
});
