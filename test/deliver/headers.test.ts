import { describe, expect, it } from 'vitest';
import { RequestError, RequestHeaders } from '../../src/deliver/headers.ts';
import { VERSION } from '../../src/version.ts';

describe('RequestHeaders', () => {
  it('say who sends, unless the definition does', () => {
    expect(new RequestHeaders().toObject()).toEqual({ 'user-agent': `hookline/${VERSION}` });
    expect(new RequestHeaders().set('User-Agent', 'mine').toObject()).toEqual({ 'user-agent': 'mine' });
  });

  it('hold one value for a name in any case, sent as it was first written', () => {
    const headers = new RequestHeaders()
      .set('Content-Type', 'text/plain')
      .set('content-type', 'application/json');
    expect(headers.get('CONTENT-TYPE')).toBe('application/json');
    expect(headers.toObject()).toEqual({
      'user-agent': expect.any(String),
      'Content-Type': 'application/json',
    });
  });

  it('take names that mean something to JavaScript', () => {
    const headers = new RequestHeaders().set('__proto__', 'a').set('constructor', 'b');
    expect(Object.entries(headers.toObject())).toEqual([
      ['user-agent', expect.any(String)],
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
    expect(headers.get('toString')).toBeUndefined();
  });

  it.each(['', 'plain', 'tab\there', 'caf\u00e9', '\u00ff', '~!@#$%^&*()'])('take the value %j', (value) => {
    expect(new RequestHeaders().set('x', value).get('x')).toBe(value);
  });

  it.each(['\r', '\n', '\0', 'a\r\nb: c', '\u007f', '\u0080\u0100', '日本', '😀', '\u2028'])(
    'refuse the value %j',
    (value) => {
      const set = (): unknown => new RequestHeaders().set('X-Name', `a${value}b`);
      expect(set).toThrow(RequestError);
      expect(set).toThrow(
        'Cannot set header "X-Name": its value has a line break, a NUL or a character outside Latin-1',
      );
    },
  );

  it.each([
    'Connection',
    'content-length',
    'Transfer-Encoding',
    'expect',
    'Keep-Alive',
    'TE',
    'Trailer',
    'Upgrade',
  ])('refuse %s, which belongs to the connection', (name) => {
    expect(() => new RequestHeaders().set(name, '1')).toThrow(
      `Cannot set header "${name}": it belongs to the connection`,
    );
  });
});
