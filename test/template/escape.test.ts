import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderTemplate } from '../helpers/render-template.ts';

const QUOTED = `say "hi" \\ now\n\u0000`;

describe('escaping', () => {
  it('leaves a payload string to whoever encodes the payload', () => {
    expect(renderTemplate('{{text}} {{tree}}', { text: QUOTED, tree: { a: '"' } }, 'raw')).toBe(
      `${QUOTED} {"a":"\\""}`,
    );
  });

  it.each([
    ['inside a string', '{"a":"<{{text}}>"}', { text: QUOTED }, { a: `<${QUOTED}>` }],
    ['in a key', '{"{{text}}":1}', { text: QUOTED }, { [QUOTED]: 1 }],
    [
      'numbers and booleans outside strings',
      '{"a":{{n}},"b":{{t}} }',
      { n: 1.5, t: true },
      { a: 1.5, b: true },
    ],
    ['an object outside strings', '{"a":{{tree}} }', { tree: { b: ['"'] } }, { a: { b: ['"'] } }],
    ['an object inside a string', '{"a":"{{tree}}"}', { tree: { b: '"' } }, { a: '{"b":"\\""}' }],
    [
      'json outside strings',
      '{"a":{{json text}},"b":{{json none}} }',
      { text: QUOTED },
      { a: QUOTED, b: null },
    ],
    ['json inside a string', '{"a":"{{json tree}}"}', { tree: { b: '"' } }, { a: '{"b":"\\""}' }],
    ['after an escaped quote', '{"a":"\\"{{text}}"}', { text: QUOTED }, { a: `"${QUOTED}` }],
    [
      'after a backslash and an expression',
      '{"a":"{{text}}\\\\{{text}}"}',
      { text: QUOTED },
      { a: `${QUOTED}\\${QUOTED}` },
    ],
    ['nothing after a backslash', '{"a":"\\\\{{none}}"}', {}, { a: '\\' }],
    [
      'over blocks',
      '{"a":"{{#if t}}{{text}}{{/if}}","b":{{#if t}}{{tree}}{{/if}} }',
      { t: 1, text: '"', tree: [] },
      { a: '"', b: [] },
    ],
    [
      'in each item',
      '{"a":[{{#each list}}"{{this}}"{{#unless @last}},{{/unless}}{{/each}}]}',
      { list: ['"', '\\'] },
      { a: ['"', '\\'] },
    ],
    [
      'a value that ends in a backslash',
      '{"a":"{{text}}","b":"{{text}}"}',
      { text: '\\' },
      { a: '\\', b: '\\' },
    ],
  ])('makes JSON of a JSON body: %s', (_what, text, context, expected) => {
    expect(JSON.parse(renderTemplate(text, context, 'json'))).toEqual(expected);
  });

  it('escapes text outside the strings of a JSON body too, so that it can start none', () => {
    expect(renderTemplate('{"a":{{text}} }', { text: '1,"b":2' }, 'json')).toBe('{"a":1,\\"b\\":2 }');
  });

  it('lets no value end the string it stands in, whatever stands before it', () => {
    const attack = '","admin":true,"x":"';
    fc.assert(
      fc.property(fc.array(fc.constantFrom('\\', '"', '{{text}}', '{{{none}}}', '{{! }}', 'a')), (pieces) => {
        const template = `{"a":"${pieces.join('')}{{text}}"}`;
        const harmless = parse(renderTemplate(template, { text: PLAIN }, 'json'));
        const attacked = parse(renderTemplate(template, { text: attack }, 'json'));
        // What is JSON with a plain value is the same JSON with any other.
        if (harmless !== null) expect(attacked).toEqual(replaceDeep(harmless, attack));
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['a=<b> & "c"/d', 'a%3D%3Cb%3E+%26+%22c%22%2Fd'],
    ['ü😀', '%C3%BC%F0%9F%98%80'],
    ['\r\n\u0000', '%0D%0A%00'],
  ])('percent-encodes %j in a form body', (text, expected) => {
    expect(renderTemplate('v={{text}}', { text }, 'form')).toBe(`v=${expected}`);
  });

  it('percent-encodes JSON in a form body', () => {
    const body = renderTemplate('v={{tree}}&w={{json tree}}', { tree: { a: '&' } }, 'form');
    expect([...new URLSearchParams(body)]).toEqual([
      ['v', '{"a":"&"}'],
      ['w', '{"a":"&"}'],
    ]);
  });

  it.each(['raw', 'json', 'form'] as const)('leaves three braces alone in %s', (escaping) => {
    expect(renderTemplate('"{{{text}}}"', { text: '"&\n' }, escaping)).toBe('""&\n"');
    expect(renderTemplate('"{{{json text}}}"', { text: '&' }, escaping)).toBe('""&""');
  });

  it('gives back any text from the strings of a JSON body', () => {
    const texts = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(texts, texts, (a, b) => {
        const body = renderTemplate(
          '{"{{a}}":["{{b}}","x{{a}}{{b}}y"],"n":"{{{c}}}"}',
          { a, b, c: 'c' },
          'json',
        );
        const expected = JSON.parse(`{${JSON.stringify(a)}:${JSON.stringify([b, `x${a}${b}y`])},"n":"c"}`);
        expect(JSON.parse(body)).toEqual(expected);
      }),
    );
  });

  it('gives back any JSON value outside the strings of a JSON body', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const context = JSON.parse(JSON.stringify({ value }));
        expect(JSON.parse(renderTemplate('{"value":{{json value}} }', context, 'json'))).toEqual(context);
      }),
    );
  });

  it('gives back any text from a form body', () => {
    const texts = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(texts, texts, (a, b) => {
        const body = renderTemplate('a={{a}}&b={{b}}', { a, b }, 'form');
        expect([...new URLSearchParams(body)]).toEqual([
          ['a', a],
          ['b', b],
        ]);
      }),
    );
  });
});

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A value nothing in a template is like, and that JSON takes after a backslash too. */
const PLAIN = 'b';

/** The same JSON with the plain value replaced wherever it stands. */
function replaceDeep(value: unknown, by: string): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll(PLAIN, JSON.stringify(by).slice(1, -1)));
}
