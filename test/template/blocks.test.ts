import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/event.ts';
import { refusalOf, renderTemplate } from '../helpers/render-template.ts';

const CONTEXT: JsonObject = {
  yes: true,
  no: false,
  zero: 0,
  name: 'Jane',
  list: ['a', 'b', 'c'],
  nothing: [],
  tree: { x: 1, y: 2 },
  rows: [
    { id: 1, cells: ['p', 'q'] },
    { id: 2, cells: [] },
  ],
};

describe('blocks', () => {
  it.each([
    ['if', '{{#if yes}}1{{/if}}{{#if no}}2{{/if}}', '1'],
    ['if without a value', '{{#if missing.deep}}1{{else}}2{{/if}}', '2'],
    [
      'if with 0, empty text and an empty list',
      '{{#if zero}}1{{/if}}{{#if ""}}2{{/if}}{{#if nothing}}3{{/if}}{{#if tree}}4{{/if}}',
      '4',
    ],
    ['else', '{{#if no}}1{{else}}2{{/if}}{{#if no}}1{{^}}3{{/if}}', '23'],
    ['else if', '{{#if no}}1{{else if zero}}2{{else if yes}}3{{else}}4{{/if}}', '3'],
    ['an inverted if', '{{^if no}}1{{/if}}{{^if yes}}2{{/if}}{{^if yes}}3{{else}}4{{/if}}', '14'],
    ['unless', '{{#unless no}}1{{/unless}}{{#unless yes}}2{{else}}3{{/unless}}', '13'],
    ['with', '{{#with tree}}{{x}}{{y}}{{name}}{{../name}}{{/with}}', '12Jane'],
    ['with nothing', '{{#with missing}}1{{else}}2{{/with}}{{#with nothing}}3{{/with}}', '2'],
    [
      'with a parameter',
      '{{#with tree as |t|}}{{t.x}}{{#with ../rows.[0]}}{{t.y}}{{id}}{{/with}}{{/with}}',
      '121',
    ],
    ['an inverted with', '{{^with missing}}1{{/with}}{{^with tree}}2{{/with}}', '1'],
    ['each over a list', '{{#each list}}{{this}}{{@index}}{{@key}} {{/each}}', 'a00 b11 c22 '],
    ['each over an object', '{{#each tree}}{{@key}}={{this}}@{{@index}} {{/each}}', 'x=1@0 y=2@1 '],
    [
      'the first and the last',
      '{{#each list}}{{#if @first}}[{{/if}}{{this}}{{#unless @last}},{{else}}]{{/unless}}{{/each}}',
      '[a,b,c]',
    ],
    [
      'each over nothing',
      '{{#each nothing}}1{{else}}2{{/each}}{{#each missing}}1{{else}}3{{/each}}{{#each name}}1{{else}}4{{/each}}',
      '234',
    ],
    ['an inverted each', '{{^each nothing}}1{{/each}}{{^each list}}2{{else}}{{this}}{{/each}}', '1abc'],
    ['else each', '{{#if no}}{{else each list}}{{this}}{{/if}}', 'abc'],
    ['each with parameters', '{{#each list as |item index|}}{{index}}{{item}}{{/each}}', '0a1b2c'],
    ['each over an object with parameters', '{{#each tree as |value key|}}{{key}}{{value}}{{/each}}', 'x1y2'],
    [
      'each within each',
      '{{#each rows}}{{#each cells}}{{../id}}{{this}}{{@index}}{{@../index}} {{/each}}{{/each}}',
      '1p00 1q10 ',
    ],
    [
      'loops further out, through with and if',
      '{{#each rows}}{{#if id}}{{#with this}}{{@index}}{{#each cells}}{{@../last}}{{/each}}{{/with}}{{/if}}{{/each}}',
      '0falsefalse1',
    ],
    ['the root from anywhere', '{{#each rows}}{{#each cells}}{{@root.name}}{{/each}}{{/each}}', 'JaneJane'],
    [
      'parameters from further out',
      '{{#each rows as |row|}}{{#each row.cells as |cell|}}{{row.id}}{{cell}}{{/each}}{{/each}}',
      '1p1q',
    ],
    [
      'an inner parameter over an outer one',
      '{{#each list as |x|}}{{#with ../tree as |x|}}{{x.x}}{{/with}}{{x}}{{/each}}',
      '1a1b1c',
    ],
    ['a parameter whose name starts with this', '{{#each list as |thisItem|}}{{thisItem}}{{/each}}', 'abc'],
    ['a field and a parameter of one name', '{{#with tree as |x|}}{{x.y}}{{./x}}{{this.x}}{{/with}}', '211'],
    [
      'a helper as the subject',
      '{{#with (default missing tree)}}{{x}}{{/with}}{{#if (not no)}}1{{/if}}',
      '11',
    ],
    ['lines of their own leave none behind', 'a\n{{#if yes}}\nb\n{{/if}}\nc', 'a\nb\nc'],
  ])('%s', (_what, text, expected) => {
    expect(renderTemplate(text, CONTEXT)).toBe(expected);
  });

  it.each([
    ['{{#foo}}{{/foo}}', 'unknown block "foo"; known are if, unless, each, with', 1, 1],
    ['a\n {{#constructor name}}{{/constructor}}', 'unknown block "constructor"', 2, 2],
    ['{{#json name}}{{/json}}', 'unknown block "json"', 1, 1],
    ['{{^name}}{{/name}}', 'unknown block "name"', 1, 1],
    ['{{{{raw}}}} {{x}} {{{{/raw}}}}', 'unknown block "raw"', 1, 1],
    ['{{#if}}{{/if}}', 'block "if" takes 1 argument: got 0', 1, 1],
    ['{{#if yes no}}{{/if}}', 'block "if" takes 1 argument: got 2', 1, 1],
    ['{{#each list sort=yes}}{{/each}}', 'named arguments are not supported', 1, 1],
    ['{{#if yes}}{{else foo no}}{{/if}}', 'unknown block "foo"', 1, 12],
    ['{{#if yes}}\n{{shout name}}{{/if}}', 'unknown helper "shout"', 2, 3],
    ['{{^each list}}{{else}}{{shout this}}{{/each}}', 'unknown helper "shout"', 1, 25],
  ])('refuse %j', (text, message, line, column) => {
    const refusal = refusalOf(text);
    expect(refusal.message).toContain(message);
    expect(refusal).toMatchObject({ line, column });
  });
});
