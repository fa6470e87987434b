import { describe, expect, it } from 'vitest';
import {
  type CompiledFilter,
  compileFilter,
  isFilterMistake,
} from '../../src/reconcile/filter-expression.ts';
import { toHookEvent } from '../helpers/live-hook.ts';

function compile(expression: string): CompiledFilter {
  const compiled = compileFilter(expression);
  if (isFilterMistake(compiled)) throw new Error(compiled.message);
  return compiled;
}

describe('compileFilter()', () => {
  it.each([
    ['data.a +', 'Unexpected token', 8],
    ['foo == 1', 'Unknown variable: foo', 0],
    ['1 + 1', 'must be true or false', 0],
    ['data.a.matches("[")', 'missing closing ]', 0],
    ['', '', 0],
  ])('refuses %j', (expression, message, offset) => {
    const compiled = compileFilter(expression);
    expect(isFilterMistake(compiled)).toBe(true);
    expect(compiled).toMatchObject({ message: expect.stringContaining(message), offset });
  });

  it('reads data, event, source, id and time', () => {
    const { filter } = compile(
      'data.n == 1.0 && event == "consumers" && source == "crud" && id == "event-1" && time.startsWith("2026")',
    );
    expect(filter(toHookEvent({ data: { n: 1 } }))).toBe(true);
  });

  it('knows the fields an expression reads', () => {
    expect(compile('has(data.a) && data["odd-key"].b == 1 && data.list.exists(x, x.y == 1)').fields).toEqual([
      'a',
      'odd-key',
      'list',
    ]);
  });

  it('knows an expression that is the same for every event', () => {
    expect(compile('1 > 2').constant).toBe(false);
    expect(compile('data.n > 2').constant).toBeNull();
  });

  it('matches patterns in linear time that would keep a backtracking engine busy for ever', () => {
    const { filter } = compile('data.text.matches("^(a+)+$")');
    expect(filter(toHookEvent({ data: { text: `${'a'.repeat(50_000)}!` } }))).toBe(false);
    expect(filter(toHookEvent({ data: { text: 'aaa' } }))).toBe(true);
  });

  it('does not see prototypes', () => {
    expect(() => compile('data.constructor == 1').filter(toHookEvent({ data: {} }))).toThrow('No such key');
  });

  it('refuses an expression that nests without end', () => {
    expect(isFilterMistake(compileFilter(`${'('.repeat(10_000)}true${')'.repeat(10_000)}`))).toBe(true);
  });
});
