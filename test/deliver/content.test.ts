import { CloudEvent, HTTP } from 'cloudevents';
import { describe, expect, it } from 'vitest';
import { type ContentEvent, toContent } from '../../src/deliver/content.ts';
import { toHookEvent } from '../helpers/live-hook.ts';

const EVENT = toHookEvent();
const ATTRIBUTES = {
  source: 'https://kong.example.com/crud',
  type: 'consumers',
  subject: 'größe "1" 100%',
  sampled: true,
  n: 5,
  none: '',
  constructor: 'x',
};

/** What a format makes of an event where no source is declared. */
function make(format: Parameters<typeof toContent>[0], event: ContentEvent): ReturnType<typeof toContent> {
  return toContent(format, event, () => null);
}

describe('toContent()', () => {
  it('has event and source beside the data in format kong, and nothing else that came with it', () => {
    expect(make('kong', { ...EVENT, attributes: ATTRIBUTES })).toEqual({
      contentType: 'application/json',
      headers: {},
      body: { operation: 'create', event: 'consumers', source: 'crud' },
    });
  });

  it('is a CloudEvent of its own where the event did not come as one', () => {
    expect(make('cloudevents', EVENT)).toEqual({
      contentType: 'application/cloudevents+json',
      headers: {},
      body: {
        specversion: '1.0',
        id: 'event-1',
        source: '/hookline/crud',
        type: 'consumers',
        time: EVENT.time,
        datacontenttype: 'application/json',
        data: EVENT.data,
      },
    });
  });

  it('is the CloudEvent as it came, every attribute of its type', () => {
    const { body } = make('cloudevents', { ...EVENT, attributes: { ...ATTRIBUTES, id: 'A 1' } });
    expect(body).toEqual({
      specversion: '1.0',
      time: EVENT.time,
      datacontenttype: 'application/json',
      ...ATTRIBUTES,
      id: 'A 1',
      data: EVENT.data,
    });
  });

  it('has attributes in headers in binary mode, encoded, and the type of the data for its own', () => {
    const attributes = { ...ATTRIBUTES, datacontenttype: 'application/vnd.acme+json' };
    expect(make('cloudevents-binary', { ...EVENT, attributes })).toEqual({
      contentType: 'application/vnd.acme+json',
      headers: {
        'ce-specversion': '1.0',
        'ce-id': 'event-1',
        'ce-source': 'https://kong.example.com/crud',
        'ce-type': 'consumers',
        'ce-time': EVENT.time,
        'ce-subject': 'gr%C3%B6%C3%9Fe%20%221%22%20100%25',
        'ce-sampled': 'true',
        'ce-n': '5',
        'ce-none': '',
        'ce-constructor': 'x',
      },
      body: EVENT.data,
    });
  });

  it('has a type where the event is not known', () => {
    expect(make('cloudevents', { ...EVENT, event: null }).body.type).toBe('test');
  });

  it.each(['cloudevents', 'cloudevents-binary'] as const)('is valid to the SDK in format %s', (format) => {
    const { contentType, headers, body } = make(format, { ...EVENT, attributes: { traceparent: '00-a' } });
    const received = HTTP.toEvent({
      headers: { 'content-type': contentType, ...headers },
      body: JSON.stringify(body),
    });
    expect(received).toMatchObject({ id: 'event-1', source: '/hookline/crud', traceparent: '00-a' });
    for (const event of [received].flat()) expect(() => new CloudEvent({ ...event })).not.toThrow();
  });
});
