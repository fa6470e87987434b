import type { Language } from '../definitions/definition.ts';
import type { Json } from '../event.ts';

/** What a chain is run for and with. */
export interface SandboxArguments {
  /** Id of the hook it is of. Takes its turn among the others, and shares nothing with them. */
  readonly hook: string;
  readonly data: Json;
  readonly event: string | null;
  readonly source: string;
  readonly pid: number;
}

/** A chain of functions of one language, run in order: each gets the data the one before returned. */
export interface SandboxProgram {
  readonly language: Language;
  readonly functions: readonly string[];
}

/** Why a function did not finish. `crash`: the thread it ran on died or had to be replaced. */
export type SandboxFailure =
  | 'thrown'
  | 'syntax'
  | 'timeout'
  | 'memory'
  | 'stack'
  | 'too_large'
  | 'not_json'
  | 'crash';

/** A run that did not finish. `output` is what the functions printed until then, at most 16 KiB. */
export interface SandboxError {
  readonly kind: 'error';
  readonly reason: SandboxFailure;
  readonly message: string;
  readonly output: string;
}

/** How a run ended. */
export type SandboxResult =
  | { readonly kind: 'value'; readonly value: Json; readonly output: string }
  | SandboxError;

/** The answer to "does this compile": the language it is in, or what is wrong and where in the source (1-based). */
export type SandboxCompilation =
  | { readonly kind: 'compiled'; readonly language: Language }
  | { readonly kind: 'invalid'; readonly message: string; readonly line: number | null };

/**
 * Runs untrusted functions away from everything: no I/O, no host objects, bounded time and memory per function
 * call. A function that does not stop takes its thread with it and nothing else. What a function keeps for its next
 * call may be there then or not: it is on one of several threads, and gone with the thread or with a limit that was hit.
 * Only app.ts names an implementation.
 */
export interface Sandbox {
  /** Compiles one function without keeping it. `language` null: whichever of the two it compiles as, and only one. */
  compile(source: string, language: Language | null): Promise<SandboxCompilation>;
  /** Runs a chain; the first error ends it. A function that returns nothing ends with null and no error. Never rejects. */
  run(program: SandboxProgram, args: SandboxArguments): Promise<SandboxResult>;
  /** Ends every thread; runs under way end as `crash`. */
  close(): Promise<void>;
}
