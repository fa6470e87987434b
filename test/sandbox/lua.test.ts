import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/event.ts';
import { ENGINES, evaluate, loadProgram, lua, runFunction, runProgram } from '../helpers/run-functions.ts';

function compile(source: string): Promise<unknown> {
  return ENGINES.lua.load([source]);
}

function resultOf(expression: string, data: Json = {}): Promise<Json> {
  return evaluate('lua', lua(`return ${expression}`), data);
}

describe('a Lua function', () => {
  it("runs the reference's own example, whose error comes back as its text", async () => {
    const source =
      'return function (data, event, source, pid)\n  local user = data.entity.username\n  error("Event hook on consumer " .. user .. "")\nend\n';
    const data = { entity: { username: 'Jane Austen' } };
    expect(await runFunction('lua', source, data)).toEqual({
      kind: 'error',
      reason: 'thrown',
      message: 'Event hook on consumer Jane Austen',
      output: '',
    });
  });

  it.each([
    'return function(data) return data.n end',
    'local key = "n"\nreturn function(data) return data[key] end -- with a remark',
    'function read(data) return data.n end\nreturn function(data) return read(data) end',
    'return function(data) return data.n end, "more"',
  ])('may be written as %j', async (source) => {
    expect(await evaluate('lua', source, { n: 42 })).toBe(42);
  });

  it.each([
    ['return finction', 'Bad return value from function, expected function type, got nil', null],
    ['return 42', 'Bad return value from function, expected function type, got number', null],
    ['', 'Bad return value from function, expected function type, got nil', null],
    ['retrun finction (data) end', "Error parsing function: '=' expected near 'finction'", 1],
    ['local a = 1\nb\n', "Error parsing function: '=' expected near <eof>", 2],
    ['f() = 1', "Error parsing function: syntax error near '='", 1],
    ['return function(\n', "Error parsing function: <name> or '...' expected near <eof>", 1],
    ['error("not today")', 'Error parsing function: not today', null],
    ['require("os")', "Error parsing function: attempt to call a nil value (global 'require')", null],
    ['\x1bLua', /^Error parsing function: attempt to load a binary chunk/, null],
  ])('that is %j is refused', async (source, message, line) => {
    expect(await compile(source)).toEqual({
      message: typeof message === 'string' ? message : expect.stringMatching(message),
      line,
    });
  });

  it.each([
    ['return nil, "some bad error"', 'some bad error'],
    ['return false, "some bad error"', 'some bad error'],
    ['return nil, {code = 7}', '{"code":7}'],
    ['error("text")', 'text'],
    ['error("text", 0)', 'text'],
    ['error("text", 2)', 'text'],
    ['error("")', 'an empty text'],
    ['error()', 'nil'],
    ['error(42)', '42'],
    ['error(true)', 'a boolean'],
    ['error({code = 7})', '{"code":7}'],
    ['error({f = print})', 'a table'],
    ['error(string)', 'a table'],
    ['error(print)', 'a function'],
    ['assert(false, "text")', 'text'],
    ['return data.user.name', "attempt to index a nil value (field 'user')"],
    ['return nil .. "x"', 'attempt to concatenate a nil value'],
    ['error("\\xff\\0é")', '\ufffd\ufffdé'],
    ['coroutine.yield(1)', 'attempt to yield from outside a coroutine'],
  ])('that ends with %s fails with a text', async (body, message) => {
    const result = await runFunction('lua', lua(body));
    expect(result).toEqual({ kind: 'error', reason: 'thrown', message, output: '' });
  });

  it.each<readonly [string, Json]>([
    ['{}', {}],
    ['{1, 2, nil, 4}', [1, 2, null, 4]],
    ['{nil, 2}', [null, 2]],
    ['{[1] = 1, [1000] = 2}', { '1': 1, '1000': 2 }],
    ['{a = 1, 2}', { a: 1, '1': 2 }],
    ['{[1.5] = 1}', { '1.5': 1 }],
    ['2 ^ 53', 2 ** 53],
    ['10 / 2', 5],
    ['-0.0', 0],
    ['1e15', 1e15],
    ['"\\xff\\xfeé"', '\ufffd\ufffdé'],
    ['string', {}],
  ])('that returns %s answers it as JSON', async (expression, value) => {
    expect(await resultOf(expression)).toEqual(value);
  });

  it('knows an empty list of the event from an empty object', async () => {
    expect(await resultOf('{data.list, data.object}', { list: [], object: {} })).toEqual([[], {}]);
    const grown = lua('data.list[2] = "x" data.list[1] = "y" return data');
    expect(await evaluate('lua', grown, { list: [] })).toEqual({ list: ['y', 'x'] });
    const shrunk = lua('for _ = 1, data.n do table.remove(data.list, 1) end return data.list');
    expect(await evaluate('lua', shrunk, { n: 2, list: [1, 2, 3] })).toEqual([3]);
    expect(await evaluate('lua', shrunk, { n: 3, list: [1, 2, 3] })).toEqual([]);
  });

  it('takes null for nil: it is gone from an object and stays in a list', async () => {
    expect(await resultOf('data.none == nil', { none: null })).toBe(true);
    expect(await resultOf('data', { none: null, some: 1, list: [null, 1, null] })).toEqual({
      some: 1,
      list: [null, 1, null],
    });
  });

  it('takes half a surrogate pair for no character', async () => {
    expect(await resultOf('data', ['\ud800', '\udc00x', '\ud83d\ude00'])).toEqual([
      '\ufffd',
      '\ufffdx',
      '😀',
    ]);
  });

  it.each([
    ['0 / 0', 'a number that is not finite'],
    ['1 / 0', 'a number that is not finite'],
    ['{[true] = 1}', 'a table with a boolean as key'],
    ['coroutine.create(print)', 'a thread'],
  ])('that returns %s is refused', async (expression, message) => {
    expect(await runFunction('lua', lua(`return ${expression}`))).toMatchObject({
      reason: 'not_json',
      message: `Function returned what is no JSON: ${message}`,
    });
  });

  it.each([
    ['recurses through a library', 'local function f() string.gsub("a", "a", f) end f()', 'stack'],
    ['recurses through coroutines', 'local function f() coroutine.wrap(f)() end f()', 'stack'],
    ['recurses for ever', 'local function f() return 1 + f() end return f()', 'memory'],
    ['calls itself for ever', 'local function f() return f() end return f()', 'timeout'],
    ['loops in a coroutine', 'coroutine.wrap(function() while true do end end)()', 'timeout'],
    [
      'hides in a coroutine',
      'local c = coroutine.create(function() pcall(function() while true do end end) while true do end end) coroutine.resume(c) return 1',
      'timeout',
    ],
    [
      'loops where an error is handled',
      'xpcall(function() error("x") end, function() while true do end end)',
      'timeout',
    ],
    [
      'catches what stops it',
      'xpcall(function() while true do end end, function() while true do end end) return 1',
      'timeout',
    ],
    [
      'sorts with an order that never ends',
      'table.sort({2, 1}, function() while true do end end)',
      'timeout',
    ],
    [
      'makes coroutines for ever',
      'local all = {} while true do all[#all + 1] = coroutine.create(print) end',
      'memory',
    ],
    ['catches that memory ran out', 'while true do pcall(string.rep, "x", 1e7) end', 'timeout'],
    ['makes a text twice as long again and again', 'local s = "x" while true do s = s .. s end', 'memory'],
    ['joins a long text', 'return table.concat({1, 2, 3}, ("x"):rep(8e6))', 'memory'],
  ])('that %s fails within its limit', async (_, body, reason) => {
    const result = await runFunction('lua', lua(body));
    expect(result).toMatchObject({ kind: 'error', reason, message: expect.stringMatching(/./) });
  });

  it('that wakes coroutines for ever fails within a limit: which one it meets first depends on the machine', async () => {
    const body =
      'local c = coroutine.wrap(function() while true do coroutine.yield() end end) while true do c() end';
    const result = await runFunction('lua', lua(body));
    expect(result).toMatchObject({ kind: 'error', reason: expect.stringMatching(/^(?:timeout|memory)$/) });
  });

  it('forgets the globals of a call, but not those its chunk declares', async () => {
    const source =
      'count = 10\nreturn function() count = count + 1 new = (new or 0) + 1 pcall = nil return {count, new} end';
    const program = await loadProgram('lua', [source]);
    for (let call = 0; call < 3; call += 1) expect(runProgram(program)).toMatchObject({ value: [11, 1] });
  });

  it('shares no globals with the next function of its chain', async () => {
    const program = await loadProgram('lua', [lua('left = 1'), lua('return {left, type(print)}')]);
    expect(runProgram(program)).toMatchObject({ value: [null, 'function'] });
  });

  it('prints as Lua does', async () => {
    expect(
      await runFunction('lua', lua('print("a", 1, 1.5, nil, true) print() print("\\xffé")')),
    ).toMatchObject({
      output: 'a\t1\t1.5\tnil\ttrue\n\n\ufffdé\n',
    });
  });

  it('takes numbers that are longer as JSON than they were written', async () => {
    const data = Array.from({ length: 200_000 }, () => 1e20);
    expect(await resultOf('#data', data)).toBe(200_000);
  });
});
