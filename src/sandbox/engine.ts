import { FUNCTION_TIMEOUT_MS, MEMORY_BYTES } from './limits.ts';
import type { SandboxFailure } from './sandbox.ts';

/** Arguments on their way into an engine: the data is JSON. */
export interface EngineArguments {
  readonly json: string;
  readonly event: string | null;
  readonly source: string;
  readonly pid: number;
}

/** How a run ended within an engine: the value is JSON. */
export type EngineResult =
  | { readonly kind: 'value'; readonly json: string; readonly output: string }
  | {
      readonly kind: 'error';
      readonly reason: SandboxFailure;
      readonly message: string;
      readonly output: string;
    };

/** What is wrong with a source. */
export interface CompileMistake {
  readonly message: string;
  /** 1-based, in the source. */
  readonly line: number | null;
}

/** Functions that were compiled, in a world of their own. */
export interface EngineProgram {
  run(args: EngineArguments): EngineResult;
  /** Whether a limit was hit, after which its world may be in any state. */
  readonly spent: boolean;
  close(): void;
}

/** A language. Synchronous: it lives on a worker thread. */
export interface Engine {
  /** Compiles functions into a program, or says what is wrong with the first that does not compile. */
  load(functions: readonly string[]): EngineProgram | CompileMistake;
}

/** Tells the two answers of `load` apart. */
export function isCompileMistake(loaded: EngineProgram | CompileMistake): loaded is CompileMistake {
  return !('run' in loaded);
}

/** The sentence for a limit that was hit; `detail` is what the engine itself said. */
export function toFailureMessage(reason: SandboxFailure, detail: string): string {
  switch (reason) {
    case 'timeout':
      return `Function did not finish within ${FUNCTION_TIMEOUT_MS} ms`;
    case 'memory':
      return `Function needs more than ${MEMORY_BYTES / 1024 / 1024} MiB of memory`;
    case 'stack':
      return 'Function recurses too deep';
    case 'too_large':
      return 'Function returned more than 1 MiB';
    case 'not_json':
      return `Function returned what is no JSON: ${detail}`;
    default:
      return detail;
  }
}
