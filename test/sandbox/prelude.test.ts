import { describe, expect, it } from 'vitest';
import { evaluate, loadProgram, lua, runFunction, runProgram } from '../helpers/run-functions.ts';

/** What kong-behaviour.md §7 lists, and no more. */
const LIBRARIES: Readonly<Record<string, string>> = {
  bit: 'arshift band bnot bor bswap bxor lshift rol ror rshift tobit tohex',
  coroutine: 'create resume running status wrap yield',
  io: 'type',
  jit: 'arch os version version_num',
  math: 'abs acos asin atan ceil cos deg exp floor fmod huge log max maxinteger min mininteger modf pi rad random sin sqrt tan tointeger type ult',
  os: 'clock date difftime time',
  string: 'byte char find format gmatch gsub len lower match rep reverse sub upper',
  table:
    'clear clone concat foreach foreachi getn insert isarray isempty maxn move new nkeys pack remove sort unpack',
};
const BASE =
  '_VERSION assert error ipairs next pairs pcall print select tonumber tostring type unpack xpcall';
const ABSENT =
  '_G setmetatable getmetatable rawget rawset rawequal rawlen load loadstring dofile loadfile collectgarbage debug package module require warn utf8 compile run set_limit is_overdue js';

describe('the libraries of Lua', () => {
  it.each(Object.entries(LIBRARIES))('%s has what the reference lists and no more', async (name, members) => {
    const list = lua(
      `local names = {} for name in pairs(${name}) do table.insert(names, name) end return names`,
    );
    const names = (await evaluate('lua', list)) as readonly string[];
    expect(names.toSorted()).toEqual(members.split(' '));
  });

  it('have the base functions and none of those that are absent', async () => {
    for (const [names, present] of [
      [BASE, true],
      [ABSENT, false],
    ] as const) {
      const list = names.split(' ');
      const source = lua(`return {${list.map((name) => `${name} ~= nil`).join(', ')}}`);
      expect(await evaluate('lua', source)).toEqual(list.map(() => present));
    }
  });

  it.each(Object.keys(LIBRARIES))('%s cannot be changed', async (name) => {
    for (const member of ['added', LIBRARIES[name]?.split(' ')[0]]) {
      expect(await runFunction('lua', lua(`${name}.${member} = 1`))).toMatchObject({
        message: `Cannot modify ${name}.${member}. Protected by the sandbox.`,
      });
    }
  });

  it.each([
    'local _, library = pairs(string) library.rep = nil',
    'local step, library, first = pairs(string) library[first or "rep"] = nil',
    'table.insert(string, 1)',
    'table.move({1}, 1, 1, 1, string)',
    'string[1] = 1',
    '("").rep = nil',
    'string.rep.x = 1',
  ])('are out of reach of %j', async (body) => {
    const program = await loadProgram('lua', [lua(body)]);
    expect(runProgram(program)).toMatchObject({ kind: 'error', reason: 'thrown' });
    expect(await evaluate('lua', lua('return ("x"):rep(2)'))).toBe('xx');
  });

  it.each([
    'table.clear(string)',
    'table.sort(string)',
    'table.clone(string).rep = nil',
    'string = nil',
    'pcall = nil',
  ])('are as they were after %j, for the next call too', async (body) => {
    const program = await loadProgram('lua', [
      lua(`if data.first then ${body} return 1 end return string.rep("x", 2) .. ("y"):rep(2) .. type(pcall)`),
    ]);
    expect(runProgram(program, { first: true })).toMatchObject({ value: 1 });
    expect(runProgram(program)).toMatchObject({ value: 'xxyyfunction' });
  });

  it('give a text the methods of the library only', async () => {
    const names = ['dump', 'pack', 'unpack', 'packsize'];
    const source = lua(`return {${names.map((name) => `("").${name} == nil`).join(', ')}}`);
    expect(await evaluate('lua', source)).toEqual(names.map(() => true));
    expect(await evaluate('lua', lua('return ("Ab"):upper() .. #("é")'))).toBe('AB2');
  });

  it.each([
    ['unpack({1, 2, 3})', 1],
    ['select("#", unpack({1, 2, 3}))', 3],
    ['table.getn({1, 2, 3})', 3],
    ['table.maxn({[1] = 1, [7] = 1, [2.5] = 1})', 7],
    ['table.nkeys({1, 2, a = 3})', 3],
    ['table.isempty({})', true],
    ['table.isempty({1})', false],
    ['table.isarray({1, 2})', true],
    ['table.isarray({a = 1})', false],
    ['table.clone({a = 1})', { a: 1 }],
    ['table.new(8, 0)', {}],
    ['table.foreach({a = 1}, function(key, value) return key .. value end)', 'a1'],
    ['table.foreachi({"x", "y"}, function(index, value) if index == 2 then return value end end)', 'y'],
    ['table.pack(1, nil).n', 2],
    ['bit.band(0xff, 0x0f)', 15],
    ['bit.bor(1, 2, 4)', 7],
    ['bit.bxor(0xff, 0x0f)', 240],
    ['bit.bnot(0)', -1],
    ['bit.tobit(0xffffffff)', -1],
    ['bit.tohex(-1)', 'ffffffff'],
    ['bit.tohex(0xabc, 4)', '0abc'],
    ['bit.tohex(0xabc, -4)', '0ABC'],
    ['bit.lshift(1, 31)', -2147483648],
    ['bit.rshift(-1, 24)', 255],
    ['bit.arshift(-256, 4)', -16],
    ['bit.rol(0x12345678, 12)', 0x45678123],
    ['bit.ror(0x12345678, 12)', 0x67812345],
    ['bit.bswap(0x12345678)', 0x78563412],
    ['io.type(1)', null],
    ['_VERSION', 'Lua 5.4'],
    ['math.floor(2.5)', 2],
    ['os.date("!%Y-%m-%d", 0)', '1970-01-01'],
    ['os.difftime(3, 1)', 2],
    ['select(2, xpcall(error, function(text) return text .. "!" end, "x"))', 'x!'],
    ['select(2, pcall(error, "caught"))', 'caught'],
    ['coroutine.wrap(function(a) return coroutine.yield(a + 1) end)(1)', 2],
    ['select(2, coroutine.resume(coroutine.create(function() error("inside", 0) end)))', 'inside'],
  ])('make %s what it was in Lua 5.1 and LuaJIT', async (expression, value) => {
    expect(await evaluate('lua', lua(`return ${expression}`))).toEqual(value);
  });

  it('have the time of day', async () => {
    const before = Math.floor(Date.now() / 1000);
    expect(await evaluate('lua', lua('return os.time()'))).toBeGreaterThanOrEqual(before);
  });
});
