import type { Language } from '../definitions/definition.ts';
import type { CpuClock } from './cpu-clock.ts';
import {
  type Engine,
  type EngineArguments,
  type EngineProgram,
  type EngineResult,
  isCompileMistake,
} from './engine.ts';
import { MAX_PROGRAMS } from './limits.ts';
import type { SandboxCompilation, SandboxProgram } from './sandbox.ts';
import type { TimedAnswer } from './sandbox-protocol.ts';

/** A program to run, and the hook it is of. */
interface ProgramRun {
  readonly hook: string;
  readonly program: SandboxProgram;
  readonly args: EngineArguments;
}

/** What a sandbox thread does: both languages, with programs kept compiled. */
export interface Programs {
  compile(source: string, language: Language | null): Promise<TimedAnswer>;
  run(run: ProgramRun): Promise<TimedAnswer>;
}

/** A hook's program as it is kept. */
interface Kept {
  readonly program: SandboxProgram;
  readonly loaded: EngineProgram;
}

type Engines = Readonly<Record<Language, Engine>>;

/** Creates the keeper of compiled programs: one for a hook, which no other hook's functions run in. */
export function createPrograms(engines: Engines, cpuMs: CpuClock): Programs {
  /** By hook, in the order of their last use. */
  const kept = new Map<string, Kept>();

  async function open(hook: string, program: SandboxProgram): Promise<EngineProgram | EngineResult> {
    const known = kept.get(hook);
    if (known !== undefined && isSame(known.program, program)) {
      kept.delete(hook);
      kept.set(hook, known);
      return known.loaded;
    }
    drop(hook);
    const loaded = await engines[program.language].load(program.functions);
    if (isCompileMistake(loaded))
      return { kind: 'error', reason: 'syntax', message: loaded.message, output: '' };
    kept.set(hook, { program, loaded });
    const [oldest] = kept.keys();
    if (kept.size > MAX_PROGRAMS && oldest !== undefined) drop(oldest);
    return loaded;
  }

  function drop(hook: string): void {
    kept.get(hook)?.loaded.close();
    kept.delete(hook);
  }

  return {
    async compile(source, language) {
      const startedAt = cpuMs();
      const answer = await (language === null
        ? infer(engines, source)
        : compileAs(engines, { source, language }));
      return { answer, cpuMs: cpuMs() - startedAt };
    },
    async run({ hook, program, args }) {
      const opened = await open(hook, program);
      const startedAt = cpuMs();
      if (!('run' in opened)) return { answer: opened, cpuMs: 0 };
      const answer = opened.run(args);
      if (opened.spent) drop(hook);
      return { answer, cpuMs: cpuMs() - startedAt };
    },
  };
}

function isSame(a: SandboxProgram, b: SandboxProgram): boolean {
  return (
    a.language === b.language &&
    a.functions.length === b.functions.length &&
    a.functions.every((source, index) => source === b.functions[index])
  );
}

async function compileAs(
  engines: Engines,
  { source, language }: { readonly source: string; readonly language: Language },
): Promise<SandboxCompilation> {
  const loaded = await engines[language].load([source]);
  if (isCompileMistake(loaded)) return { kind: 'invalid', ...loaded };
  loaded.close();
  return { kind: 'compiled', language };
}

/** The language a source compiles as, when it is one and not the other. */
async function infer(engines: Engines, source: string): Promise<SandboxCompilation> {
  const javascript = await compileAs(engines, { source, language: 'javascript' });
  const lua = await compileAs(engines, { source, language: 'lua' });
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
