import { readFileSync } from 'node:fs';
import { LuaEngine, type LuaWasm } from 'wasmoon';
import {
  type CompileMistake,
  cutOutput,
  type EngineArguments,
  type EngineProgram,
  type EngineResult,
  isSpending,
  refuseValue,
  toFailureMessage,
  toLine,
} from './engine.ts';
import { FUNCTION_TIMEOUT_MS, HEADROOM_BYTES, MEMORY_BYTES } from './limits.ts';
import type { LuaDeadline } from './lua-deadline.ts';
import type { SandboxFailure } from './sandbox.ts';

const PRELUDE = readFileSync(new URL('./prelude.lua', import.meta.url), 'utf8');
/** What the prelude itself and Lua's libraries take, which is not the function's. */
const OWN_BYTES = 512 * 1024;
const MAX_BYTES = MEMORY_BYTES + OWN_BYTES;

/** A Lua state with the prelude, and the functions that were compiled into it. */
export class LuaProgram implements EngineProgram {
  readonly #lua: LuaWasm;
  readonly #state: LuaEngine;
  spent = false;

  constructor(lua: LuaWasm, deadline: LuaDeadline) {
    this.#lua = lua;
    this.#state = new LuaEngine(lua, {
      openStandardLibs: true,
      injectObjects: false,
      enableProxy: false,
      traceAllocations: true,
    });
    const { global } = this.#state;
    deadline.watch(global.address);
    global.loadString(PRELUDE, '=prelude');
    global.runSync();
    global.setTop(0);
  }

  /** Keeps a function, or says what is wrong with it. */
  compile(source: string): CompileMistake | null {
    const [line, reason, detail = ''] = this.#call('compile', [source, FUNCTION_TIMEOUT_MS]);
    if (line === undefined) return null;
    if (reason === 'type')
      return {
        message: `Bad return value from function, expected function type, got ${detail}`,
        line: null,
      };
    const message = `Error parsing function: ${toFailureMessage(reason as SandboxFailure, detail)}`;
    return { message, line: toLine(line === '' ? null : Number(line), source) };
  }

  run({ json, event, source, pid }: EngineArguments): EngineResult {
    const [kind, text = '', printed = ''] = this.#call('run', [
      json,
      event ?? '',
      source,
      pid,
      FUNCTION_TIMEOUT_MS,
    ]);
    const output = cutOutput(printed);
    if (kind !== 'value') return this.#fail(kind as SandboxFailure, text, output);
    const refused = refuseValue(text);
    if (refused !== null) return this.#fail(refused.reason, refused.detail, output);
    return { kind: 'value', json: text, output };
  }

  #fail(reason: SandboxFailure, detail: string, output: string): EngineResult {
    this.spent = isSpending(reason);
    return { kind: 'error', reason, message: toFailureMessage(reason, detail), output };
  }

  /** Calls a function of the prelude and takes its results as texts. */
  #call(name: 'compile' | 'run', args: readonly (string | number)[]): readonly string[] {
    const { address } = this.#state.global;
    // Where no Lua function runs, running out of memory would end the thread.
    this.#state.global.setMemoryMax(MAX_BYTES + HEADROOM_BYTES);
    this.#lua.lua_getglobal(address, name);
    for (const arg of args) this.#push(arg);
    this.#state.global.setMemoryMax(MAX_BYTES);
    const status = this.#lua.lua_pcallk(address, args.length, -1, 0, 0, null);
    // The prelude catches all but what happens to itself, and it needs nothing but memory.
    const results = status === 0 ? this.#readResults() : OUT_OF_MEMORY[name];
    this.#lua.lua_settop(address, 0);
    return results;
  }

  #push(value: string | number): void {
    if (typeof value === 'number') this.#lua.lua_pushinteger(this.#state.global.address, BigInt(value));
    else this.#pushText(value);
  }

  /** Copied by its length: wasmoon's own way puts a text on the stack of Lua, which is small, and ends it at a NUL. */
  #pushText(text: string): void {
    const { module } = this.#lua;
    const bytes = module.lengthBytesUTF8(text);
    const pointer = module._malloc(bytes + 1);
    module.stringToUTF8(text, pointer, bytes + 1);
    this.#lua.lua_pushlstring(this.#state.global.address, pointer, bytes);
    module._free(pointer);
  }

  #readResults(): readonly string[] {
    const { address } = this.#state.global;
    const count = this.#lua.lua_gettop(address);
    return Array.from({ length: count }, (_, index) => this.#lua.lua_tolstring(address, index + 1, null));
  }

  close(): void {
    this.#state.global.close();
  }
}

const OUT_OF_MEMORY = { compile: ['', 'memory'], run: ['memory'] } as const;
