import type { LuaWasm } from 'wasmoon';
import type { CpuClock } from './cpu-clock.ts';

/** Instructions between looks at the time: some tens of microseconds. */
const HOOK_COUNT = 2000;
const COUNT_MASK = 8;

/**
 * The time limit of every Lua state of a thread, of which only one runs at a time. Made of plain C functions: they are
 * called far too often for wasmoon's own way to call the host.
 */
export class LuaDeadline {
  readonly #lua: LuaWasm;
  readonly #cpuMs: CpuClock;
  #overdueAt = Number.POSITIVE_INFINITY;
  readonly #hook: number;
  readonly #functions: Readonly<Record<'set_limit' | 'is_overdue', number>>;

  constructor(lua: LuaWasm, cpuMs: CpuClock) {
    this.#lua = lua;
    this.#cpuMs = cpuMs;
    const { module } = lua;
    this.#hook = module.addFunction((state: number) => this.#check(state), 'vii');
    this.#functions = {
      set_limit: module.addFunction((state: number) => this.#setLimit(state), 'ii'),
      is_overdue: module.addFunction((state: number) => this.#pushOverdue(state), 'ii'),
    };
  }

  /** Watches all that a state runs, coroutines too, and gives it the functions `set_limit` and `is_overdue`. */
  watch(state: number): void {
    for (const [name, address] of Object.entries(this.#functions)) {
      this.#lua.lua_pushcclosure(state, address, 0);
      this.#lua.lua_setglobal(state, name);
    }
    this.#lua.lua_sethook(state, this.#hook, COUNT_MASK, HOOK_COUNT);
  }

  get #isOverdue(): boolean {
    return this.#cpuMs() > this.#overdueAt;
  }

  /** `set_limit(ms)`: counts from now; without a number it lifts the limit. */
  #setLimit(state: number): number {
    const ms = this.#lua.lua_tonumberx(state, 1, null);
    this.#overdueAt = ms > 0 ? this.#cpuMs() + ms : Number.POSITIVE_INFINITY;
    return 0;
  }

  #pushOverdue(state: number): number {
    this.#lua.lua_pushboolean(state, this.#isOverdue ? 1 : 0);
    return 1;
  }

  #check(state: number): void {
    if (!this.#isOverdue) return;
    this.#lua.lua_pushnil(state);
    this.#lua.lua_error(state);
  }
}
