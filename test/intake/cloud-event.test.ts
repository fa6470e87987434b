import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildCatalogue } from '../../src/catalogue/build.ts';
import type { Json } from '../../src/event.ts';
import { toCloudEvent } from '../../src/intake/cloud-event.ts';
import type { Intaken } from '../../src/intake/intaken.ts';
import { createLookUp } from '../../src/intake/look-up.ts';
import { START } from '../helpers/held-clock.ts';
import { loadText } from '../helpers/load-text.ts';

const { catalogue } = buildCatalogue(
  loadText(`kind: EventSource
name: billing
cloudevents: { source: "https://*.example.com/billing", type: "com.example.*" }
events: { paid: { schema: { properties: { total: { type: number } } } } }
`).definitions,
);
const CONTEXT = {
  lookUp: createLookUp(catalogue),
  now: START,
  sender: null,
  nameCloudEvent: catalogue.nameCloudEvent,
  attributes: null,
};
const SENT = { specversion: '1.0', id: 'A-1', source: '/kong/crud', type: 'consumers', data: { a: 1 } };
const { data: _, ...BARE } = SENT;
/** What is kept of it besides. */
const ORIGIN = { source: SENT.source, type: SENT.type };
const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

function take(sent: Json): Intaken {
  return toCloudEvent(sent, CONTEXT);
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

describe('toCloudEvent()', () => {
  it('makes an event of it with the same id, and the time of its acceptance', () => {
    expect(take(SENT)).toEqual({
      kind: 'event',
      event: {
        id: 'A-1',
        source: 'crud',
        event: 'consumers',
        data: { a: 1 },
        time: '2026-01-01T00:00:00.000Z',
        attributes: { source: '/kong/crud', type: 'consumers' },
      },
    });
  });

  it('puts the source before the id where the pattern has a star', () => {
    expect(
      take({ ...SENT, source: 'https://eu.example.com/billing', type: 'com.example.paid', id: 'A 1' }),
    ).toMatchObject({
      event: {
        id: 'https://eu.example.com/billing A 1',
        source: 'billing',
        event: 'paid',
        attributes: { id: 'A 1', source: 'https://eu.example.com/billing', type: 'com.example.paid' },
      },
    });
  });

  it('has the trace of the request where the event has none', () => {
    const attributes = { traceparent: TRACEPARENT, tracestate: 'a=b' };
    expect(toCloudEvent(SENT, { ...CONTEXT, attributes })).toMatchObject({
      event: { attributes: { ...ORIGIN, ...attributes } },
    });
    const own = { traceparent: TRACEPARENT.replace('01', '00') };
    expect(toCloudEvent({ ...SENT, ...own }, { ...CONTEXT, attributes })).toEqual({
      kind: 'event',
      event: expect.objectContaining({ attributes: { ...ORIGIN, ...own } }),
    });
  });

  it('keeps attributes of 8 KiB and refuses more', () => {
    const size = JSON.stringify({ ...ORIGIN, subject: '' }).length;
    const fits = { ...SENT, subject: 'x'.repeat(8_192 - size) };
    expect(take(fits)).toMatchObject({ kind: 'event', event: { attributes: { subject: fits.subject } } });
    expect(take({ ...SENT, subject: `${fits.subject}x` })).toMatchObject({
      kind: 'refused',
      message: 'The attributes may have 8192 bytes of JSON in all: got 8193',
    });
    expect(take({ ...SENT, subject: 'ü'.repeat(4_096) })).toMatchObject({ kind: 'refused' });
  });

  it('puts the digest of a source before the id that is too long to stand there', () => {
    const source = `https://${'eu.'.repeat(80)}example.com/billing`;
    const taken = take({ ...SENT, source, type: 'com.example.paid', id: 'A 1' });
    expect(taken).toMatchObject({ event: { id: expect.stringMatching(/^sha256:[0-9a-f]{64} A 1$/) } });
  });

  it.each<[string, Json, object]>([
    ['a time', { ...SENT, time: '2018-04-05T17:31:00Z' }, { time: '2018-04-05T17:31:00Z' }],
    [
      'attributes that are null',
      { ...SENT, time: null, subject: null, traceparent: null },
      { attributes: ORIGIN },
    ],
    [
      'extensions of every type',
      { ...SENT, sampled: true, n: 5, half: 0.5, none: '', traceparent: '00-a' },
      { attributes: { ...ORIGIN, sampled: true, n: 5, half: 0.5, none: '', traceparent: '00-a' } },
    ],
    ['no data', BARE, { data: {} }],
    ['no data of another type', { ...BARE, datacontenttype: 'text/xml' }, { data: {}, attributes: ORIGIN }],
    [
      'data of a type of JSON',
      { ...SENT, datacontenttype: 'Application/Vnd.X+JSON; charset=utf-8' },
      {
        data: { a: 1 },
        attributes: { ...ORIGIN, datacontenttype: 'Application/Vnd.X+JSON; charset=utf-8' },
      },
    ],
    [
      'data of the type that goes without saying',
      { ...SENT, datacontenttype: 'application/json' },
      { attributes: ORIGIN },
    ],
    ['a type that is null', { ...SENT, datacontenttype: null }, { data: { a: 1 } }],
    ['data in base64', { ...BARE, data_base64: base64('{"b":2}') }, { data: { b: 2 } }],
    ['data in base64 that is null', { ...SENT, data_base64: null }, { data: { a: 1 } }],
    [
      'names objects have anyway',
      { ...SENT, constructor: 'a' },
      { attributes: { ...ORIGIN, constructor: 'a' } },
    ],
  ])('takes %s', (_what, sent, event) => {
    expect(take(sent)).toMatchObject({ kind: 'event', event });
  });

  it.each<[string, Json, string]>([
    [
      'an array',
      [SENT],
      'A CloudEvent must be an object {specversion, id, source, type, data}: got an array',
    ],
    ['null', null, 'got null'],
    ['no specversion', { ...SENT, specversion: null }, '"specversion" must be "1.0": got null'],
    ['another version', { ...SENT, specversion: '0.3' }, '"specversion" must be "1.0": got "0.3"'],
    ['a version that is a number', { ...SENT, specversion: 1 }, '"specversion" must be "1.0": got 1'],
    ['no id', { ...SENT, id: null }, '"id" must be a string: got null'],
    ['an empty id', { ...SENT, id: '' }, '"id" must be a string: got ""'],
    ['an id that is a number', { ...SENT, id: 7 }, '"id" must be a string: got 7'],
    ['a long id', { ...SENT, id: 'x'.repeat(257) }, '"id" must be a string of 1 to 256 characters'],
    ['no source', { ...SENT, source: null }, '"source" must be a URI reference'],
    ['an empty source', { ...SENT, source: '' }, '"source" must be a URI reference'],
    ['a source with a space', { ...SENT, source: '/a b' }, '"source" must be a URI reference'],
    ['a source with a newline', { ...SENT, source: '/a\nb' }, '"source" must be a URI reference'],
    [
      'a long source',
      { ...SENT, source: `/${'x'.repeat(1024)}` },
      '"source" must be a URI reference of 1 to 1024',
    ],
    ['half a character', { ...SENT, source: '/a\ud800' }, '"source" must be a URI reference'],
    ['no type', { ...SENT, type: null }, '"type" must be a string'],
    ['a type that is an object', { ...SENT, type: {} }, '"type" must be a string of 1 to 1024'],
    ['a type with a NUL', { ...SENT, type: 'a\0' }, '"type" must be a string of 1 to 1024 characters'],
    ['a time in words', { ...SENT, time: 'yesterday' }, '"time" must be a time as in'],
    ['a time that is a number', { ...SENT, time: 7 }, '"time" must be a time as in'],
    [
      'a key in capitals',
      { ...SENT, Data: {} },
      'Unknown key "Data": attributes have small letters and digits',
    ],
    ['a key with a dash', { ...SENT, 'trace-id': 'a' }, 'Unknown key "trace-id"'],
    [
      'an extension that is an object',
      { ...SENT, ext: { a: 1 } },
      '"ext" must be a string, a number or a boolean: got an object',
    ],
    [
      'an extension with a line break',
      { ...SENT, ext: 'a\nb' },
      '"ext" must be text without control characters',
    ],
    ['an extension of half a character', { ...SENT, ext: '\ud800' }, '"ext" must be text'],
    ['data that is null', { ...SENT, data: null }, '"data" must be an object: got null'],
    ['data that is text', { ...SENT, data: '{"a":1}' }, '"data" must be an object: got "{"a":1}"'],
    ['data that is an array', { ...SENT, data: [] }, '"data" must be an object: got an array'],
    [
      'data of XML',
      { ...SENT, datacontenttype: 'text/xml', data: '<a/>' },
      '"datacontenttype" must be application/json',
    ],
    [
      'data of a type no header can carry',
      { ...SENT, datacontenttype: 'application/ü+json' },
      '"datacontenttype" must be application/json',
    ],
    [
      'data in another charset',
      { ...SENT, datacontenttype: 'application/json; charset=latin1' },
      '"datacontenttype" must be',
    ],
    ['a content type that is a number', { ...SENT, datacontenttype: 5 }, '"datacontenttype" must be'],
    ['data twice', { ...SENT, data_base64: base64('{}') }, '"data" and "data_base64" cannot both be there'],
    ['what is no base64', { ...BARE, data_base64: '{"a":1}' }, '"data_base64" must be base64: got'],
    ['base64 for URLs', { ...BARE, data_base64: 'eyJhIjoi_w==' }, '"data_base64" must be base64'],
    ['base64 without its end', { ...BARE, data_base64: 'e30' }, '"data_base64" must be base64'],
    ['base64 that is a number', { ...BARE, data_base64: 7 }, '"data_base64" must be base64: got 7'],
    ['base64 of nothing', { ...BARE, data_base64: '' }, '"data_base64" must hold JSON: it is empty'],
    ['base64 of no JSON', { ...BARE, data_base64: base64('{a') }, '"data_base64" must hold JSON: column 2'],
    ['base64 of an array', { ...BARE, data_base64: base64('[]') }, '"data" must be an object: got an array'],
    [
      'base64 of XML',
      { ...BARE, datacontenttype: 'text/xml', data_base64: base64('<a/>') },
      '"datacontenttype" must be',
    ],
    ['an unknown source', { ...SENT, source: '/crut' }, "source 'crut' is not registered"],
    ['an unknown event', { ...SENT, type: 'consumer' }, "source 'crud' has no 'consumer' event"],
    [
      "Hookline's own source",
      { ...SENT, source: '/hookline', type: 'reconcile' },
      'Source "hookline" is reserved',
    ],
    [
      'a source without a path',
      { ...SENT, source: 'https://a' },
      'No source takes CloudEvents of source "https://a"',
    ],
    [
      'data outside its schema',
      { ...SENT, source: 'https://a.example.com/billing', type: 'com.example.paid', data: { total: 'x' } },
      '"data" does not fit the schema of billing paid: /total must be number',
    ],
  ])('refuses %s', (_what, sent, message) => {
    expect(take(sent)).toMatchObject({ kind: 'refused', message: expect.stringContaining(message) });
  });

  it('makes an event or a sentence of any JSON', () => {
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom('1.0', 'crud', '/crud', 'consumers', {}, null));
    const keys = [
      'specversion',
      'id',
      'source',
      'type',
      'time',
      'data',
      'data_base64',
      'datacontenttype',
    ] as const;
    const changed = fc.dictionary(fc.constantFrom(...keys, 'other'), value, { noNullPrototype: true });
    fc.assert(
      fc.property(changed, (changes) => {
        const taken = take({ ...SENT, ...changes } as Json);
        if (taken.kind === 'refused') expect(taken.message).not.toBe('');
        else expect(taken.event).toMatchObject({ source: 'crud', event: 'consumers' });
      }),
      { numRuns: 1_000 },
    );
  });
});
