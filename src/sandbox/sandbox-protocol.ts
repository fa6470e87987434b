import type { Language } from '../definitions/definition.ts';
import type { EngineArguments, EngineResult } from './engine.ts';
import type { SandboxCompilation, SandboxProgram } from './sandbox.ts';

/** Something for a sandbox thread to do. Data crosses as JSON: it is cheaper than a copy and knows no depth. */
export type SandboxTask =
  | { readonly kind: 'compile'; readonly source: string; readonly language: Language | null }
  | {
      readonly kind: 'run';
      readonly hook: string;
      readonly program: SandboxProgram;
      readonly args: EngineArguments;
    };

/** What a task gives. */
export type SandboxAnswer = SandboxCompilation | EngineResult;

/** An answer, and what it took. */
export interface TimedAnswer {
  readonly answer: SandboxAnswer;
  /** Processor time, without that of compiling what was run. */
  readonly cpuMs: number;
}

/** What a sandbox thread is started with. */
export interface SandboxWorkerData {
  /** Int32s at the places below: what the main thread sees of a thread that is busy. */
  readonly progress: SharedArrayBuffer;
}

/** Place in the progress: how many tasks of the present batch are finished. Tells which one does not stop. */
export const FINISHED = 0;
/** Place in the progress: counts whenever an engine looks at the time, which it does all along, unless it is stuck. */
export const BEATS = 1;
/** Bytes of the progress. */
export const PROGRESS_BYTES = 2 * Int32Array.BYTES_PER_ELEMENT;

/** What a sandbox thread says: that it is ready, then the answers to each batch. */
export type SandboxMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'answers'; readonly answers: readonly TimedAnswer[] };
