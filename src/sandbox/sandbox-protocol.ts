import type { Language } from '../definitions/definition.ts';
import type { SandboxArguments, SandboxCompilation, SandboxProgram, SandboxResult } from './sandbox.ts';

/** Something for a sandbox thread to do. */
export type SandboxTask =
  | { readonly kind: 'compile'; readonly source: string; readonly language: Language | null }
  | { readonly kind: 'run'; readonly program: SandboxProgram; readonly args: SandboxArguments };

/** What a task gives. */
export type SandboxAnswer = SandboxCompilation | SandboxResult;

/** What a sandbox thread is started with. */
export interface SandboxWorkerData {
  /** One Int32: how many tasks of the present batch are finished. Tells the main thread which one does not stop. */
  readonly progress: SharedArrayBuffer;
}

/** What a sandbox thread says: that it is ready, then the answers to each batch. */
export type SandboxMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'answers'; readonly answers: readonly SandboxAnswer[] };
