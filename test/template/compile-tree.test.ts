import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/event.ts';
import { compileTemplate, compileTree } from '../../src/template/compile.ts';
import { contextOf } from '../helpers/render-template.ts';

const compileLeaf = (text: string) => compileTemplate(text, { escaping: 'raw' });

describe('compileTree()', () => {
  it('renders the strings of a tree at any depth, and nothing else', () => {
    const tree = {
      'a {{x}}': '{{x}}',
      list: ['{{x}}', 1, null, { deep: '<{{x}}>' }],
      yes: true,
      none: null,
      empty: {},
    };
    expect(compileTree(tree, compileLeaf).render(contextOf({ x: '"&' }))).toEqual({
      'a {{x}}': '"&',
      list: ['"&', 1, null, { deep: '<"&>' }],
      yes: true,
      none: null,
      empty: {},
    });
  });

  it('leaves the tree it was made of as it is', () => {
    const tree = { list: ['{{x}}'] };
    compileTree(tree, compileLeaf).render(contextOf({ x: 1 }));
    expect(tree).toEqual({ list: ['{{x}}'] });
  });

  it('tells where each string stands', () => {
    const seen: [string, readonly (string | number)[]][] = [];
    compileTree({ a: 'one', b: [{ 'c.d': 'two' }, 'three'], n: 1 }, (text, path) => {
      seen.push([text, path]);
      return null;
    });
    expect(seen).toEqual([
      ['one', ['a']],
      ['two', ['b', 0, 'c.d']],
      ['three', ['b', 1]],
    ]);
  });

  it('leaves strings alone that are no templates', () => {
    expect(compileTree({ a: '{{x}}' }, () => null).render(contextOf({ x: 1 }))).toEqual({ a: '{{x}}' });
  });

  it('takes a key of any name', () => {
    const tree = JSON.parse('{"__proto__":"{{x}}","constructor":"{{x}}"}') as JsonObject;
    const rendered = compileTree(tree, compileLeaf).render(contextOf({ x: 1 }));
    expect(JSON.stringify(rendered)).toBe('{"__proto__":"1","constructor":"1"}');
  });
});
