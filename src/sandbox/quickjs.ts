import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSWASMModule,
  RELEASE_SYNC,
} from 'quickjs-emscripten';
import type { CpuClock } from './cpu-clock.ts';
import type { Engine } from './engine.ts';
import { MEMORY_BYTES } from './limits.ts';
import { QuickJsWorld } from './quickjs-world.ts';

/** What is used of it here: Node's types leave it out. */
declare const WebAssembly: {
  compile(bytes: Uint8Array): Promise<object>;
  Memory: new (pages: { readonly initial: number; readonly maximum: number }) => WasmMemory;
};

interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

/** What QuickJS itself takes of its memory, most of it its stack; it is not the function's. */
const OWN_BYTES = 6 * 1024 * 1024;
const PAGE_BYTES = 64 * 1024;
const MAX_PAGES = (MEMORY_BYTES + OWN_BYTES) / PAGE_BYTES;
/** What the WebAssembly module asks for at least. */
const INITIAL_PAGES = 256;
/** Memory that cannot grow by this much any more may be full. */
const RESERVE_BYTES = 2 * 1024 * 1024;

/**
 * Creates the engine of JavaScript, each program in an instance of QuickJS of its own. The memory of the instance is the
 * limit: QuickJS's own counts next to nothing when it is compiled to WebAssembly.
 */
export async function createQuickJsEngine(cpuMs: CpuClock): Promise<Engine> {
  const file = createRequire(import.meta.resolve('quickjs-emscripten')).resolve(
    '@jitl/quickjs-wasmfile-release-sync/wasm',
  );
  const wasmModule = await WebAssembly.compile(await readFile(file));
  return {
    async load(functions) {
      const wasmMemory = new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: MAX_PAGES });
      const module = await instantiate({ wasmModule, wasmMemory });
      const isFull = (): boolean => wasmMemory.buffer.byteLength > MAX_PAGES * PAGE_BYTES - RESERVE_BYTES;
      const world = new QuickJsWorld(module, { isFull, cpuMs });
      for (const source of functions) {
        const mistake = world.compile(source);
        if (mistake !== null) return mistake;
      }
      return world;
    },
  };
}

function instantiate(parts: {
  readonly wasmModule: object;
  readonly wasmMemory: WasmMemory;
}): Promise<QuickJSWASMModule> {
  return newQuickJSWASMModuleFromVariant(newVariant(RELEASE_SYNC, parts));
}
