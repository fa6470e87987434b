import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningApp, runApp } from '../helpers/running-app.ts';

const EVENT = { source: 'crud', event: 'consumers', data: { operation: 'create' } };
const CLOUD_EVENT = { specversion: '1.0', source: '/kong/crud', type: 'consumers', data: {} };
const ORIGIN = { source: '/kong/crud', type: 'consumers' };
const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const TRACE = { traceparent: TRACEPARENT, tracestate: 'rojo=00f067aa0ba902b7' };

let app: RunningApp;
beforeAll(async () => {
  app = await runApp({});
});
afterAll(() => app[Symbol.asyncDispose]());

async function attributesOf(id: string): Promise<unknown> {
  return ((await app.get(`/events/${id}`)).body as { attributes: unknown }).attributes;
}

describe('the trace of a request to POST /events', () => {
  it('is kept with its event', async () => {
    await app.post('/events', { ...EVENT, id: 'one' }, TRACE);
    expect(await attributesOf('one')).toEqual(TRACE);
  });

  it('is kept with each of several', async () => {
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((id) => ({ ...EVENT, id }));
    await app.post('/events', [a, b] as never, TRACE);
    await app.post('/events', `${JSON.stringify(c)}\n${JSON.stringify(d)}\n`, {
      ...TRACE,
      'content-type': 'application/x-ndjson',
    });
    for (const id of ['a', 'b', 'c', 'd']) expect(await attributesOf(id)).toEqual(TRACE);
  });

  it.each<[string, Record<string, string>, object | null]>([
    ['not there', {}, null],
    ['none', { traceparent: 'garbage', tracestate: 'a=b' }, null],
    ['there without its parent', { tracestate: 'a=b' }, null],
    [
      'there with a state that is none',
      { traceparent: TRACEPARENT, tracestate: '=' },
      { traceparent: TRACEPARENT },
    ],
  ])('is passed over where it is %s', async (what, headers, attributes) => {
    const id = `trace-${what.replaceAll(' ', '-')}`;
    expect(await app.post('/events', { ...EVENT, id }, headers)).toMatchObject({ status: 202 });
    expect(await attributesOf(id)).toEqual(attributes);
  });

  it('is of a CloudEvent that has none, in each mode', async () => {
    const structured = { 'content-type': 'application/cloudevents+json', ...TRACE };
    await app.post('/events', { ...CLOUD_EVENT, id: 'structured' }, structured);
    const batched = { 'content-type': 'application/cloudevents-batch+json', ...TRACE };
    await app.post('/events', [{ ...CLOUD_EVENT, id: 'batched' }], batched);
    const binary = {
      'ce-specversion': '1.0',
      'ce-id': 'binary',
      'ce-source': '/kong/crud',
      'ce-type': 'consumers',
    };
    await app.post('/events', {}, { ...binary, ...TRACE });
    for (const id of ['structured', 'batched', 'binary'])
      expect(await attributesOf(id)).toEqual({ ...ORIGIN, ...TRACE });
  });

  it('gives way to that of a CloudEvent', async () => {
    const own = { traceparent: TRACEPARENT.replace('-01', '-00') };
    const headers = { 'content-type': 'application/cloudevents+json', ...TRACE };
    await app.post('/events', { ...CLOUD_EVENT, ...own, id: 'own' }, headers);
    expect(await attributesOf('own')).toEqual({ ...ORIGIN, ...own });
  });
});
