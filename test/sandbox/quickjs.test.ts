import { describe, expect, it } from 'vitest';
import { ENGINES, evaluate, loadProgram, runFunction, runProgram } from '../helpers/run-functions.ts';

function compile(source: string): Promise<unknown> {
  return ENGINES.javascript.load([source]);
}

describe('a JavaScript function', () => {
  it.each([
    '(data) => data.n',
    '(data) => data.n;',
    'function (data) { return data.n }',
    'function named(data) { return data.n; };\n',
    'data => data.n // with a remark',
    '// with a remark\n(data) => data.n',
    'return (data) => data.n',
    'const key = "n";\nreturn function (data) { return data[key]; };',
    'class Reader { read(data) { return data.n; } }\nconst reader = new Reader();\nreturn (data) => reader.read(data)',
    'return (data) => data.n // with a remark',
  ])('may be written as %j', async (source) => {
    expect(await evaluate('javascript', source, { n: 42 })).toBe(42);
  });

  it.each([
    ['42', 'Bad return value from function, expected function type, got number', null],
    ['return 42', 'Bad return value from function, expected function type, got number', null],
    ['({})', 'Bad return value from function, expected function type, got object', null],
    ['const a = 1;', 'Bad return value from function, expected function type, got undefined', null],
    [' ', 'Bad return value from function, expected function type, got undefined', null],
    ['async () => 1', 'Bad return value from function, expected function type, got an async function', null],
    [
      'return async () => 1',
      'Bad return value from function, expected function type, got an async function',
      null,
    ],
    ['function* () {}', 'Bad return value from function, expected function type, got a generator', null],
    ['data => data.', 'Error parsing function: SyntaxError: unexpected end of function', 1],
    [
      'return (data) => {\n  return data;\n\n',
      'Error parsing function: SyntaxError: unexpected end of function',
      2,
    ],
    [
      '(data) => {\n  const x = ;\n}',
      "Error parsing function: SyntaxError: unexpected token in expression: ';'",
      2,
    ],
    [
      'return (data) => {\n  const x = ;\n}',
      "Error parsing function: SyntaxError: unexpected token in expression: ';'",
      2,
    ],
    ['missing', "Error parsing function: ReferenceError: 'missing' is not defined", 1],
    ['throw new Error("not today")', 'Error parsing function: not today', 1],
    ['left = 1; return () => left', "Error parsing function: ReferenceError: 'left' is not defined", 1],
    ['import fs from "node:fs"', /^Error parsing function: SyntaxError/, 1],
    ['await 1', /^Error parsing function: SyntaxError/, 1],
  ])('that is %j is refused', async (source, message, line) => {
    expect(await compile(source)).toEqual({
      message: typeof message === 'string' ? message : expect.stringMatching(message),
      line,
    });
  });

  it('cannot wait for anything', async () => {
    expect(await runFunction('javascript', '() => new Promise(() => {})')).toMatchObject({
      reason: 'not_json',
      message:
        'Function returned what is no JSON: a promise (there is nothing to wait for in a function: async ones are not supported)',
    });
    const later = '() => { Promise.resolve().then(() => { for (;;); }); return 1; }';
    expect(await evaluate('javascript', later)).toBe(1);
  });

  it.each([
    ['null', 'null'],
    ['undefined', 'undefined'],
    ['""', 'an empty text'],
    ['"text"', 'text'],
    ['42', '42'],
    ['10n', '10'],
    ['Symbol("s")', 'Symbol(s)'],
    ['() => 1', '() => 1'],
    ['{ code: 7 }', '{"code":7}'],
    ['{ toString() { throw 1; } }', '{}'],
    ['{ toJSON() { throw 1; } }', 'something that cannot be shown'],
    ['{ toJSON() { for (;;); } }', 'something that cannot be shown'],
    ['new Proxy({}, { get() { throw 1; } })', 'something that cannot be shown'],
    ['new Error("text")', 'text'],
    ['new Error("")', 'Error'],
    ['new TypeError("text")', 'TypeError: text'],
    ['Object.assign(new Error("text"), { name: "Named" })', 'Named: text'],
    ['Object.assign(new Error("text"), { toJSON() { for (;;); } })', 'text'],
    [
      'Object.defineProperty(new Error(), "message", { get() { throw 1; } })',
      'something that cannot be shown',
    ],
    ['Object.assign(new Error("text"), { name: Symbol("s") })', 'something that cannot be shown'],
  ])('that throws %s fails with a text', async (thrown, message) => {
    const result = await runFunction('javascript', `() => { throw ${thrown}; }`);
    expect(result).toEqual({ kind: 'error', reason: 'thrown', message, output: '' });
  });

  it('says where a property of nothing was read', async () => {
    expect(await runFunction('javascript', '(data) => data.user.name')).toMatchObject({
      message: "TypeError: cannot read property 'name' of undefined",
    });
  });

  it.each([
    ['undefined', null],
    ['null', null],
    ['NaN', null],
    ['[1 / 0, -0, undefined, () => 1]', [null, 0, null, null]],
    ['9007199254740993', 9007199254740992],
    ['"\\ud800"', '\ud800'],
    ['new Date(0)', '1970-01-01T00:00:00.000Z'],
    ['new Proxy({ a: 1 }, {})', { a: 1 }],
    ['new Map([[1, 2]])', {}],
  ])('that returns %s answers what JSON makes of it', async (source, value) => {
    expect(await evaluate('javascript', `() => (${source})`)).toEqual(value);
  });

  it.each([
    ['10n', /BigInt/],
    ['Symbol("s")', /a symbol/],
    ['({ toJSON() { throw new Error("not me") } })', /not me/],
    ['new Proxy({}, { ownKeys() { throw new Error("not me") } })', /not me/],
  ])('that returns %s is refused', async (source, message) => {
    expect(await runFunction('javascript', `() => (${source})`)).toMatchObject({
      reason: 'not_json',
      message: expect.stringMatching(message),
    });
  });

  it.each([
    ['recurses for ever', '() => { const f = () => f(); return f(); }', 'stack'],
    ['reads what nests too deep', '() => JSON.parse("[".repeat(1e5))', 'stack'],
    ['matches a catastrophic pattern', '() => /^(a+)+$/.test("a".repeat(40) + "b")', 'timeout'],
    ['sorts with an order that never ends', '() => [2, 1].sort(() => { for (;;); })', 'timeout'],
    ['returns a proxy that never ends', '() => new Proxy({}, { ownKeys() { for (;;); } })', 'timeout'],
    ['prints what takes for ever to read', '() => console.log({ toJSON() { for (;;); } })', 'timeout'],
    ['makes a long number', '() => { let n = 3n; for (;;) n *= n; }', 'thrown'],
    ['makes a long list', '() => new Array(1e9).fill(0).length', 'memory'],
    ['makes a buffer', '() => new ArrayBuffer(2 ** 30)', 'memory'],
    ['makes buffers', '() => { const all = []; for (;;) all.push(new Uint8Array(1e6)); }', 'memory'],
    ['makes a text twice as long again and again', '() => { let s = "x"; for (;;) s += s; }', 'thrown'],
    ['pads a text', '() => "a".padEnd(1e9)', 'memory'],
  ])('that %s fails within its limit', async (_, source, reason) => {
    const result = await runFunction('javascript', source);
    expect(result).toMatchObject({ kind: 'error', reason, message: expect.stringMatching(/./) });
  });

  it('sees nothing of the host', async () => {
    const names = [
      'require',
      'module',
      'process',
      'Buffer',
      'global',
      'window',
      'self',
      'fetch',
      'setTimeout',
      'setInterval',
      'queueMicrotask',
      'WebAssembly',
      'Worker',
      'performance',
      'navigator',
      'std',
      'os',
      'Atomics',
      'scriptArgs',
    ];
    expect(
      await evaluate('javascript', `() => [${names.map((name) => `typeof ${name}`).join(',')}]`),
    ).toEqual(names.map(() => 'undefined'));
    const escaped = '() => (() => {}).constructor("return typeof process")()';
    expect(await evaluate('javascript', escaped)).toBe('undefined');
    const imported =
      'const seen = []; return () => { import("node:fs").then(() => seen.push("in"), () => {}); return seen; }';
    const program = await loadProgram('javascript', [imported]);
    expect([runProgram(program), runProgram(program)]).toMatchObject([{ value: [] }, { value: [] }]);
  });

  it('has the time of day', async () => {
    const before = Date.now();
    expect(await evaluate('javascript', '() => Date.now()')).toBeGreaterThanOrEqual(before);
  });

  it('cannot get at how it is called through what it changes of its own world', async () => {
    const source = `(data) => {
      globalThis.String ??= "".constructor;
      Object.prototype.toString = () => { throw 1; };
      String.prototype.slice = String.prototype.replaceAll = () => { throw 1; };
      Function.prototype.call = Function.prototype.apply = Reflect.apply = null;
      JSON.parse = JSON.stringify = null;
      globalThis.String = globalThis.Promise = globalThis.Error = null;
      console.log("printed");
      return data;
    }`;
    const program = await loadProgram('javascript', [source]);
    for (const n of [1, 2]) {
      expect(runProgram(program, { n })).toEqual({ kind: 'value', value: { n }, output: 'printed\n' });
    }
  });

  it('prints as a console does, each call a line', async () => {
    const source = `() => {
      console.log("a", 1, true, null, undefined, 10n, Symbol("s"));
      console.error({ a: [1] }, new TypeError("bad"), new Error("worse"));
      console.info("", { get a() { throw 1; } });
      console.log();
    }`;
    expect(await runFunction('javascript', source)).toMatchObject({
      output:
        'a 1 true null undefined 10 Symbol(s)\n{"a":[1]} TypeError: bad worse\n something that cannot be shown\n\n',
    });
  });
});
