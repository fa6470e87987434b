import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_DEPTH, parseJson } from '../../src/intake/parse-json.ts';

function nest(levels: number): string {
  return '['.repeat(levels) + ']'.repeat(levels);
}

describe('parseJson()', () => {
  it('reads any JSON value as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8, stringUnit: 'binary' }), (value) => {
        const text = JSON.stringify(value);
        expect(parseJson(Buffer.from(text))).toEqual({ kind: 'parsed', value: JSON.parse(text) });
      }),
    );
  });

  it('refuses what JSON.parse refuses, and never throws', () => {
    const bytes = fc.oneof(
      fc.uint8Array().map((array) => Buffer.from(array)),
      fc.array(fc.constantFrom(...'{}[]",:\\ \n1ae')).map((chars) => Buffer.from(chars.join(''))),
    );
    fc.assert(
      fc.property(bytes, (body) => {
        const parsed = parseJson(body);
        if (parsed.kind === 'parsed')
          expect(parsed.value).toEqual(JSON.parse(body.toString('utf8').replace(/^\ufeff/, '')));
        else expect(parsed.message).toMatch(/^Cannot parse JSON body: ./);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['nothing', Buffer.alloc(0), 'it is empty'],
    ['a byte order mark alone', Buffer.from('\ufeff'), 'it is empty'],
    ['half an object', Buffer.from('{"a":'), 'column 6: expected a value, got the end'],
    [
      'a mistake on a later line',
      Buffer.from('{\n"a" 1\n}'),
      'line 2, column 5: expected ":" after a key, got "1"',
    ],
    ['a line with its newline', Buffer.from('{"a" 1}\r\n'), 'column 6: expected ":" after a key, got "1"'],
    ['a byte that is never UTF-8', Buffer.from([0x22, 0x61, 0xff, 0x22]), 'it is not UTF-8 from byte 3 on'],
    ['a character that is cut', Buffer.from([0x22, 0xe2, 0x82, 0x22]), 'it is not UTF-8 from byte 2 on'],
    ['a NUL', Buffer.from('{"a":1}\0'), 'column 8: expected the end, got "\\u0000"'],
    ['10,000 levels', Buffer.from(nest(10_000)), 'it nests deeper than 128 levels'],
    ['10,000 objects', Buffer.from('{"a":'.repeat(10_000)), 'it nests deeper than 128 levels'],
    ['a key that stands twice', Buffer.from('{"a":1,"a":1}'), 'column 8: key "a" stands twice in one object'],
    ['a number no double holds', Buffer.from('{"a":[1e999]}'), 'column 7: number 1e999 is larger'],
  ])('refuses %s', (_what, bytes, reason) => {
    expect(parseJson(bytes)).toEqual({
      kind: 'invalid',
      reason: expect.stringContaining(reason),
      message: expect.stringContaining(`Cannot parse JSON body: ${reason}`),
    });
  });

  it('counts brackets outside strings only', () => {
    const text = `"${'['.repeat(1000)}\\"${'{'.repeat(1000)}\\\\"`;
    expect(parseJson(Buffer.from(text)).kind).toBe('parsed');
    expect(parseJson(Buffer.from(nest(MAX_DEPTH))).kind).toBe('parsed');
    expect(parseJson(Buffer.from(nest(MAX_DEPTH + 1))).kind).toBe('invalid');
  });

  it('takes colons and quotes in strings for text', () => {
    const value = { 'a":"b': ':\\":', 'c\\': '":{' };
    expect(parseJson(Buffer.from(JSON.stringify(value)))).toEqual({ kind: 'parsed', value });
  });

  it('reads past a byte order mark', () => {
    expect(parseJson(Buffer.from('\ufeff{}'))).toEqual({ kind: 'parsed', value: {} });
  });

  it('keeps a key __proto__ a key', () => {
    const parsed = parseJson(Buffer.from('{"__proto__":{"polluted":true}}'));
    expect(parsed.kind === 'parsed' && Object.keys(parsed.value as object)).toEqual(['__proto__']);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});
