import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeHeaderValue, encodeHeaderValue } from '../../src/intake/header-value.ts';

function toPercent(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

/** A text with each byte of UTF-8 as a character, as Node has what came unencoded. */
function asBytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}

describe('decodeHeaderValue()', () => {
  it.each([
    ['plain', 'com.example.paid', 'com.example.paid'],
    ['nothing', '', ''],
    ['the example of the binding', 'Euro%20%E2%82%AC%20%F0%9F%98%80', 'Euro € 😀'],
    ['small hexadecimal digits', '%e2%82%ac', '€'],
    ['what need not be encoded', '%41%2f', 'A/'],
    ['one round only', '%2541', '%41'],
    ['one round only, twice', '%252541', '%2541'],
    ['spaces as older senders write them', 'a b', 'a b'],
    ['quotes in the middle', 'say "hi"', 'say "hi"'],
    ['a quoted string', '"a b"', 'a b'],
    ['an empty quoted string', '""', ''],
    ['escapes in a quoted string', String.raw`"a \"b\" \\ \c"`, String.raw`a "b" \ c`],
    ['percent after quotes', '"%22a%22"', '"a"'],
    ['an escaped percent sign', String.raw`"\%41"`, 'A'],
    ['a backslash outside quotes', String.raw`a\b`, String.raw`a\b`],
    ['UTF-8 that is not encoded', asBytes('größe €'), 'größe €'],
    ['UTF-8 half encoded', `${asBytes('€').slice(0, 1)}%82%AC`, '€'],
    ['a plus sign', 'a+b', 'a+b'],
    ['a NUL', '%00', '\0'],
  ])('decodes %s', (_what, value, text) => {
    expect(decodeHeaderValue(value)).toBe(text);
  });

  it.each([
    ['an overlong space', '%C0%A0'],
    ['an overlong slash', '%C0%AF'],
    ['an overlong NUL', '%E0%80%80'],
    ['half a surrogate pair', '%ED%A0%80'],
    ['more than Unicode has', '%F4%90%80%80'],
    ['half a character', '%E2%82'],
    ['a byte that begins nothing', '%FF'],
    ['Latin-1', 'gr\u00f6\u00dfe'],
    ['a percent sign alone', '%'],
    ['one digit', 'a%4'],
    ['no digits', '100% done'],
    ['what is no digit', '%4G'],
    ['a sign', '%+1'],
    ['a quote that does not end', '"a'],
    ['a quote that ends too early', '"a"b'],
    ['an escaped end', String.raw`"a\"`],
    ['one quote', '"'],
  ])('refuses %s', (_what, value) => {
    expect(decodeHeaderValue(value)).toBeNull();
  });

  it('gives back any text that was encoded, quoted or not', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(decodeHeaderValue(encodeHeaderValue(text))).toBe(text);
        expect(decodeHeaderValue(`"${encodeHeaderValue(text).replaceAll(/[\\"]/g, '\\$&')}"`)).toBe(text);
      }),
    );
  });

  it('gives back any text with every byte encoded', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(decodeHeaderValue([...Buffer.from(text)].map(toPercent).join(''))).toBe(text);
      }),
    );
  });

  it('makes well-formed text of any bytes, or nothing', () => {
    const byte = fc.oneof(fc.integer({ min: 0x20, max: 0xff }), fc.constantFrom(0x22, 0x25, 0x41, 0x5c));
    fc.assert(
      fc.property(fc.array(byte), (bytes) => {
        const decoded = decodeHeaderValue(String.fromCharCode(...bytes));
        expect(decoded === null || decoded.isWellFormed()).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('takes no longer for quotes and backslashes than for anything else', () => {
    const startedAt = performance.now();
    expect(decodeHeaderValue(`"${'\\"'.repeat(100_000)}`)).toBeNull();
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});

describe('encodeHeaderValue()', () => {
  it.each([
    ['plain', 'com.example.paid', 'com.example.paid'],
    ['nothing', '', ''],
    ['the example of the binding', 'Euro € 😀', 'Euro%20%E2%82%AC%20%F0%9F%98%80'],
    ['quotes and percent signs', '"100%"', '%22100%25%22'],
    ['what is printable and plain', "!#$&'()*+,-./:;<=>?@[\\]^_`{|}~", "!#$&'()*+,-./:;<=>?@[\\]^_`{|}~"],
    ['line breaks', 'a\r\nb: c', 'a%0D%0Ab:%20c'],
    ['DEL', '\u007f', '%7F'],
  ])('encodes %s', (_what, text, value) => {
    expect(encodeHeaderValue(text)).toBe(value);
  });

  it('makes printable ASCII of any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(encodeHeaderValue(text)).toMatch(/^[!#$&-~%]*$/);
      }),
    );
  });
});
