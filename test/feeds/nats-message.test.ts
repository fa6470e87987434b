import { CloudEvent, HTTP } from 'cloudevents';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/event.ts';
import { createMessageReader } from '../../src/feeds/nats-message.ts';
import { loadSource } from '../helpers/load-text.ts';

const TIME = '2026-01-31T12:00:00.000Z';
const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

interface Sent {
  readonly subject?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly data?: Json | Uint8Array;
}

/** Reads messages as a source does that says this of NATS, and more of itself. */
function createReader(nats = '', more = 'events: { invoice.paid: {}, paid: {} }') {
  const source = loadSource(
    `kind: EventSource\nname: billing\n${more}\nnats: { servers: a, subject: "billing.>", ${nats} }\n`,
  );
  if (source.nats === null) throw new Error('Cannot read messages of no NATS');
  const read = createMessageReader(source, source.nats);
  return ({ subject = 'billing.invoice.paid', headers = {}, data = {} }: Sent) =>
    read({
      subject,
      headers: Object.entries(headers),
      data:
        data instanceof Uint8Array
          ? data
          : Buffer.from(typeof data === 'string' ? data : JSON.stringify(data)),
      defaultId: 'default',
      time: TIME,
    });
}

/** What a message is refused for. */
function reasonOf(result: ReturnType<ReturnType<typeof createReader>>): string {
  return result.kind === 'refused' ? result.message : 'not refused';
}

describe('a message', () => {
  it('is an event with its JSON as data', () => {
    const read = createReader();
    expect(read({ data: { invoice: 7 } })).toEqual({
      kind: 'event',
      event: {
        id: 'default',
        source: 'billing',
        event: 'invoice.paid',
        data: { invoice: 7 },
        time: TIME,
        attributes: null,
      },
    });
  });

  it('has the trace its headers say', () => {
    const headers = { Traceparent: TRACEPARENT, tracestate: 'a=b' };
    expect(createReader()({ headers })).toMatchObject({
      event: { attributes: { traceparent: TRACEPARENT, tracestate: 'a=b' } },
    });
  });

  it.each<[what: string, nats: string, sent: Sent, id: string]>([
    ['its place in the stream', '', {}, 'default'],
    ['Nats-Msg-Id, in any case', '', { headers: { 'nats-MSG-id': 'm-1' } }, 'm-1'],
    ['a header it names', 'id: header:X-Id', { headers: { 'x-id': 'h-1', 'Nats-Msg-Id': 'm-1' } }, 'h-1'],
    ['a path it names', 'id: meta.id', { data: { meta: { id: 7 } } }, '7'],
    ['Nats-Msg-Id where the path leads nowhere', 'id: meta.id', { headers: { 'Nats-Msg-Id': 'm-1' } }, 'm-1'],
    ['its place where nothing has any', 'id: header:X-Id', { headers: { 'Nats-Msg-Id': '' } }, 'default'],
  ])('has the id of %s', (_what, nats, sent, id) => {
    expect(createReader(nats)(sent)).toMatchObject({ event: { id } });
  });

  it('without anything in it is an event without data', () => {
    expect(createReader()({ data: new Uint8Array() })).toMatchObject({ event: { data: {} } });
  });

  it.each<[data: Json | Uint8Array, reason: string]>([
    ['{"a":', 'A message must be JSON: column 6'],
    [Buffer.from([0x7b, 0xff, 0x7d]), 'A message must be JSON: it is not UTF-8'],
    ['{"a":1,"a":2}', 'A message must be JSON'],
    [[1], 'A message must be a JSON object: got an array'],
    ['null', 'A message must be a JSON object: got null'],
    [Buffer.alloc(1_048_577), 'A message may have 1048576 bytes: got 1048577'],
  ])('can be no event with %j', (data, reason) => {
    expect(reasonOf(createReader()({ data }))).toContain(reason);
  });

  it('is read with what else a header of it says, in a part of a larger buffer', () => {
    const whole = Buffer.from('xx{"a":1}xx');
    const headers = { 'content-type': 'text/plain', __proto__: 'a', constructor: 'b' };
    expect(createReader()({ data: whole.subarray(2, -2), headers })).toMatchObject({
      event: { data: { a: 1 } },
    });
  });

  it('says that nothing says which event it is', () => {
    expect(reasonOf(createReader('event: header:Event-Type')({}))).toBe(
      'Nothing says which event it is: looked for at header:Event-Type',
    );
  });
});

const EVENT = new CloudEvent({
  id: 'A-1',
  source: 'https://billing.example.com/eu',
  type: 'invoice.paid',
  subject: 'Zoë',
  time: '2026-01-30T12:00:00.000Z',
  data: { invoice: 7 },
});
const SHARED = 'https://billing.example.com/eu A-1';

describe('a CloudEvent in a message', () => {
  it.each<[mode: string, sent: Sent]>([
    ['structured', { headers: { 'content-type': 'application/cloudevents+json' }, data: EVENT.toString() }],
    ['structured, without a header that says so', { data: EVENT.toString() }],
    ['binary', { headers: HTTP.binary(EVENT).headers as Record<string, string>, data: { invoice: 7 } }],
    [
      'binary, in letters that are not encoded',
      {
        headers: {
          'CE-Id': 'A-1',
          'Ce-Source': EVENT.source,
          'ce-type': EVENT.type,
          'ce-specversion': '1.0',
          'ce-subject': 'Zoë',
          'ce-time': String(EVENT.time),
        },
        data: { invoice: 7 },
      },
    ],
  ])('is known in %s mode', (_mode, sent) => {
    expect(createReader()({ ...sent, subject: 'billing.x' })).toEqual({
      kind: 'event',
      event: {
        id: SHARED,
        source: 'billing',
        event: 'invoice.paid',
        data: { invoice: 7 },
        time: EVENT.time,
        attributes: expect.objectContaining({
          id: 'A-1',
          source: EVENT.source,
          type: EVENT.type,
          subject: 'Zoë',
        }),
      },
    });
  });

  it('has the trace its headers say, unless it says its own', () => {
    const sent = { headers: { traceparent: TRACEPARENT }, data: EVENT.toString() };
    expect(createReader()(sent)).toMatchObject({ event: { attributes: { traceparent: TRACEPARENT } } });
    const own = EVENT.cloneWith({ traceparent: TRACEPARENT.replace('-01', '-00') });
    expect(createReader()({ ...sent, data: own.toString() })).toMatchObject({
      event: { attributes: { traceparent: own.traceparent } },
    });
  });

  it('is called as the patterns of its source have it', () => {
    const read = createReader(
      '',
      'cloudevents: { source: "https://billing.example.com/eu", type: "com.example.*" }\nevents: { paid: { cloudevents: { type: invoice.paid } }, x: {} }',
    );
    expect(read({ data: EVENT.toString() })).toMatchObject({ event: { id: 'A-1', event: 'paid' } });
    expect(read({ data: EVENT.cloneWith({ type: 'com.example.x' }).toString() })).toMatchObject({
      event: { event: 'x' },
    });
    for (const other of [{ source: '/crud' }, { type: 'com.other.x' }])
      expect(reasonOf(read({ data: EVENT.cloneWith(other).toString() }))).toContain(
        '"cloudevents" of source "billing"',
      );
  });

  it.each<[what: string, sent: Sent, reason: string]>([
    [
      'in a batch',
      { headers: { 'content-type': 'application/cloudevents-batch+json' }, data: [] },
      'Cannot read content-type',
    ],
    [
      'of another version',
      { data: { ...EVENT.toJSON(), specversion: '0.3' } as Json },
      '"specversion" must be "1.0"',
    ],
    [
      'whose data is no JSON',
      {
        headers: { ...(HTTP.binary(EVENT).headers as Record<string, string>), 'content-type': 'text/xml' },
        data: {},
      },
      '"datacontenttype" must be',
    ],
    [
      'whose data is no object',
      { data: { ...EVENT.toJSON(), data: 'text' } as Json },
      '"data" must be an object',
    ],
    ['at no time', { data: { ...EVENT.toJSON(), time: 'noon' } as Json }, '"time" must be a time'],
    [
      'with a header that cannot be read',
      { headers: { 'ce-id': '%' }, data: {} },
      'Cannot read header "ce-id"',
    ],
  ])('is refused %s', (_what, sent, reason) => {
    expect(reasonOf(createReader()(sent))).toContain(reason);
  });

  it('is at the time it was published when it says none', () => {
    const { time: _time, ...event } = EVENT.toJSON();
    expect(createReader()({ data: event as Json })).toMatchObject({ event: { time: TIME } });
  });
});
