import { readFileSync } from 'node:fs';
import { LuaEngine, LuaFactory } from 'wasmoon';
import {
  type CompileMistake,
  type Engine,
  type EngineArguments,
  type EngineProgram,
  type EngineResult,
  toFailureMessage,
} from './engine.ts';
import { FUNCTION_TIMEOUT_MS, MAX_VALUE_LENGTH, MEMORY_BYTES } from './limits.ts';
import type { SandboxFailure } from './sandbox.ts';

const PRELUDE = readFileSync(new URL('./prelude.lua', import.meta.url), 'utf8');
const LIMIT_S = FUNCTION_TIMEOUT_MS / 1000;
/** What the prelude itself and Lua's libraries take, which is not the function's. */
const OWN_BYTES = 512 * 1024;

/** Creates the engine of Lua 5.4, each program in a Lua state of its own. */
export async function createLuaEngine(): Promise<Engine> {
  const factory = new LuaFactory();
  const module = await factory.getLuaModule();
  return {
    load(functions) {
      const state = new LuaEngine(module, {
        openStandardLibs: true,
        injectObjects: false,
        enableProxy: false,
        traceAllocations: true,
      });
      state.doStringSync(PRELUDE);
      state.global.setMemoryMax(MEMORY_BYTES + OWN_BYTES);
      for (const source of functions) {
        const mistake = compile(state, source);
        if (mistake === null) continue;
        state.global.close();
        return mistake;
      }
      return createProgram(state);
    },
  };
}

function compile(state: LuaEngine, source: string): CompileMistake | null {
  const [answer = ''] = callGlobal(state, 'compile', [source, LIMIT_S]);
  if (answer === '') return null;
  const [line = '', ...message] = answer.split('\n');
  return { message: message.join('\n'), line: line === '' ? null : Number(line) };
}

/** Reasons after which nothing can be said of the state's inside. */
const SPENDING: ReadonlySet<string> = new Set(['timeout', 'memory', 'stack']);

function createProgram(state: LuaEngine): EngineProgram {
  let spent = false;
  return {
    get spent() {
      return spent;
    },
    run({ json, event, source, pid }: EngineArguments): EngineResult {
      const [kind = 'thrown', text = '', output = ''] = callGlobal(state, 'run', [
        json,
        event ?? '',
        source,
        pid,
        LIMIT_S,
      ]);
      if (kind === 'value' && text.length <= MAX_VALUE_LENGTH) return { kind: 'value', json: text, output };
      const reason = (kind === 'value' ? 'too_large' : kind) as SandboxFailure;
      spent = SPENDING.has(reason);
      return { kind: 'error', reason, message: toFailureMessage(reason, text), output };
    },
    close: () => state.global.close(),
  };
}

/** Calls a function of the prelude and takes its results as texts. Throws when Lua itself gave up. */
function callGlobal(state: LuaEngine, name: string, args: readonly (string | number)[]): readonly string[] {
  const { global } = state;
  const { lua, address } = global;
  const top = lua.lua_gettop(address);
  try {
    lua.lua_getglobal(address, name);
    for (const arg of args) global.pushValue(arg);
    const status = lua.lua_pcallk(address, args.length, -1, 0, 0, null);
    if (status !== 0) return ['memory', '', ''];
    return Array.from({ length: lua.lua_gettop(address) - top }, (_, index) =>
      lua.lua_tolstring(address, top + 1 + index, null),
    );
  } finally {
    lua.lua_settop(address, top);
  }
}
