import type { Language } from '../definitions/definition.ts';
import { toMessage } from '../errors.ts';
import type { Json } from '../event.ts';
import { type Engine, type EngineProgram, isCompileMistake } from './engine.ts';
import { MAX_PROGRAMS } from './limits.ts';
import type { SandboxArguments, SandboxCompilation, SandboxProgram, SandboxResult } from './sandbox.ts';

/** What a sandbox thread does: both languages, with programs kept compiled. */
export interface Programs {
  compile(source: string, language: Language | null): SandboxCompilation;
  run(program: SandboxProgram, args: SandboxArguments): SandboxResult;
}

/** Creates the keeper of compiled programs. */
export function createPrograms(engines: Readonly<Record<Language, Engine>>): Programs {
  /** In the order of their last use. */
  const kept = new Map<string, EngineProgram>();

  function open({ language, functions }: SandboxProgram): EngineProgram | SandboxResult {
    const key = JSON.stringify([language, functions]);
    const known = kept.get(key);
    if (known !== undefined) {
      kept.delete(key);
      kept.set(key, known);
      return known;
    }
    const loaded = engines[language].load(functions);
    if (isCompileMistake(loaded))
      return { kind: 'error', reason: 'syntax', message: loaded.message, output: '' };
    kept.set(key, loaded);
    const [oldest] = kept.keys();
    if (kept.size > MAX_PROGRAMS && oldest !== undefined) drop(oldest);
    return loaded;
  }

  function drop(key: string): void {
    kept.get(key)?.close();
    kept.delete(key);
  }

  return {
    compile: (source, language) =>
      language === null ? infer(engines, source) : compileAs(engines, { source, language }),
    run(program, { data, event, source, pid }) {
      const opened = open(program);
      if (!('run' in opened)) return opened;
      const result = opened.run({ json: JSON.stringify(data), event, source, pid });
      if (opened.spent) drop(JSON.stringify([program.language, program.functions]));
      return result.kind === 'error'
        ? result
        : { kind: 'value', value: JSON.parse(result.json) as Json, output: result.output };
    },
  };
}

type Engines = Readonly<Record<Language, Engine>>;

function compileAs(
  engines: Engines,
  { source, language }: { readonly source: string; readonly language: Language },
): SandboxCompilation {
  try {
    const loaded = engines[language].load([source]);
    if (isCompileMistake(loaded)) return { kind: 'invalid', ...loaded };
    loaded.close();
    return { kind: 'compiled', language };
  } catch (error) {
    return { kind: 'invalid', message: `Error parsing function: ${toMessage(error)}`, line: null };
  }
}

/** The language a source compiles as, when it is one and not the other. */
function infer(engines: Engines, source: string): SandboxCompilation {
  const javascript = compileAs(engines, { source, language: 'javascript' });
  const lua = compileAs(engines, { source, language: 'lua' });
  if (javascript.kind === 'compiled' && lua.kind === 'compiled') {
    return {
      kind: 'invalid',
      message: 'The function is both JavaScript and Lua: set config.language',
      line: null,
    };
  }
  if (javascript.kind === 'compiled') return javascript;
  if (lua.kind === 'compiled') return lua;
  return looksLikeLua(source) ? lua : javascript;
}

/** Only decides which of two messages helps more. */
function looksLikeLua(source: string): boolean {
  return /\bend\b|\blocal\b|\bthen\b|--/.test(source) && !/=>|\bconst\b|\blet\b/.test(source);
}
