import { describe, expect, it } from 'vitest';
import { toFormat } from '../../src/intake/content-type.ts';

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
