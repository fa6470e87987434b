import { LuaFactory } from 'wasmoon';
import type { CpuClock } from './cpu-clock.ts';
import type { Engine } from './engine.ts';
import { LuaDeadline } from './lua-deadline.ts';
import { LuaProgram } from './lua-program.ts';

/** Creates the engine of Lua 5.4, each program in a Lua state of its own. */
export async function createLuaEngine(cpuMs: CpuClock): Promise<Engine> {
  const lua = await new LuaFactory().getLuaModule();
  const deadline = new LuaDeadline(lua, cpuMs);
  return {
    async load(functions) {
      const program = new LuaProgram(lua, deadline);
      for (const source of functions) {
        const mistake = program.compile(source);
        if (mistake === null) continue;
        program.close();
        return mistake;
      }
      return program;
    },
  };
}
