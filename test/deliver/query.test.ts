import { describe, expect, it } from 'vitest';
import { mergeQuery, toPairs } from '../../src/deliver/query.ts';

describe('toPairs()', () => {
  it('sorts by key and makes a text of every value', () => {
    const payload = {
      foo: 'bar',
      bar: 'baz',
      n: 1.5,
      yes: true,
      none: null,
      list: [1, 'a'],
      object: { a: null },
    };
    expect(toPairs(payload)).toEqual([
      ['bar', 'baz'],
      ['foo', 'bar'],
      ['list', '[1,"a"]'],
      ['n', '1.5'],
      ['none', ''],
      ['object', '{"a":null}'],
      ['yes', 'true'],
    ]);
  });
});

describe('mergeQuery()', () => {
  it.each([
    ['http://host/', 'http://host/?bar=baz&foo=bar'],
    ['http://host', 'http://host/?bar=baz&foo=bar'],
    ['http://host/path?own=1', 'http://host/path?own=1&bar=baz&foo=bar'],
    ['http://host/path?', 'http://host/path?bar=baz&foo=bar'],
    ['http://host/path?own=%20#part', 'http://host/path?own=%20&bar=baz&foo=bar#part'],
    ['http://user:pass@host:8080/?foo=own', 'http://user:pass@host:8080/?foo=own&bar=baz&foo=bar'],
  ])('adds a payload to %s', (url, merged) => {
    expect(mergeQuery(url, { foo: 'bar', bar: 'baz' })).toBe(merged);
  });

  it('leaves the URL alone when there is nothing to add', () => {
    expect(mergeQuery('http://host/?a=b', {})).toBe('http://host/?a=b');
  });

  it('encodes names and values, so that none can end another', () => {
    const payload = { 'a&b=c': 'd e+f', é: '日本/?#', half: '\ud800' };
    const merged = mergeQuery('http://host/', payload);
    expect(merged).toBe('http://host/?a%26b%3Dc=d%20e%2Bf&half=%EF%BF%BD&%C3%A9=%E6%97%A5%E6%9C%AC%2F%3F%23');
    expect(Object.fromEntries(new URL(merged).searchParams)).toEqual({ ...payload, half: '\ufffd' });
  });
});
