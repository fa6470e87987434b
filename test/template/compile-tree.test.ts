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

  it('bounds what all its strings cost together', () => {
    const tree = { list: Array.from({ length: 1_000 }, () => '{{x}}') };
    const { render } = compileTree(tree, compileLeaf);
    expect(() => render(contextOf({ x: 'a'.repeat(5_000) }))).toThrow('make more than 4194304 characters');
    expect(render(contextOf({ x: 'a'.repeat(1_000) })).list).toHaveLength(1_000);
    const looping = { list: Array.from({ length: 100 }, () => '{{#each x}}{{/each}}') };
    const list = Array.from({ length: 2_000 }, () => 1);
    expect(() => compileTree(looping, compileLeaf).render(contextOf({ x: list }))).toThrow(
      'more than 100000 steps',
    );
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
