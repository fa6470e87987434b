import { describe, expect, it } from 'vitest';
import { runApp } from '../helpers/running-app.ts';

/**
 * Functions that look for a way out of their sandbox, or for all there is of something. What each engine has and has not
 * is in test/sandbox/quickjs.test.ts and prelude.test.ts, its limits in engine.test.ts and lua.test.ts.
 */
const FUNCTIONS: Readonly<Record<string, string>> = {
  'the constructor of a function': '() => (() => {}).constructor("return process.env")()',
  'the constructor of this': '() => this.constructor.constructor("return this.process.mainModule")()',
  'the constructor of its data': '(data) => data.constructor.constructor("return require")()("fs")',
  'the constructor of an error':
    '() => { try { null.x } catch (e) { return e.constructor.constructor("return process")().pid } }',
  'an indirect eval': '() => (0, eval)("process.exit(1)")',
  'a dynamic import': '() => import("node:fs")',
  'a required module': '() => require("node:child_process").execSync("id")',
  'the stack of the host':
    '() => { Error.prepareStackTrace = (e, s) => s; return new Error().stack[0].getThis().process }',
  'what is called with it': '() => arguments.callee.caller.constructor("return process")()',
  'a proxy as its result': '() => new Proxy({}, { get: () => process, ownKeys: () => { throw process } })',
  'a getter in its result': '() => ({ get x() { return require("fs") } })',
  'a JSON of its own':
    '(data) => { JSON.stringify = () => process; Object.prototype.toJSON = () => process; return data }',
  'a pattern that takes for ever': '() => /^(a+)+$/.test("a".repeat(100) + "!")',
  'all memory at once': '() => new ArrayBuffer(2 ** 31).byteLength',
  'all memory bit by bit': '() => { const a = []; for (;;) a.push(new Uint8Array(1e6)) }',
  'promises without end': '() => { const f = () => Promise.resolve().then(f); f(); for (;;); }',
  'a module of Lua': 'return function() return require("os").execute("id") end',
  'the libraries of Lua': 'return function() return package.loadlib("libc.so.6", "system") end',
  'the debugger of Lua': 'return function() return debug.getregistry() end',
  'files of Lua': 'return function() return io.open("/etc/passwd"):read("a") end',
  'commands of Lua': 'return function() return os.execute("id") end',
  'bytecode of Lua': 'return function() return load("\\27Lua")() end',
  'the methods of texts': 'return function() return getmetatable("").__index.dump(print) end',
  'a metatable of Lua':
    'return function() return setmetatable({}, { __gc = function() while true do end end }) end',
  'the globals of Lua': 'return function() return _G.js.global.process end',
  'a pattern of Lua that takes for ever':
    'return function() return (("a"):rep(200)):find(("a?"):rep(200) .. ("a"):rep(201)) end',
  'a text of Lua without end': 'return function() return ("x"):rep(1e10) end',
};

describe('a function that looks for a way out', () => {
  it('finds none, and what others run goes on', async () => {
    const names = Object.keys(FUNCTIONS);
    const hooks = names.map((name, index) => {
      const source = JSON.stringify(FUNCTIONS[name]);
      return `name: f${index}\nsource: crud\nevent: consumers\nhandler: lambda\nconfig: { functions: [${source}] }\n`;
    });
    const honest =
      'name: honest\nsource: crud\nevent: consumers\nhandler: lambda\nconfig: { functions: ["(data) => data.n + 1"] }\n';
    await using app = await runApp({ 'all.yaml': [...hooks, honest].join('---\n') });
    for (const [index, name] of names.entries()) {
      const { status, body } = await app.post(`/event-hooks/f${index}/test`, { n: 1 });
      expect([name, status, body]).toMatchObject([name, 500, { err: expect.stringMatching(/./) }]);
      expect([name, JSON.stringify(body)]).toEqual([
        name,
        expect.not.stringMatching(/root:|uid=|node:|"pid"|\/src\/|node_modules/),
      ]);
      expect(await app.post('/event-hooks/honest/test', { n: 1 })).toMatchObject({
        status: 200,
        body: { result: 2 },
      });
    }
    expect(app.log.filter((line) => line.includes('unexpected error'))).toEqual([]);
  });
});
