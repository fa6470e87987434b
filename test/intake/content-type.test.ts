import { describe, expect, it } from 'vitest';
import { isCloudEventsType, isJsonType, toFormat } from '../../src/intake/content-type.ts';

describe('toFormat()', () => {
  it.each([
    ['application/json', 'json'],
    ['APPLICATION/JSON', 'json'],
    ['application/json; charset=utf-8', 'json'],
    ['application/json;charset="UTF-8"', 'json'],
    ['application/json; profile="a;b"', 'json'],
    ['application/x-ndjson', 'ndjson'],
    ['application/ndjson; charset=UTF-8', 'ndjson'],
    ['application/jsonl', 'ndjson'],
    ['application/cloudevents+json', 'cloudevent'],
    ['Application/CloudEvents+JSON; Charset="utf-8"', 'cloudevent'],
    ['application/cloudevents-batch+json', 'cloudevents'],
    ['APPLICATION/CLOUDEVENTS-BATCH+JSON;charset=UTF-8', 'cloudevents'],
    ['application/cloudevents', null],
    ['application/cloudevents+avro', null],
    ['application/cloudevents-batch+xml', null],
    ['application/cloudevents+json; charset=iso-8859-1', null],
    ['application/json; charset=utf-16', null],
    ['application/jsonp', null],
    ['text/json', null],
    ['', null],
    [';', null],
    [undefined, null],
  ])('reads %s as %s', (contentType, format) => {
    expect(toFormat(contentType)).toBe(format);
  });
});

describe('isCloudEventsType()', () => {
  it.each([
    ['application/cloudevents+json', true],
    ['APPLICATION/CLOUDEVENTS+avro', true],
    ['application/cloudevents-batch+xml; charset=x', true],
    ['application/cloudevents', true],
    ['application/json', false],
    ['text/application/cloudevents', false],
    [undefined, false],
  ])('%s: %s', (contentType, expected) => {
    expect(isCloudEventsType(contentType)).toBe(expected);
  });
});

describe('isJsonType()', () => {
  it.each([
    ['application/json', true],
    ['text/json', true],
    ['Application/Vnd.Acme.v1+JSON; charset=utf-8', true],
    ['application/json; charset=utf-16', false],
    ['application/jsonp', false],
    ['application/x-ndjson', false],
    ['json', false],
    ['application/+json', false],
    ['a/b/json', false],
    ['text/xml', false],
    ['', false],
  ])('%s: %s', (contentType, expected) => {
    expect(isJsonType(contentType)).toBe(expected);
  });
});
