import { describe, expect, it } from 'vitest';
import { encodePayload } from '../../src/deliver/encode-payload.ts';
import { RequestError, RequestHeaders } from '../../src/deliver/headers.ts';
import type { JsonObject } from '../../src/event.ts';

function encode(payload: JsonObject, contentType?: string): { readonly body: string; readonly type: string } {
  const headers = new RequestHeaders();
  if (contentType !== undefined) headers.set('Content-Type', contentType);
  const body = encodePayload(payload, headers);
  return { body, type: headers.get('content-type') ?? '' };
}

async function readForm({
  body,
  type,
}: {
  readonly body: string;
  readonly type: string;
}): Promise<readonly unknown[]> {
  return [...(await new Response(body, { headers: { 'content-type': type } }).formData())];
}

describe('encodePayload()', () => {
  it('makes JSON, and says so when nothing was said', () => {
    const payload = { a: { b: [1, null, 'é'] } };
    const body = JSON.stringify(payload);
    expect(encode(payload)).toEqual({ body, type: 'application/json' });
    expect(encode(payload, 'APPLICATION/JSON;charset=utf-8')).toEqual({
      body,
      type: 'APPLICATION/JSON;charset=utf-8',
    });
    expect(encode({}, 'application/json').body).toBe('{}');
  });

  it('makes a form, sorted by key and percent-encoded', () => {
    const payload = { foo: 'bar', bar: 'baz', 'k&=': 'a b+c%\r\né', list: [1], none: null };
    const encoded = encode(payload, 'application/x-www-form-urlencoded');
    expect(encoded.body).toBe('bar=baz&foo=bar&k%26%3D=a+b%2Bc%25%0D%0A%C3%A9&list=%5B1%5D&none=');
    expect(Object.fromEntries(new URLSearchParams(encoded.body))).toMatchObject({ 'k&=': 'a b+c%\r\né' });
  });

  it('makes multipart with a random boundary', async () => {
    const payload = { foo: 'bar', n: 1, 'na"me\r\n': 'a\r\n--b--' };
    const [one, other] = [encode(payload, 'multipart/form-data'), encode(payload, 'multipart/form-data')];
    expect(one.type).toMatch(/^multipart\/form-data; boundary=hookline-[0-9a-f]{32}$/);
    expect(one.type).not.toBe(other.type);
    expect(await readForm(one)).toEqual([
      ['foo', 'bar'],
      ['n', '1'],
      ['na"me\r\n', 'a\r\n--b--'],
    ]);
  });

  it.each(['multipart/form-data; boundary=Mine', 'multipart/form-data;charset=utf-8;BOUNDARY="Mine"'])(
    'keeps the boundary of %s',
    (type) => {
      expect(encode({ foo: 'bar' }, type)).toEqual({
        body: '--Mine\r\nContent-Disposition: form-data; name="foo"\r\n\r\nbar\r\n--Mine--\r\n',
        type,
      });
    },
  );

  it.each([{ a: 'x\r\n--Mine\r\nContent-Disposition: form-data; name="evil"\r\n\r\ny' }, { Mine: 'x' }])(
    'refuses what holds the boundary that was given: %j',
    (payload) => {
      expect(() => encode(payload, 'multipart/form-data; boundary=Mine')).toThrow(
        'Cannot encode the payload: a field holds the boundary "Mine"',
      );
    },
  );

  it.each(['text/plain', 'application/xml', ''])('refuses the content type %j', (type) => {
    expect(() => encode({ a: 1 }, type)).toThrow(RequestError);
  });
});
