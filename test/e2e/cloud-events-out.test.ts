import { CloudEvent, HTTP, type Message } from 'cloudevents';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/event.ts';
import { createId } from '../../src/id.ts';
import { decodeHeaderValue, encodeHeaderValue } from '../../src/intake/header-value.ts';
import {
  type RecordedRequest,
  type RecordingServer,
  startRecordingServer,
} from '../helpers/recording-server.ts';
import { type RunningApp, runApp } from '../helpers/running-app.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const TIME = '2026-01-31T12:00:00.000Z';
const DATA = { invoice: { total: 12.5, to: 'größe €' } };
const BATCH = { 'content-type': 'application/cloudevents-batch+json' };
const BILLING = `kind: EventSource
name: billing
cloudevents: { source: "https://billing.example.com", type: "com.example.billing.*" }
events: { paid: {} }
`;

let receiver: RecordingServer;
let app: RunningApp;
beforeAll(async () => {
  receiver = await startRecordingServer();
  const hooks = ['kong', 'cloudevents', 'cloudevents-binary'].map(
    (format) =>
      `name: ${format}\nsource: billing\nevent: paid\nhandler: webhook\nconfig: { url: "${receiver.url}/${format}", format: ${format}, secret: ${SECRET}, ssl_verify: true }\n`,
  );
  app = await runApp({ 'all.yaml': [BILLING, ...hooks].join('---\n') });
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});
beforeEach(() => {
  receiver.status = 204;
});

/** What receivers got of what `send` sends, by format. */
async function collect(
  send: () => Promise<{ readonly status: number }>,
): Promise<Readonly<Record<string, readonly RecordedRequest[]>>> {
  const before = receiver.requests.length;
  const { status } = await send();
  expect(status).toBeLessThan(300);
  await app.app.idle();
  const byUrl = Object.groupBy(receiver.requests.slice(before), ({ url }) => url.slice(1));
  return byUrl as Readonly<Record<string, readonly RecordedRequest[]>>;
}

/** A request as the SDK reads it. */
function toSdkEvent(request: RecordedRequest | undefined): unknown {
  return HTTP.toEvent({ headers: request?.headers ?? {}, body: request?.body });
}

/** The CloudEvent of a request in binary mode, its attributes as text. */
function readBinary({ headers, body }: RecordedRequest): JsonObject {
  const attributes = Object.entries(headers).flatMap(([name, value]) =>
    name.startsWith('ce-') ? [[name.slice('ce-'.length), decodeHeaderValue(String(value))]] : [],
  );
  return {
    ...Object.fromEntries(attributes),
    datacontenttype: headers['content-type'],
    data: JSON.parse(body),
  };
}

describe.each([
  ['structured', (event: CloudEvent<object>): Message => HTTP.structured(event)],
  ['binary', (event: CloudEvent<object>): Message => HTTP.binary(event)],
])('a CloudEvent the SDK sends in %s mode', (mode, toMessage) => {
  it('is the same to an SDK that receives it, in either mode', async () => {
    const sent = {
      id: `sdk-${mode}`,
      source: 'https://billing.example.com',
      type: 'com.example.billing.paid',
      time: TIME,
      subject: 'invoice-7',
      dataschema: 'https://example.com/invoice.json',
      traceparent: TRACEPARENT,
      tracestate: 'rojo=00f067aa0ba902b7',
      partitionkey: 'k1',
    };
    const { headers, body } = toMessage(new CloudEvent({ ...sent, data: DATA }));
    const got = await collect(() => app.post('/events', String(body), headers as Record<string, string>));
    for (const format of ['cloudevents', 'cloudevents-binary'])
      expect(toSdkEvent(got[format]?.[0])).toMatchObject({ ...sent, specversion: '1.0', data: DATA });
    expect(JSON.parse(got.kong?.[0]?.body ?? '')).toEqual({ ...DATA, event: 'paid', source: 'billing' });
    for (const [request] of Object.values(got))
      expect(request?.headers).toMatchObject({ traceparent: TRACEPARENT, tracestate: sent.tracestate });
  });
});

describe('an event that is sent as one of Hookline', () => {
  it('is a CloudEvent of the source and type its EventSource takes', async () => {
    const event = { id: 'native', source: 'billing', event: 'paid', data: DATA, time: TIME };
    const got = await collect(() => app.post('/events', event, { traceparent: TRACEPARENT }));
    for (const format of ['cloudevents', 'cloudevents-binary'])
      expect(toSdkEvent(got[format]?.[0])).toMatchObject({
        id: 'native',
        source: 'https://billing.example.com',
        type: 'com.example.billing.paid',
        time: TIME,
        traceparent: TRACEPARENT,
        data: DATA,
      });
  });

  it('is signed over the body that is sent', async () => {
    const got = await collect(() => app.emit('billing', 'paid', DATA));
    for (const [request] of Object.values(got)) {
      const headers = request?.headers as Record<string, string>;
      expect(new Webhook(SECRET).verify(request?.body ?? '', headers)).toEqual(
        JSON.parse(request?.body ?? ''),
      );
    }
    expect(Object.keys(got)).toHaveLength(3);
  });
});

describe('what came with an event', () => {
  it('is kept over a failed attempt and a restart, and sent again in the same format', async () => {
    receiver.status = 500;
    const event = {
      specversion: '1.0',
      id: 'kept',
      source: 'https://billing.example.com',
      type: 'com.example.billing.paid',
      subject: 'größe',
      n: 5,
      data: {},
    };
    await collect(() => app.post('/events', [event], BATCH));
    await app.restart();
    receiver.status = 204;
    const { body } = await app.get('/events/kept');
    const { deliveries } = body as { deliveries: { id: string; hook: string; state: string }[] };
    expect(deliveries.map(({ state }) => state)).toEqual(['pending', 'pending', 'pending']);
    const got = await collect(async () => {
      for (const { id } of deliveries) await app.post(`/deliveries/${id}/redeliver`, '');
      return { status: 200 };
    });
    const [structured, binary] = [got.cloudevents?.at(-1), got['cloudevents-binary']?.at(-1)];
    expect(JSON.parse(structured?.body ?? '')).toMatchObject(event);
    expect(binary && readBinary(binary)).toMatchObject({ ...event, n: '5' });
  });
});

describe('/test and /ping', () => {
  it('send what a delivery would, and answer it', async () => {
    const { cloudevents: [structured] = [] } = await collect(() =>
      app.post('/event-hooks/cloudevents/test', DATA),
    );
    expect(toSdkEvent(structured)).toMatchObject({ type: 'com.example.billing.paid', data: DATA });
    const tested = await app.post('/event-hooks/cloudevents/test', DATA);
    expect(tested.body).toMatchObject({ data: { specversion: '1.0', data: DATA }, result: { status: 204 } });
    for (const format of ['cloudevents', 'cloudevents-binary']) {
      const got = await collect(() => app.get(`/event-hooks/${format}/ping`));
      expect(toSdkEvent(got[format]?.[0])).toMatchObject({
        source: '/hookline/kong:event_hooks',
        type: 'ping',
        data: { event_hooks: { name: format, config: { format, secret: '******' } } },
      });
    }
    expect((await app.get('/event-hooks/cloudevents-binary/ping')).body).toMatchObject({
      event_hooks: { name: 'cloudevents-binary' },
    });
  });
});

describe('every attribute and extension', () => {
  const NAMED = ['specversion', 'id', 'source', 'type', 'time', 'data', 'datacontenttype'];
  const name = fc
    .stringMatching(/^[a-z0-9]{1,20}$/)
    .filter((one) => !NAMED.includes(one) && one !== 'traceparent');
  const text = fc
    .string({ unit: 'grapheme', maxLength: 30 })
    .filter((one) => one.isWellFormed() && !/\p{Cc}/u.test(one));
  const value = fc.oneof(text, fc.boolean(), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }));
  const extensions = fc.dictionary(
    fc.oneof(name, fc.constantFrom('subject', 'dataschema', 'constructor')),
    value,
    {
      maxKeys: 8,
      noNullPrototype: true,
    },
  );
  const cloudEvent = (id: string, more: JsonObject): JsonObject => ({
    specversion: '1.0',
    id,
    source: 'https://billing.example.com',
    type: 'com.example.billing.paid',
    time: TIME,
    datacontenttype: 'application/vnd.acme+json',
    ...more,
    data: DATA,
  });
  const asText = ({ data = null, ...attributes }: JsonObject): JsonObject => ({
    ...Object.fromEntries(Object.entries(attributes).map(([key, one]) => [key, String(one)])),
    data,
  });

  it('of what comes in structured goes out as it came, in binary mode as text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(extensions, { minLength: 1, maxLength: 5 }), async (all) => {
        const events = all.map((more) => cloudEvent(createId(), more));
        const got = await collect(() => app.post('/events', events, BATCH));
        const ofId = (a: JsonObject, b: JsonObject): number => String(a.id).localeCompare(String(b.id));
        const expected = events.toSorted(ofId);
        const structured = (got.cloudevents ?? []).map(({ body }) => JSON.parse(body) as JsonObject);
        expect(structured.toSorted(ofId)).toEqual(expected);
        const binary = (got['cloudevents-binary'] ?? []).map(readBinary);
        expect(binary.toSorted(ofId)).toEqual(expected.map(asText));
      }),
      { numRuns: 25 },
    );
  });

  it('of what comes in binary goes out as the text it came as, in either mode', async () => {
    await fc.assert(
      fc.asyncProperty(extensions, async (more) => {
        const event = asText(cloudEvent(createId(), more));
        const { data, datacontenttype, ...attributes } = event;
        const headers = Object.entries(attributes).map(([key, one]) => [
          `ce-${key}`,
          encodeHeaderValue(String(one)),
        ]);
        const got = await collect(() =>
          app.post('/events', JSON.stringify(data), {
            ...Object.fromEntries(headers),
            'content-type': String(datacontenttype),
          }),
        );
        expect(JSON.parse(got.cloudevents?.[0]?.body ?? '')).toEqual(event);
        const [binary] = got['cloudevents-binary'] ?? [];
        expect(binary && readBinary(binary)).toEqual(event);
      }),
      { numRuns: 25 },
    );
  });
});
