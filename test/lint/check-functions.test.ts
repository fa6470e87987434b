import { describe, expect, it } from 'vitest';
import type { Language } from '../../src/definitions/definition.ts';
import { checkFunctions } from '../../src/lint/check-functions.ts';
import { MAX_READ_LENGTH } from '../../src/lint/function-reading.ts';
import { toTextPlace } from '../../src/text-place.ts';
import { problemOf } from '../helpers/prepare-texts.ts';
import { ENGINES } from '../helpers/run-functions.ts';

/** What is said of functions that compile: the code, which of them, and the name or the line. */
async function briefsOf(language: Language, ...functions: readonly string[]): Promise<readonly string[]> {
  const loaded = await ENGINES[language].load(functions);
  if (!('run' in loaded)) throw new Error(`Cannot compile: ${loaded.message}`);
  loaded.close();
  return (await checkFunctions({ language, functions })).map(({ code, path, message, within }) => {
    const [, name = ''] = /^Uses "(\S+)"/.exec(message) ?? [];
    const line = within ? toTextPlace(within.text, within.offset).line : '';
    return `${path.at(-1)}:${line} ${code} ${name}`.trimEnd();
  });
}

describe('a name that the sandbox does not have', () => {
  it('is warned of, with its place in the function and what to do', async () => {
    const text =
      'source: crud\nhandler: lambda\nconfig:\n  functions:\n    - |\n      return function(data)\n        return ngx.now()\n      end\n';
    expect(await problemOf(text)).toMatchObject({
      code: 'unknown_global',
      severity: 'warning',
      path: 'config.functions[0]',
      line: 7,
      column: 16,
      message: 'Uses "ngx", which the sandbox does not have',
      hint: expect.stringContaining('os.time tells the time'),
    });
  });

  it.each([
    ['return function(data) return dta.x end', '0:1 unknown_global dta'],
    ['return function(data)\n  os.execute("ls")\nend', '0:2 unknown_global os.execute'],
    ['return function(data) return os["getenv"]("A") end', '0:1 unknown_global os.getenv'],
    ['return function() return string.dump(print) end', '0:1 unknown_global string.dump'],
    ['local cjson\nreturn function(d) return setmetatable({}, {}) end', '0:2 unknown_global setmetatable'],
    ['return function(d) return pairs(_G) end', '0:1 unknown_global _G'],
    // What is tested is another name.
    ['return function(d) if kong then end return ngx.null end', '0:1 unknown_global ngx'],
    ['return function(d) return io.open("a") or io.type(d) end', '0:1 unknown_global io.open'],
  ])('is found in the Lua of %j', async (source, brief) => {
    expect(await briefsOf('lua', source)).toEqual([brief]);
  });

  it.each([
    'counter = 0\nreturn function(d) counter = counter + 1 return counter end',
    'function help(d) return d end\nreturn function(d) return help(d) end',
    'local function f(d) if d then return f(d.next) end return d end return f',
    'if ngx then print(ngx.var) end return function(d) return d end',
    'return function(d) return ngx and ngx.now() or os.time() end',
    'local ok, cjson = pcall(require, "cjson") return function(d) return ok end',
    'return function(d) if os.getenv ~= nil then return os.getenv("A") end return d end',
    'return function(d) return { ngx = 1, ["kong"] = 2, d.require, d["io"], os = d.os.execute } end',
    'return function(d, ...) local n = select("#", ...) for i, v in ipairs(d) do n = n + i end return ("x"):rep(n) end',
    'return function(os) return os.execute end',
    'return function(d) goto done ::done:: return table.getn(d), unpack(d), bit.band(1, 2), jit.version, math.pi end',
    'local t = {} function t.go() return 1 end function t:run() return self end return function() return t.go() end',
    // Another environment has other names.
    'return function(d) local _ENV = { x = d } return x end',
    // Lua 5.4, which the parser does not know.
    'return function(d) local a <const> = 1 return a end',
    'return function(d) return d // 2 ~ 1 >> 3 end',
  ])('is not found in the Lua of %j', async (source) => {
    expect(await briefsOf('lua', source)).toEqual([]);
  });

  it.each([
    ['(data) => fetch(data.url)', '0:1 unknown_global fetch'],
    ['(data) => {\n  setTimeout(() => 1);\n  return 1;\n}', '0:2 unknown_global setTimeout'],
    ['const a = 1;\nreturn (data) =>\n  dta', '0:3 unknown_global dta'],
    ['(data) => { count = 1; return data }', '0:1 unknown_global count'],
    ['(data) => ({ text: new URL(data.url).href })', '0:1 unknown_global URL'],
    ['(data) => Buffer.from(data)', '0:1 unknown_global Buffer'],
  ])('is found in the JavaScript of %j', async (source, brief) => {
    expect(await briefsOf('javascript', source)).toEqual([brief]);
  });

  it.each([
    'function f({ a, b: [c = a], ...rest }) { return { a, c, rest, f } }',
    '(data) => { try { return JSON.parse(data) } catch (problem) { return problem.message } }',
    '(data) => { class A { #x = 1; static y() { return A } get z() { return this.#x } } return new A().z }',
    'const known = new Map(); let n = 0; function count() { return n++ }\nreturn (d) => { known.set(count(), d); return known.size }',
    '(data) => { outer: for (const key in data) { for (;;) continue outer } return [data?.fetch] }',
    '(data) => (typeof fetch === "undefined" ? data : fetch)',
    'function f() { return arguments.length }',
    '(data) => { var a = 1; { let b = a; a = b } return eval("1") + Math.max(...[undefined, NaN, Infinity]) }',
    '(data) => ({ fetch: 1, require() { return data.process } })',
    '(data) => /fetch/.test("require") && globalThis.fetch',
  ])('is not found in the JavaScript of %j', async (source) => {
    expect(await briefsOf('javascript', source)).toEqual([]);
  });

  it('may be what another function of JavaScript put there', async () => {
    const functions = ['(d) => { globalThis.count = 1; return d }', '(d) => d + count'];
    expect(await briefsOf('javascript', ...functions)).toEqual([]);
  });

  it.each([
    ['lua', 'return function(data) return tabel.concat(data) end', 'Did you mean "table"?'],
    ['lua', 'return function(data) return string.fromat("%s", data) end', 'Did you mean "string.format"?'],
    ['lua', 'return function(payload) return payload.x + paylaod.y end', 'Did you mean "payload"?'],
    ['lua', 'return function(d) return require("cjson") end', 'A function has no modules and loads no code'],
    ['lua', 'return function(d) return whatever end', null],
    ['lua', 'return function(d) return e end', null],
    ['javascript', '(payload) => paylod.x', 'Did you mean "payload"?'],
    ['javascript', '(d) => Objct.keys(d)', 'Did you mean "Object"?'],
    [
      'javascript',
      '(d) => process.env',
      'A function sees no files, processes or variables; a webhook can send what a reference stands for',
    ],
  ] as const)('comes with a hint in the %s of %j', async (language, source, hint) => {
    const findings = await checkFunctions({ language, functions: [source] });
    expect(findings.map((finding) => finding.hint)).toEqual([hint]);
  });

  it('is told once, and of very many the first', async () => {
    expect(await briefsOf('lua', 'return function() return ngx.a(ngx.b, ngx.c) end')).toHaveLength(1);
    const many = Array.from({ length: 50 }, (_, index) => `nope${index}()`);
    expect(await briefsOf('lua', `return function() ${many.join(' ')} end`)).toHaveLength(10);
  });
});

describe('a function that returns nothing', () => {
  it('is warned of where another one needs what it returns', async () => {
    const text =
      'source: crud\nhandler: lambda\nconfig:\n  functions:\n    - "(data) => { data.x = 1 }"\n    - "(data) => data.x"\n';
    expect(await problemOf(text)).toMatchObject({
      code: 'never_returns',
      severity: 'warning',
      line: 5,
      path: 'config.functions[0]',
      message: 'The function returns nothing, so the one after it gets nothing for its data',
      hint: 'Return the data',
    });
  });

  it('is warned of at the end, where it does nothing else', async () => {
    expect(await checkFunctions({ language: 'lua', functions: ['return function(d) d.x = 1 end'] })).toEqual([
      {
        code: 'never_returns',
        path: ['config', 'functions', 0],
        within: { text: 'return function(d) d.x = 1 end', offset: 7, what: 'function' },
        message: 'The function returns nothing, and does nothing else',
        hint: 'Return a result, or print something',
      },
    ]);
  });

  const LAST = { javascript: '(data) => data', lua: 'return function(data) return data end' };

  it.each([
    ['javascript', '(data) => { console.log(data) }'],
    ['javascript', '(data) => console.log(data)'],
    ['javascript', '(data) => { if (!data.a) throw new Error("no a") }'],
    ['javascript', 'function change(data) { data.list.map((one) => { return one }) }\nreturn change'],
    ['javascript', 'const change = (data) => { data.a = 1; return };\nreturn change'],
    ['lua', 'return function(data) print(data.a) end'],
    ['lua', 'return function(data) if not data.a then error("no a") end end'],
    ['lua', 'local function change(data) local f = function() return 1 end data.a = f() end return change'],
    ['lua', 'local change = function(data) data.a = 1 end return change'],
    ['lua', 'return function(data) return print(data) end'],
  ] as const)('is found before another in the %s of %j', async (language, source) => {
    const line = source
      .slice(0, source.search(/function(?: change)?\(data\)|\(data\) =>/))
      .split('\n').length;
    expect(await briefsOf(language, source, LAST[language])).toEqual([`0:${line} never_returns`]);
  });

  it.each([
    ['javascript', '(data) => ({ a: 1 })'],
    ['javascript', '(data) => { if (data.a) return data; }'],
    ['javascript', '(data) => { throw new Error("never") }'],
    ['javascript', '() => null'],
    // Which function it is cannot be told.
    ['javascript', '(() => { const f = (data) => { data.a = 1 }; return f })()'],
    ['javascript', 'if (Math.random() > 2) return (d) => {}; return (d) => d'],
    ['lua', 'return function(data) for _, one in ipairs(data) do return one end end'],
    ['lua', 'return function(data) error("Event hook on " .. data.name) end'],
    ['lua', 'return function(data) return nil, "no" end'],
    ['lua', 'local function make() return function(data) end end return make()'],
    ['lua', 'local fs = { function(data) end } return fs[1]'],
  ] as const)('is not found before another in the %s of %j', async (language, source) => {
    expect(await briefsOf(language, source, LAST[language])).toEqual([]);
  });

  it('is fine before one that takes no data', async () => {
    expect(await briefsOf('javascript', '() => { console.log(1) }', '() => 2')).toEqual([]);
    expect(await briefsOf('lua', 'return function() print(1) end', 'return function() return 2 end')).toEqual(
      [],
    );
    expect(
      await briefsOf('lua', 'return function() print(1) end', 'return function(...) return ... end'),
    ).toEqual(['0:1 never_returns']);
  });

  it.each([
    ['javascript', '(data) => { console.log(data) }'],
    ['javascript', '(data) => { JSON.parse(data.text) }'],
    ['javascript', '(data) => { if (data.a) throw 1 }'],
    ['lua', 'return function(data) print(data.a) end'],
    ['lua', 'return function(data) print "seen" end'],
    [
      'lua',
      'return function (data, event, source, pid)\n  local user = data.entity.username\n  error("Event hook on consumer " .. user .. "")\nend\n',
    ],
  ] as const)('is fine at the end in the %s of %j, which does something', async (language, source) => {
    expect(await briefsOf(language, source)).toEqual([]);
  });
});

describe('a function that cannot be read', () => {
  it.each([
    [
      'lua',
      `return function() return ${'{'.repeat(100)}${'}'.repeat(100)} end -- ${'x'.repeat(MAX_READ_LENGTH)}\nnope()`,
    ],
    ['javascript', `() => nope + ${'-'.repeat(3)}1 // ${'x'.repeat(MAX_READ_LENGTH)}`],
    ['javascript', `() => nope + ${'('.repeat(8_000)}1${')'.repeat(8_000)}`],
    ['lua', 'return function() local x <close> = nope return x end'],
  ] as const)('is left alone: %s', async (language, source) => {
    expect(await checkFunctions({ language, functions: [source] })).toEqual([]);
  });
});
