import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/event.ts';
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

function ones(count: number): number[] {
  return Array.from({ length: count }, () => 1);
}

function texts(count: number, text: string): string[] {
  return Array.from({ length: count }, () => text);
}

function things(count: number): JsonObject[] {
  return Array.from({ length: count }, (_, n) => ({ kind: n % 2 === 0 ? 'a' : 'b', n }));
}

/** Data of an event of 1 MiB: a long text and long lists. */
function big(): JsonObject {
  return { a: ones(20_000), b: [...ones(19_999), 2], t: 'a'.repeat(500_000) };
}

/** An expression that doubles what it begins with so many times. */
function bind(times: number, first: string): string {
  const names = Array.from({ length: times }, (_, index) => `x${index}`);
  return names.reduceRight(
    (inner, name, index) =>
      `cel.bind(${name}, ${index === 0 ? first : `x${index - 1} + x${index - 1}`}, ${inner})`,
    `x${times - 1}`,
  );
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

  it.each(['😀', 'a"\\\'b', '\n\r\t\0\x7f\u2028', 'é', ''])(
    'compares with any text that is written out: %j',
    (text) => {
      const event = toHookEvent({ data: { text } });
      const points = [...text].map(
        (char) => `\\U${(char.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`,
      );
      expect(compile(`data.text == "${points.join('')}"`).filter(event)).toBe(true);
      expect(compile(`data.text in [${JSON.stringify(text)}]`).filter(event)).toBe(true);
      expect(compile(`{${JSON.stringify(text)}: 1}[data.text] == 1`).filter(event)).toBe(true);
    },
  );

  it('knows an expression that is the same for every event', () => {
    expect(compile('1 > 2').constant).toBe(false);
    expect(compile('data.n > 2').constant).toBeNull();
  });

  it('matches patterns in linear time that would keep a backtracking engine busy for ever', () => {
    const { filter } = compile('data.text.matches("^(a+)+$")');
    expect(filter(toHookEvent({ data: { text: `${'a'.repeat(50_000)}!` } }))).toBe(false);
    expect(filter(toHookEvent({ data: { text: 'aaa' } }))).toBe(true);
  });

  it.each<readonly [string, string, object]>([
    ['one list within another', 'data.a.all(x, data.a.all(y, x == y))', { a: ones(1_000) }],
    [
      'one list within another, where each look is an error',
      'data.a.exists(x, data.a.exists(y, y.b == 1))',
      { a: ones(1_000) },
    ],
    ['errors that "or" forgives', 'data.a.exists(x, x.b == 1 || x.b == 2)', { a: ones(200_000) }],
    ['a text that is looked through for each of a list', 'data.a.all(x, !data.t.contains("b"))', big()],
    ['a text that is split for each of a list', 'data.a.all(x, data.t.split("").size() > 0)', big()],
    ['lists that are compared for each of a list', 'data.a.all(x, data.a != data.b)', big()],
    ['a list that is looked through for each of a list', 'data.a.all(x, !(2.0 in data.a))', big()],
    ['texts that are joined for each of a list', 'data.a.map(x, data.t).join("").size() > 0', big()],
    ['a pattern of many steps', 'data.t.matches("(a?){1000}$")', { t: `${'a'.repeat(100_000)}b` }],
    ['patterns of the event', 'data.p.all(x, !"b".matches(x))', { p: texts(1_000, '.{1000}.{1000}.{1000}') }],
    ['a pattern that is too long', 'data.t.matches(data.p[0])', { t: 'a', p: ['a'.repeat(1_001)] }],
  ])('gives up %s', (_what, expression, data) => {
    const { filter } = compile(expression);
    expect(() => filter(toHookEvent({ data: data as JsonObject }))).toThrow();
    const small = { a: [{ b: 1 }], b: [2], t: 'aaa', p: ['a'] };
    expect(filter(toHookEvent({ data: small }))).toEqual(expect.any(Boolean));
  });

  it.each([
    `[data.a]${'.map(x, x + x)'.repeat(30)}.size() > 0`,
    `${bind(25, 'data.a')}.size() > 0`,
    `${bind(25, 'data.t')}.size() > 0`,
  ])('gives up what doubles again and again: %s', (expression) => {
    const { filter } = compile(expression);
    expect(() => filter(toHookEvent({ data: { a: ones(10), t: 'some text' } }))).toThrow(
      'the event is too large',
    );
  });

  it('refuses a pattern or an expression that is too long', () => {
    const long = 'a'.repeat(1_001);
    expect(compileFilter(`data.a.matches("${long}")`)).toMatchObject({
      message: 'a pattern may have 1000 characters: got 1001',
    });
    expect(compileFilter(`data.a == "${'a'.repeat(4_090)}"`)).toMatchObject({
      message: 'it may have 4096 characters: got 4102',
    });
  });

  it('says that the event is too large, whatever forgave the error', () => {
    const { filter } = compile('data.a.exists(x, data.a.exists(y, x + y > 5.0)) || true');
    expect(filter(toHookEvent({ data: { a: ones(10) } }))).toBe(true);
    expect(() => filter(toHookEvent({ data: { a: ones(1_000) } }))).toThrow('the event is too large');
    expect(filter(toHookEvent({ data: { a: ones(10) } }))).toBe(true);
  });

  it.each<readonly [string, object]>([
    ['data.items.exists(i, i.kind == "b" && i.n > 1.0)', { items: things(20_000) }],
    [
      'data.items.filter(i, i.kind == "a").size() > 1 && data.items.size() == 20000',
      { items: things(20_000) },
    ],
    ['data.t.contains("x") || data.t.startsWith("y") || data.t.matches("a+$")', { t: 'a'.repeat(1_000_000) }],
    ['!data.t.matches("^[A-Za-z0-9._-]{1,64}@(error|fail(ed|ure))$")', { t: 'a'.repeat(100_000) }],
    ['data.a == data.a && data.b != data.a', { a: ones(100_000), b: ones(100_000).concat(2) }],
  ])('leaves room for %j over much data', (expression, data) => {
    expect(compile(expression).filter(toHookEvent({ data: data as JsonObject }))).toBe(true);
  });

  it.each([
    'data.n > 1e-10 && data.n < 1e300 && data.n > -2.5 && data.n == 1.0 && data.n + 1.0 == 2.0',
    'size(data.s) == 3 && data.s + "d" == "abcd" && data.s < "abd" && data.s >= data.s',
    'data.l == [1.0, 2.0] && [1.0, 2.0] == data.l && data.l != data.m && 2.0 in data.l && data.s in ["abc", "x"]',
    'data.l.map(x, x * 2.0) == [2.0, 4.0] && data.l.filter(x, x > 1.0) == [2.0] && data.l.exists_one(x, x == 1.0)',
    'data.l.map(x, x > 1.0, x + 1.0) == [3.0] && data.m.all(k, k == "k") && "k" in data.m && data.m.k == "v"',
    'cel.bind(x, data.l, x + x == [1.0, 2.0, 1.0, 2.0]) && has(data.m.k) && !has(data.m.z)',
    'data.s.split("b").join("-") == "a-c" && data.s.substring(1, 2) == "b" && string(data.n) == "1" && int(data.s.size()) == 3',
    '(data.n > 5.0 ? data.s : event) == "consumers" && type(data.n) == double && time.matches("^20[0-9]{2}")',
    'timestamp(time).getFullYear() == 2026 && duration("60s") < duration("2m") && bytes(data.s).size() == 3',
    'data.z.exists(x, x.q == 1) || true',
    '{"a": data.n}.a == 1.0 && [data.n][0] == 1.0 && -data.n == -1.0 && 7 / 2 == 3 && 7.0 / 2.0 == 3.5 && 10u > 3u',
  ])('takes %s for true', (expression) => {
    const data = { n: 1, s: 'abc', l: [1, 2], m: { k: 'v' } };
    expect(compile(expression).filter(toHookEvent({ data }))).toBe(true);
  });

  it.each([
    'data.kind == "a" && !has(data.b) && data.inner.constructor == 1.0 && "constructor" in data.inner',
    'data.list.all(i, i.constructor == 2.0) && data.inner == data.inner && data.inner != data && data.list == data.list',
    'data.inner.map(k, k) == ["constructor", "n"] && size(data.inner) == 2 && data.inner["n"] == 3.0',
    'data.inner != {"n": 3.0} && {"n": 3.0} != data.inner && {"a": data.inner}.a == data.inner',
    'data.constructor.prototype.polluted || data.list.exists(i, i.none == 1)',
  ])('reads keys called "constructor" as any other: %s', (expression) => {
    const data = {
      kind: 'a',
      constructor: { prototype: { polluted: true } },
      inner: { constructor: 1, n: 3 },
      list: [{ constructor: 2 }, { constructor: 2 }],
    };
    expect(compile(expression).filter(toHookEvent({ data: data as unknown as JsonObject }))).toBe(true);
  });

  it('bounds what it does to such data too', () => {
    const data = { constructor: 1, a: ones(1_000) } as unknown as JsonObject;
    const { filter } = compile('data.a.all(x, data.a.all(y, data == data && x == y))');
    expect(() => filter(toHookEvent({ data }))).toThrow('the event is too large');
  });

  it('does not see prototypes', () => {
    expect(() => compile('data.constructor == 1').filter(toHookEvent({ data: {} }))).toThrow('No such key');
  });

  it('refuses an expression that nests without end', () => {
    expect(isFilterMistake(compileFilter(`${'('.repeat(10_000)}true${')'.repeat(10_000)}`))).toBe(true);
  });
});
