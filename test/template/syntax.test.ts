import { describe, expect, it } from 'vitest';
import { compileTemplate } from '../../src/template/compile.ts';
import { refusalOf } from '../helpers/render-template.ts';

const LONG = 'some text that goes on for a while and then some more';

describe('the syntax of a template', () => {
  it.each([
    ['an expression that is not closed', '{{ some', 'the expression is not closed: "}}" is missing', 1, 4],
    ['one far into a text', `${LONG}\n${LONG} {{ some`, 'the expression is not closed', 2, LONG.length + 5],
    ['one after a comment of many lines', '{{!--\n\n--}}x{{ some', 'the expression is not closed', 3, 9],
    ['a block that is not closed', '{{#if a}}x', 'it ends in the middle of an expression or block', 1, 11],
    [
      'a block that ends as another',
      'a\n  {{#if x}}\n{{/each}}',
      'block "if" is closed by "{{/each}}"',
      2,
      6,
    ],
    ['an end without a block', `${LONG}{{/if}}`, 'unexpected "{{/"', 1, LONG.length + 1],
    ['a comment that is not closed', 'a\nbc{{!-- d', 'what starts here is not closed', 2, 3],
    [
      'a brace right after an expression',
      '{"a":{{b}}}',
      'unexpected "}}}": put a space after the "}}"',
      1,
      9,
    ],
    ['three braces closed by two', '{{{a}}', 'unexpected "}}"', 1, 5],
    ['an index without brackets', '{{list.0}}', 'unexpected "0": an index is written in brackets', 1, 8],
    ['a character that is none of a name', '{{a!}} {{b}}', 'unexpected "a!"', 1, 3],
    ['a text in quotes that is not closed', '{{default a "b}}', 'unexpected "\\"b"', 1, 13],
    ['nothing in an expression', '{{}}', 'unexpected "}}"', 1, 3],
    ['a named argument without a value', '{{a b=}}', 'unexpected "}}"', 1, 7],
    ['a path that goes out in its middle', 'x {{a/../b}}', 'Invalid path: a/..', 1, 5],
    ['NUL in the text', 'ab\0c', 'unexpected NUL', 1, 3],
    ['lines that end as on Windows', 'a\r\nb {{c', 'the expression is not closed', 2, 5],
  ])('refuses %s, with its place', (_what, text, message, line, column) => {
    const refusal = refusalOf(text);
    expect(refusal.message).toContain(message);
    expect(refusal).toMatchObject({ line, column });
  });

  it.each([
    ['blocks', '{{#if a}}', '{{/if}}'],
    ['else ifs', '{{#if a}}{{else if b}}', '{{/if}}'],
    ['inverted blocks', '{{^if a}}', '{{/if}}'],
    ['calls', '(not ', ')'],
  ])('refuses %s that nest without end, before they take time', (_what, open, close) => {
    const inside = open.repeat(20_000) + close.repeat(20_000);
    const text = open === '(not ' ? `{{not ${inside}}}` : inside;
    expect(refusalOf(text)).toMatchObject({ message: 'it nests deeper than 100 levels', line: 1 });
  });

  it('refuses a long chain of else ifs, which nest in each other', () => {
    const text = `\n{{#if a}}${'{{else if b}}'.repeat(20_000)}{{/if}}`;
    expect(refusalOf(text)).toMatchObject({ message: 'it nests deeper than 100 levels', line: 2 });
  });

  it('does not count what stands beside each other', () => {
    const text = '{{#if (not (not a))}}{{else if b}}{{else}}{{#each c}}x{{/each}}{{/if}}'.repeat(200);
    expect(() => compileTemplate(text, { escaping: 'raw' })).not.toThrow();
  });

  it('says what is wrong in a long text as in a short one', () => {
    const text = `${'{{a}} '.repeat(1_000)}{{!-- b`;
    expect(refusalOf(text)).toMatchObject({ message: 'what starts here is not closed', column: 6_001 });
  });
});
