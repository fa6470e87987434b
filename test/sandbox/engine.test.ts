import { describe, expect, it } from 'vitest';
import type { Language } from '../../src/definitions/definition.ts';
import { cutOutput, refuseValue } from '../../src/sandbox/engine.ts';
import { evaluate, loadProgram, lua, runFunction, runProgram } from '../helpers/run-functions.ts';

/** The same function in both languages. */
interface Both {
  readonly javascript: string;
  readonly lua: string;
}

const TIMEOUT = 'Function did not finish within 100 ms';
const MEMORY = 'Function needs more than 16 MiB of memory';

describe.each<Language>(['javascript', 'lua'])('an engine of %s', (language) => {
  it('calls a function with data, event, source and pid', async () => {
    const source = {
      javascript: '(...args) => args',
      lua: 'return function(...) return {...} end',
    };
    const program = await loadProgram(language, [source[language]]);
    const value = [{ some: 'data' }, 'consumers', 'crud', 7];
    expect(runProgram(program, { some: 'data' })).toEqual({ kind: 'value', value, output: '' });
  });

  it('hands each function what the one before returned, and the rest again', async () => {
    const chain = {
      javascript: ['() => "HELLO"', '(data, ...rest) => [data, "WORLD", ...rest].join(" ")'],
      lua: [lua('return "HELLO"'), lua('return data .. " WORLD " .. event .. " " .. source .. " " .. pid')],
    };
    const program = await loadProgram(language, chain[language]);
    expect(runProgram(program)).toMatchObject({ value: 'HELLO WORLD consumers crud 7' });
  });

  it('answers the data of a chain without functions', async () => {
    expect(runProgram(await loadProgram(language, []), { a: 1 })).toMatchObject({ value: { a: 1 } });
  });

  it('ends a chain at the first error', async () => {
    const chain = {
      javascript: ['() => { throw new Error("some bad error") }', '() => { console.log("never") }'],
      lua: [lua('error("some bad error")'), lua('print("never")')],
    };
    const program = await loadProgram(language, chain[language]);
    const error = { kind: 'error', reason: 'thrown', message: 'some bad error', output: '' };
    expect(runProgram(program)).toEqual(error);
  });

  it('takes a function that returns nothing for one that went well', async () => {
    expect(await evaluate(language, { javascript: '() => {}', lua: lua('') }[language])).toBeNull();
  });

  it.each<readonly [string, unknown]>([
    ['a nested value', { a: [1, { b: [true, false, null, 'x'] }] }],
    ['an empty list and an empty object', { list: [], object: {} }],
    ['nulls in a list', [null, 1, null, null]],
    ['numbers', [0, -1, 1.5, 0.1, 1e300, 5e-324, 2 ** 53, -(2 ** 53), 1e21]],
    ['texts beyond ASCII', ['é', '😀', '\u2028', '\u0000', '\u001f', '"\\/\b\f\n\r\t', '\u007f']],
    ['odd keys', JSON.parse('{"__proto__":1,"constructor":2,"":3,"1":4,"a b":5,"é":6}')],
    ['nothing but a text', 'text'],
    ['128 levels', JSON.parse('['.repeat(128) + ']'.repeat(128))],
  ])('gives back %s as it came', async (_, data) => {
    const source = { javascript: '(data) => data', lua: lua('return data') }[language];
    expect(await evaluate(language, source, data as never)).toEqual(data);
  });

  it('takes an event of 1 MiB', async () => {
    const data = { list: Array.from({ length: 40_000 }, (_, index) => ({ index, text: 'x' })) };
    const source = { javascript: '(data) => data.list.length', lua: lua('return #data.list') };
    expect(await evaluate(language, source[language], data)).toBe(40_000);
  });

  it.each<readonly [string, Both]>([
    ['loops for ever', { javascript: '() => { for (;;); }', lua: lua('while true do end') }],
    [
      'loops for ever where it catches what stops it',
      {
        javascript: '() => { for (;;) try { for (;;); } catch {} finally { for (;;); } }',
        lua: lua('while true do pcall(function() while true do end end) end'),
      },
    ],
    [
      'returns what takes for ever to read',
      {
        javascript: '() => ({ toJSON() { for (;;); } })',
        lua: lua('return string.gsub("a", "a", function() while true do end end)'),
      },
    ],
  ])('stops a function that %s', async (_, sources) => {
    const program = await loadProgram(language, [sources[language]]);
    expect(runProgram(program)).toEqual({ kind: 'error', reason: 'timeout', message: TIMEOUT, output: '' });
    expect(program.spent).toBe(true);
  });

  it.each<readonly [string, Both]>([
    [
      'holds many small things',
      {
        javascript: '() => { const all = []; for (;;) all.push({}); }',
        lua: lua('local all = {} while true do all[#all + 1] = {} end'),
      },
    ],
    [
      'holds many texts',
      {
        javascript: '() => { const all = []; for (;;) all.push("x".repeat(100_000)); }',
        lua: lua('local all = {} while true do all[#all + 1] = ("x"):rep(100000) .. #all end'),
      },
    ],
    [
      'asks for too much at once',
      { javascript: '() => "x".repeat(2 ** 27)', lua: lua('return ("x"):rep(2 ^ 27)') },
    ],
  ])('stops a function that %s', async (_, sources) => {
    const program = await loadProgram(language, [sources[language]]);
    expect(runProgram(program)).toEqual({ kind: 'error', reason: 'memory', message: MEMORY, output: '' });
    expect(program.spent).toBe(true);
  });

  it('leaves a function most of its 16 MiB to work with', async () => {
    const source = {
      javascript:
        '() => { const all = []; for (let i = 0; i < 125; i += 1) all.push("x".repeat(1e5)); return all.length; }',
      lua: lua('local all = {} for i = 1, 125 do all[i] = ("x"):rep(1e5 - 3) .. i end return #all'),
    };
    expect(await evaluate(language, source[language])).toBe(125);
  });

  it('says that memory ran out though the function caught it and kept what it held', async () => {
    const source = {
      javascript: 'const all = []; return () => { try { for (;;) all.push({}); } catch {} return 1; }',
      lua: 'local all = {} return function() pcall(function() while true do all[#all + 1] = {} end end) return 1 end',
    };
    const program = await loadProgram(language, [source[language]]);
    for (let call = 0; call < 3 && !program.spent; call += 1) {
      const result = runProgram(program, { text: 'x'.repeat(1_000_000) });
      expect([1, MEMORY]).toContain(result.kind === 'value' ? result.value : result.message);
    }
  });

  it.each<readonly [string, Both]>([
    ['a function', { javascript: '() => () => 1', lua: lua('return function() end') }],
    [
      'what holds itself',
      { javascript: '() => { const a = {}; a.a = a; return a; }', lua: lua('local a = {} a.a = a return a') },
    ],
    [
      'what nests deeper than an event may',
      {
        javascript: '() => { let list = []; for (let i = 0; i < 128; i += 1) list = [list]; return list; }',
        lua: lua('local list = {1} for i = 1, 128 do list = {list} end return list'),
      },
    ],
  ])('refuses a function that returns %s', async (_, sources) => {
    const result = await runFunction(language, sources[language]);
    expect(result).toMatchObject({ kind: 'error', reason: 'not_json' });
    expect(result).toHaveProperty('message', expect.stringMatching(/^Function returned what is no JSON: ./));
  });

  it.each<readonly [string, Both]>([
    ['a long text', { javascript: '() => "x".repeat(2 ** 20)', lua: lua('return ("x"):rep(2 ^ 20)') }],
    [
      'the same thing very often',
      {
        javascript:
          '() => { let all = "x".repeat(64); for (let i = 0; i < 15; i += 1) all = [all, all]; return all; }',
        lua: lua('local all = ("x"):rep(64) for i = 1, 15 do all = {all, all} end return all'),
      },
    ],
  ])('refuses a function that returns %s', async (_, sources) => {
    expect(await runFunction(language, sources[language])).toEqual({
      kind: 'error',
      reason: 'too_large',
      message: 'Function returned more than 1 MiB',
      output: '',
    });
  });

  it('keeps 16 KiB of what is printed', async () => {
    const source = {
      javascript: '() => { for (let i = 0; i < 5_000; i += 1) console.log("é".repeat(10)); }',
      lua: lua('for i = 1, 5000 do print(("é"):rep(10)) end'),
    };
    const { output } = await runFunction(language, source[language]);
    expect(output).toMatch(/^(é{10}\n)+é*… \(cut\)$/);
    expect(Buffer.byteLength(output)).toBeGreaterThan(16 * 1024 - 4);
    expect(Buffer.byteLength(output)).toBeLessThanOrEqual(16 * 1024);
  });

  it('keeps what was printed before a function failed, for that call only', async () => {
    const source = {
      javascript: '(data) => { console.log("before", data.n); if (data.n === 1) throw new Error("bad"); }',
      lua: lua('print("before", data.n) if data.n == 1 then error("bad") end'),
    };
    const separator = { javascript: ' ', lua: '\t' }[language];
    const program = await loadProgram(language, [source[language]]);
    expect(runProgram(program, { n: 1 })).toMatchObject({ message: 'bad', output: `before${separator}1\n` });
    expect(runProgram(program, { n: 2 })).toMatchObject({ value: null, output: `before${separator}2\n` });
  });

  it('carries NULs in what is returned, printed and thrown', async () => {
    const returns = { javascript: '() => "a\\0b"', lua: lua('return "a\\0b"') }[language];
    expect(await evaluate(language, returns)).toBe('a\0b');
    const prints = { javascript: '() => console.log("a\\0b")', lua: lua('print("a\\0b")') }[language];
    expect(await runFunction(language, prints)).toHaveProperty('output', 'a\ufffdb\n');
    const throws = { javascript: '() => { throw "a\\0b" }', lua: lua('error("a\\0b")') }[language];
    expect(await runFunction(language, throws)).toHaveProperty('message', 'a\ufffdb');
  });

  it('keeps 4 KiB of an error', async () => {
    const source = { javascript: '() => { throw "x".repeat(1e6) }', lua: lua('error(("x"):rep(1e6))') };
    const result = await runFunction(language, source[language]);
    expect(result).toMatchObject({ kind: 'error', reason: 'thrown', message: 'x'.repeat(4096) });
  });

  it('does not run one program within the world of another', async () => {
    const writes = {
      javascript: '() => { globalThis.left = 1; Array.prototype.left = 1; JSON.parse = null; }',
      lua: lua('left = 1 pcall = nil'),
    };
    const reads = {
      javascript: '() => [typeof left, typeof [].left, typeof JSON.parse]',
      lua: lua('return {type(left), type(left), type(pcall)}'),
    };
    const first = await loadProgram(language, [writes[language]]);
    const second = await loadProgram(language, [reads[language]]);
    expect(runProgram(first)).toMatchObject({ kind: 'value' });
    const nothing = { javascript: 'undefined', lua: 'nil' }[language];
    expect(runProgram(second)).toMatchObject({ value: [nothing, nothing, 'function'] });
  });

  it('says that a function which does not end while it is compiled did not', async () => {
    const source = { javascript: '(() => { for (;;); })()', lua: 'while true do end' };
    await expect(loadProgram(language, [source[language]])).rejects.toThrow(
      `Error parsing function: ${TIMEOUT}`,
    );
  });

  it('refuses a source that nests too deep', async () => {
    const open = { javascript: '() => ', lua: 'return function() return ' }[language];
    const source = `${open}${'('.repeat(50_000)}1${')'.repeat(50_000)}`;
    await expect(loadProgram(language, [source])).rejects.toThrow(/recurses too deep|overflow/);
    expect(await evaluate(language, { javascript: '() => 1', lua: lua('return 1') }[language])).toBe(1);
  });
});

describe('refuseValue()', () => {
  it('counts brackets outside texts only', () => {
    expect(refuseValue(JSON.stringify(['['.repeat(500), '\\"['.repeat(200)]))).toBeNull();
    expect(refuseValue(`${'['.repeat(128)}"]"${']'.repeat(128)}`)).toBeNull();
    expect(refuseValue('['.repeat(129) + ']'.repeat(129))).toEqual({
      reason: 'not_json',
      detail: 'it nests deeper than 128 levels',
    });
  });
});

describe('cutOutput()', () => {
  it('cuts between characters', () => {
    expect(cutOutput('x'.repeat(16 * 1024))).toHaveLength(16 * 1024);
    expect(cutOutput('😀'.repeat(5_000))).toMatch(/^(😀)+… \(cut\)$/u);
  });
});
