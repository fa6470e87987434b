import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileTemplate } from '../../src/template/compile.ts';
import { TemplateRenderError } from '../../src/template/render-cost.ts';
import { TemplateError } from '../../src/template/template.ts';
import { contextOf, renderTemplate } from '../helpers/render-template.ts';
import { templateTexts } from '../helpers/template-texts.ts';

const CONTEXT = {
  operation: 'create',
  some: 'data',
  count: 3,
  active: true,
  nothing: null,
  tags: ['a', 1],
  entity: { username: `a/b & "c" <d> 'e'` },
};

describe('compileTemplate()', () => {
  it.each([
    ['nothing of HTML is escaped', '{{entity.username}}', `a/b & "c" <d> 'e'`],
    ['a missing value is empty', '[{{missing}}{{entity.nope}}]', '[]'],
    ['a missing parent is empty', '[{{nope.deep}}{{nope.deep.deeper}}{{some.deep}}]', '[]'],
    ['null is empty', '[{{nothing}}]', '[]'],
    ['a number', '{{count}}', '3'],
    ['a boolean', '{{active}}', 'true'],
    ['an object is JSON', '{{entity}}', `{"username":"a/b & \\"c\\" <d> 'e'"}`],
    ['a list is JSON', '{{tags}}', '["a",1]'],
    ['an item of a list', '{{tags.[0]}}{{tags.[1]}}{{tags.[2]}}', 'a1'],
    ['text may follow at once', '{{ operation }}d', 'created'],
    [
      'nested JSON braces are text',
      '{ "a": { "b": "{{some}}" }, "c": {} }',
      '{ "a": { "b": "data" }, "c": {} }',
    ],
    [
      "the reference's body",
      '{ "some {{ some }}": "arbitrary body {{ some }}" }',
      '{ "some data": "arbitrary body data" }',
    ],
    ['three braces are raw', '{{{entity.username}}}', `a/b & "c" <d> 'e'`],
    ['an ampersand is raw', '{{&some}}', 'data'],
    ['a comment is nothing', 'a{{! b }}{{!-- {{c}} --}}d', 'ad'],
    ['a backslash keeps an expression as it is', '\\{{x}}', '{{x}}'],
    ['white space is taken away by tildes', 'a {{~some~}} b', 'adatab'],
    ['single braces and percent signs are text', '{x} {% if %} {*y*} {# z #}', '{x} {% if %} {*y*} {# z #}'],
    ['no template at all', 'plain text', 'plain text'],
    ['no text at all', '', ''],
  ])('%s', (_what, text, expected) => {
    expect(renderTemplate(text, CONTEXT)).toBe(expected);
  });

  it("renders the reference's own example", () => {
    const text =
      'Admin account `{{ entity.username }}` {{ operation }}d; email address set to `{{ entity.email }}`';
    const context = { operation: 'update', entity: { username: 'jane', email: 'j@example.org' } };
    expect(renderTemplate(text, context)).toBe(
      'Admin account `jane` updated; email address set to `j@example.org`',
    );
  });

  it('renders the same template for one event after another', () => {
    const template = compileTemplate('{{#each list}}{{this}}{{/each}}', { escaping: 'raw' });
    expect(template.render(contextOf({ list: [1, 2] }))).toBe('12');
    expect(template.render(contextOf({ list: [3] }))).toBe('3');
  });

  it('compiles any text, or refuses it with a place inside it', () => {
    fc.assert(
      fc.property(templateTexts(), (text) => {
        const error = catchError(() => compileTemplate(text, { escaping: 'json' }));
        if (error === null) return;
        expect(error).toBeInstanceOf(TemplateError);
        const { line, column } = error as TemplateError;
        const lines = text.split(/\r\n?|\n/);
        expect(lines[line - 1], `line ${line} of ${JSON.stringify(text)}`).toBeDefined();
        expect(column).toBeGreaterThanOrEqual(1);
        expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 1);
      }),
      { numRuns: 2_000 },
    );
  });

  it('renders whatever compiles against any data, or says that it was too much', () => {
    fc.assert(
      fc.property(
        templateTexts(),
        fc.dictionary(fc.constantFrom('a', 'b', 'list'), fc.jsonValue()),
        (text, data) => {
          const context = JSON.parse(JSON.stringify(data));
          for (const escaping of ['raw', 'json', 'form'] as const) {
            const error = catchError(() => renderTemplate(text, context, escaping));
            if (error !== null && !(error instanceof TemplateError))
              expect(error).toBeInstanceOf(TemplateRenderError);
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

function catchError(run: () => unknown): unknown {
  try {
    run();
    return null;
  } catch (error) {
    return error;
  }
}
