import type { Language } from '../../src/definitions/definition.ts';
import type { Json } from '../../src/event.ts';
import { createCpuClock } from '../../src/sandbox/cpu-clock.ts';
import { type EngineArguments, type EngineProgram, isCompileMistake } from '../../src/sandbox/engine.ts';
import { createLuaEngine } from '../../src/sandbox/lua.ts';
import { createQuickJsEngine } from '../../src/sandbox/quickjs.ts';
import type { SandboxResult } from '../../src/sandbox/sandbox.ts';

/** Of this thread. */
export const CPU_CLOCK = createCpuClock(() => {});

/** Both engines, in this thread. */
export const ENGINES = {
  javascript: await createQuickJsEngine(CPU_CLOCK),
  lua: await createLuaEngine(CPU_CLOCK),
};

/** Compiles functions of one language. Throws when one does not compile. */
export async function loadProgram(language: Language, functions: readonly string[]): Promise<EngineProgram> {
  const loaded = await ENGINES[language].load(functions);
  if (isCompileMistake(loaded)) throw new Error(`Cannot load the functions: ${loaded.message}`);
  return loaded;
}

/** Runs a program once, with the arguments of a delivery. */
export function runProgram(
  program: EngineProgram,
  data: Json = {},
  { event = 'consumers', source = 'crud', pid = 7 }: Partial<EngineArguments> = {},
): SandboxResult {
  const result = program.run({ json: JSON.stringify(data), event, source, pid });
  return result.kind === 'value'
    ? { kind: 'value', value: JSON.parse(result.json) as Json, output: result.output }
    : result;
}

/** Compiles one function, runs it once and lets go of it. */
export async function runFunction(
  language: Language,
  source: string,
  data: Json = {},
): Promise<SandboxResult> {
  const program = await loadProgram(language, [source]);
  const result = runProgram(program, data);
  program.close();
  return result;
}

/** The value of a function that is to end well. */
export async function evaluate(language: Language, source: string, data: Json = {}): Promise<Json> {
  const result = await runFunction(language, source, data);
  if (result.kind === 'error') throw new Error(`Cannot evaluate "${source}": ${result.message}`);
  return result.value;
}

/** Source of a Lua function with a body. */
export function lua(body: string): string {
  return `return function(data, event, source, pid) ${body} end`;
}
