import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findJsonFault } from '../src/json-fault.ts';

/** JSON as people and programs write it, with whitespace anywhere. */
const jsonText = fc
  .tuple(fc.jsonValue({ maxDepth: 5, stringUnit: 'binary' }), fc.constantFrom(0, 2, '\t', ' \n\r'))
  .map(([value, space]) => JSON.stringify(value, null, space));

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('findJsonFault()', () => {
  it('finds nothing in JSON', () => {
    fc.assert(
      fc.property(jsonText, (text) => {
        expect(findJsonFault(text)).toBeNull();
      }),
      { numRuns: 300 },
    );
  });

  it('finds something in every text JSON.parse refuses', () => {
    const spoilt = fc
      .tuple(
        jsonText,
        fc.nat(),
        fc.constantFrom('', ',', '"', '}', '[', ':', '\\', '0', '-', 'e', ' ', '\u0001'),
      )
      .map(([text, at, put]) => {
        const cut = at % (text.length + 1);
        return text.slice(0, cut) + put + text.slice(cut + 1);
      });
    fc.assert(
      fc.property(
        fc.oneof(
          spoilt,
          fc.string(),
          fc.json().map((text) => text.slice(1)),
        ),
        (text) => {
          if (!isJson(text)) expect(findJsonFault(text)).not.toBeNull();
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([
    ['', 1, 'expected a value, got the end'],
    ['{', 2, 'expected a key in double quotes, got the end'],
    ['{"a":', 6, 'expected a value, got the end'],
    ['{"a" 1}', 6, 'expected ":" after a key, got "1"'],
    ['{"a":1,}', 7, 'remove this comma: nothing follows it but "}"'],
    ["{'a':1}", 2, 'expected a key in double quotes, got "\'"'],
    ['{"a":1 "b":2}', 8, 'expected "," or "}", got "\\""'],
    ['[1,]', 3, 'remove this comma: nothing follows it but "]"'],
    ['[1 2]', 4, 'expected "," or "]", got "2"'],
    ['[1}', 3, 'expected "," or "]", got "}"'],
    ['nul', 1, 'expected a value, got "n"'],
    ['NaN', 1, 'expected a value, got "N"'],
    ['01', 2, 'expected the end, got "1"'],
    ['1.', 2, 'expected the end, got "."'],
    ['-', 1, 'expected a value, got "-"'],
    ['1 2', 3, 'expected the end, got "2"'],
    ['{}}', 3, 'expected the end, got "}"'],
    ['"a', 1, 'a string has no end'],
    ['"a\tb"', 3, 'a control character stands in a string: escape it'],
    ['"a\\x"', 3, 'a backslash starts no escape of JSON'],
    ['"\\u12"', 2, 'a backslash starts no escape of JSON'],
    ['\u{1f600}', 1, 'expected a value, got "\u{1f600}"'],
  ])('says of %j that at column %i', (text, column, message) => {
    expect(findJsonFault(text)).toEqual({ line: 1, column, message });
  });

  it('counts lines and columns from 1', () => {
    expect(findJsonFault('{\n  "a": 1,\n  b: 2\n}')).toMatchObject({ line: 3, column: 3 });
  });

  it('finds a key that stands twice in one object, however it is written', () => {
    expect(findJsonFault('{"a":{"b":1},"c":{"b":1,"\\u0062":2}}')).toEqual({
      line: 1,
      column: 25,
      message: 'key "b" stands twice in one object',
    });
    expect(findJsonFault('{"__proto__":1,"__proto__":2}')).toMatchObject({ column: 16 });
    expect(findJsonFault('[{"a":1},{"a":1}]')).toBeNull();
  });

  it('finds a number no double holds', () => {
    expect(findJsonFault('[1e308,-1e309]')).toEqual({
      line: 1,
      column: 8,
      message: 'number -1e309 is larger than any that can be kept',
    });
  });
});
