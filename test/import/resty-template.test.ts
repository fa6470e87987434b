import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { translateTemplate } from '../../src/import/resty-template.ts';
import { compileTemplate } from '../../src/template/compile.ts';
import { renderTemplate } from '../helpers/render-template.ts';

const EVENT = {
  operation: 'create',
  event: 'consumers',
  entity: { username: 'Ada', tags: ['a', 'b'], 'custom-id': 7, config: { limit: [5, 6] } },
};

/** What a template of the gateway shows of the event, once translated. */
function show(template: string): string {
  const { text, left } = translateTemplate(template);
  expect(left).toEqual([]);
  return renderTemplate(text, EVENT);
}

describe('translateTemplate()', () => {
  it.each([
    ['{{ entity.username }} {{operation}}d', 'Ada created'],
    ['{* entity.username *}', 'Ada'],
    ['{{ entity["custom-id"] }} {{ entity["username"] }}', '7 Ada'],
    ['{{ entity.config.limit[1] }}', '5'],
    ['{{ entity.nick or entity.username }}', 'Ada'],
    ['{{ entity.nick or "nobody" }}', 'nobody'],
    ['{{ "<" .. entity.username .. "|" .. operation .. ">" }}', '<Ada|create>'],
    ['{{ string.upper(operation) }} {{ entity.username:lower() }}', 'CREATE ada'],
    ['{{ tostring(entity["custom-id"]) }} {{ cjson.encode(entity.tags) }}', '7 ["a","b"]'],
    ['{% if operation == "create" then %}new{% else %}old{% end %}', 'new'],
    ["{% if operation ~= 'create' then %}old{% elseif entity.username then %}known{% end %}", 'known'],
    ['{% if entity.nick == nil and not entity.gone then %}plain{% end %}', 'plain'],
    ['{% if entity.nick ~= nil or entity.username ~= nil then %}named{% end %}', 'named'],
    ['{% for _, tag in ipairs(entity.tags) do %}<{{ tag }}>{% end %}', '<a><b>'],
    ['{% for i, tag in pairs(entity.tags) do %}{{ i }}={{ tag }} {% end %}', '0=a 1=b '],
    ['{% for _, t in ipairs(entity.tags) do %}{% if t == "a" then %}!{% end %}{% end %}', '!'],
    ['a{# nobody sees this #}b', 'ab'],
    ['{-raw-}{{ as it is }}{-raw-}', '{{ as it is }}'],
    ['{{ [[long]] }} {{ "a\\"b\\65" }} {{ 7 }}', 'long a"bA 7'],
    ['{"text": "{{operation}}"}', '{"text": "create"}'],
    ['{"a": {"b": {{ entity["custom-id"] }}}}', '{"a": {"b": 7}}'],
  ])('translates %s', (template, expected) => {
    expect(show(template)).toBe(expected);
  });

  it.each([
    ['{% local x = 1 %}', 'templates run no code'],
    ['{{ #entity.tags }}', 'the operator "#"'],
    ['{{ entity.a + 1 }}', 'the operator "+"'],
    ['{{ os.date() }}', 'a template cannot call "os.date"'],
    ['{{ entity:toString() }}', 'a template cannot call "entity.toString"'],
    ['{{ entity[operation] }}', 'a template cannot look up Identifier'],
    ['{{ not lua at all }}', 'is no expression of Lua'],
    ['{{ }}', 'is no expression of Lua'],
    ['{(header.html)}', 'templates include no others'],
    ['{% if a > 1 then %}x{% else %}y{% end %}', 'the operator ">"'],
    ['{% for i = 1, 3 do %}x{% end %}', 'templates run no code'],
  ])('leaves %s as it is, and says why', (template, why) => {
    const { text, left } = translateTemplate(template);
    expect(left).toEqual([expect.stringContaining(why)]);
    expect(renderTemplate(text, EVENT)).toBe(template);
  });

  it('leaves all of a template whose block has no end', () => {
    const template = '{% if operation then %}{{ operation }}';
    const { text, left } = translateTemplate(template);
    expect(left).toEqual([expect.stringContaining('does not compile')]);
    expect(renderTemplate(text, EVENT)).toBe(template);
  });

  it('makes a template that compiles of any text', () => {
    const piece = fc.constantFrom(
      '{{',
      '}}',
      '{%',
      '%}',
      '{*',
      '*}',
      ' if ',
      ' then',
      ' end ',
      'else',
      'a',
      '.',
      '"',
      '\\',
      ' or ',
      '{#',
      '{-raw-}',
      '(',
      '[',
      '\n',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        compileTemplate(translateTemplate(pieces.join('')).text, { escaping: 'raw' });
      }),
      { numRuns: 3_000 },
    );
  });

  it('shows text that is no template as it is', () => {
    const part = fc.constantFrom('{{', '\\', 'a', '{', '}', '\n', '{{{{');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const text = parts.join('').replaceAll(/\}(?=\})/g, '} ');
        expect(show(text)).toBe(text);
      }),
      { numRuns: 3_000 },
    );
  });
});
