import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningApp, runApp } from '../helpers/running-app.ts';

const EVENT = { source: 'crud', event: 'consumers', data: {} };

let app: RunningApp;
beforeAll(async () => {
  app = await runApp({ 'log.yaml': 'source: crud\nevent: consumers\nhandler: log\n' });
});
afterAll(() => app[Symbol.asyncDispose]());

describe('the header Idempotency-Key', () => {
  it('is the id of an event that does not say its own, so that sending it again does nothing', async () => {
    const headers = { 'idempotency-key': 'order-1' };
    expect((await app.post('/events', EVENT, headers)).body).toMatchObject({
      id: 'order-1',
      hooks: [{ hook: 'log' }],
    });
    expect((await app.post('/events', EVENT, headers)).body).toEqual({
      id: 'order-1',
      hooks: [],
      stopped: [],
      duplicate: true,
    });
  });

  it('gives way to an id of the event itself', async () => {
    const answer = await app.post('/events', { ...EVENT, id: 'own' }, { 'idempotency-key': 'other' });
    expect(answer.body).toMatchObject({ id: 'own' });
  });

  it('numbers the events of an array and the lines of NDJSON', async () => {
    const array = await app.post('/events', [EVENT, { ...EVENT, id: 'named' }, EVENT], {
      'idempotency-key': 'batch',
    });
    expect(array.body).toMatchObject([{ id: 'batch-0' }, { id: 'named' }, { id: 'batch-2' }]);
    const lines = `${JSON.stringify(EVENT)}\n\n${JSON.stringify(EVENT)}\n`;
    const headers = { 'content-type': 'application/x-ndjson', 'idempotency-key': 'lines' };
    const first = await app.post('/events', lines, headers);
    expect(first.body).toMatch(/"lines-1".*\n.*"lines-3"/);
    expect(String((await app.post('/events', lines, headers)).body).match(/"duplicate":true/g)).toHaveLength(
      2,
    );
  });

  it('is refused where it cannot be an id', async () => {
    const { status, body } = await app.post('/events', EVENT, { 'idempotency-key': 'x'.repeat(257) });
    expect({ status, body }).toMatchObject({
      status: 422,
      body: { message: expect.stringContaining('"id" must be a string of 1 to 256 characters') },
    });
  });
});
