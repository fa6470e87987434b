import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_DEPTH, parseJson } from '../../src/intake/parse-json.ts';

describe('parseJson()', () => {
  it('reads any JSON value as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
        expect(parseJson(Buffer.from(JSON.stringify(value)))).toEqual({
          kind: 'parsed',
          value: JSON.parse(JSON.stringify(value)),
        });
      }),
    );
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(['parsed', 'invalid']).toContain(parseJson(Buffer.from(bytes)).kind);
      }),
    );
  });

  it.each([
    ['nothing', Buffer.alloc(0), 'it is empty'],
    ['half an object', Buffer.from('{"a":'), 'Cannot parse JSON body'],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'it is not UTF-8'],
    ['10,000 levels', Buffer.from('['.repeat(10_000) + ']'.repeat(10_000)), 'nests deeper'],
  ])('refuses %s', (_what, bytes, message) => {
    expect(parseJson(bytes)).toMatchObject({ kind: 'invalid', message: expect.stringContaining(message) });
  });

  it('counts brackets outside strings only', () => {
    const text = `"${'['.repeat(1000)}\\"${'{'.repeat(1000)}\\\\"`;
    expect(parseJson(Buffer.from(text)).kind).toBe('parsed');
    expect(parseJson(Buffer.from('['.repeat(MAX_DEPTH) + ']'.repeat(MAX_DEPTH))).kind).toBe('parsed');
  });

  it('keeps a key __proto__ a key', () => {
    const parsed = parseJson(Buffer.from('{"__proto__":{"polluted":true}}'));
    expect(parsed.kind === 'parsed' && Object.keys(parsed.value as object)).toEqual(['__proto__']);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});
