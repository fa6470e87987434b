import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningApp, runApp } from '../helpers/running-app.ts';

const BILLING = `
kind: EventSource
name: billing
events:
  invoice.paid:
    description: An invoice was paid
    fields: [invoice]
    unique: [invoice]
    schema: { type: object, required: [invoice] }
  invoice.lost: {}
`;
const OPERATION = { fields: ['operation', 'entity', 'old_entity', 'schema'] };

let app: RunningApp;
beforeAll(async () => {
  app = await runApp({ 'billing.yaml': BILLING });
});
afterAll(() => app[Symbol.asyncDispose]());

describe('GET /event-hooks/sources', () => {
  it.each(['', '/'])(
    'lists sources, events and fields as the reference does, with "%s" at the end',
    async (slash) => {
      const { status, body } = await app.get(`/event-hooks/sources${slash}`);
      expect(status).toBe(200);
      const { data } = body as { data: Record<string, Record<string, object>> };
      expect(Object.keys(data).sort()).toEqual([
        'ai-rate-limiting-advanced',
        'balancer',
        'billing',
        'crud',
        'dao:crud',
        'hookline',
        'oas-validation',
        'rate-limiting-advanced',
        'service-protection',
      ]);
      expect(data.balancer).toEqual({
        health: { fields: ['upstream_id', 'ip', 'port', 'hostname', 'health'] },
      });
      expect(data.crud?.acls).toEqual(OPERATION);
      expect(data['rate-limiting-advanced']).toEqual({
        'rate-limit-exceeded': {
          description: 'Run an event when a rate limit has been exceeded',
          fields: ['consumer', 'ip', 'service', 'rate', 'limit', 'window'],
          unique: ['consumer', 'ip', 'service'],
        },
      });
    },
  );
});

describe('GET /event-hooks/sources/{source}', () => {
  it.each(['dao:crud', 'dao%3Acrud', 'dao:crud/'])('lists the events of %s', async (source) => {
    expect(await app.get(`/event-hooks/sources/${source}`)).toMatchObject({
      status: 200,
      body: { data: { create: OPERATION, update: OPERATION, delete: OPERATION } },
    });
  });

  it('lists a declared source as it is declared: what was not said is absent', async () => {
    expect((await app.get('/event-hooks/sources/billing')).body).toEqual({
      data: {
        'invoice.paid': {
          description: 'An invoice was paid',
          fields: ['invoice'],
          unique: ['invoice'],
          schema: { type: 'object', required: ['invoice'] },
        },
        'invoice.lost': {},
      },
    });
  });
});

describe('GET /event-hooks/sources/{source}/{event}', () => {
  it.each(['crud/consumers', 'crud/consumers:create', 'crud/consumers/', 'dao:crud/create'])(
    'answers what is known of %s',
    async (path) => {
      expect((await app.get(`/event-hooks/sources/${path}`)).body).toEqual({ data: OPERATION });
    },
  );
});

describe('an unknown source or event', () => {
  it.each(['dog', 'crud/cat', 'dog/cat/', '__proto__', 'crud/toString', 'crud/__proto__', '%00', 'CRUD'])(
    'is 404 for %s, with the capital F of the reference',
    async (path) => {
      const { status, body } = await app.get(`/event-hooks/sources/${path}`);
      expect(status).toBe(404);
      expect(body).toEqual({ message: 'Not Found' });
    },
  );

  it('is 404 like any path for a level that does not exist', async () => {
    expect(await app.get('/event-hooks/sources/crud/acls/fields')).toMatchObject({
      status: 404,
      body: { message: 'Not found' },
    });
  });
});

describe('sources before any set of definitions is live', () => {
  it('are none: nothing could be emitted', async () => {
    await using broken = await runApp({ 'bad.yaml': 'source: crud\nhandler: webhok\n' });
    expect(await broken.get('/event-hooks/sources')).toMatchObject({ status: 200, body: { data: {} } });
    expect((await broken.get('/event-hooks/sources/crud')).status).toBe(404);
  });
});
