import {
  FUNCTION_TIMEOUT_MS,
  MAX_MESSAGE_LENGTH,
  MAX_OUTPUT_BYTES,
  MAX_VALUE_DEPTH,
  MAX_VALUE_LENGTH,
  MEMORY_BYTES,
} from './limits.ts';
import type { SandboxError, SandboxFailure } from './sandbox.ts';

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
  | SandboxError;

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

/** A language. It lives on a worker thread. */
export interface Engine {
  /** Compiles functions into a program, or says what is wrong with the first that does not compile. */
  load(functions: readonly string[]): Promise<EngineProgram | CompileMistake>;
}

/** The line of a mistake within its source: what is missing at the end is missing after its last line. */
export function toLine(line: number | null, source: string): number | null {
  return line === null ? null : Math.min(line, source.trimEnd().split('\n').length);
}

/** Tells the two answers of `load` apart. */
export function isCompileMistake(loaded: EngineProgram | CompileMistake): loaded is CompileMistake {
  return !('run' in loaded);
}

/** Reasons after which nothing can be said of a program's inside. */
const SPENDING: ReadonlySet<SandboxFailure> = new Set(['timeout', 'memory', 'stack']);

/** Whether a program that failed so must not be run again. */
export function isSpending(reason: SandboxFailure): boolean {
  return SPENDING.has(reason);
}

/** The sentence for a failure; `detail` is what the engine itself said. */
export function toFailureMessage(reason: SandboxFailure, detail: string): string {
  switch (reason) {
    case 'timeout':
      return `Function did not finish within ${FUNCTION_TIMEOUT_MS} ms`;
    case 'memory':
      return `Function needs more than ${MEMORY_BYTES / 1024 / 1024} MiB of memory`;
    case 'stack':
      return 'Function recurses too deep';
    case 'too_large':
      return `Function returned more than ${MAX_VALUE_LENGTH / 1024 / 1024} MiB`;
    case 'not_json':
      return `Function returned what is no JSON: ${detail}`;
    default:
      return detail.slice(0, MAX_MESSAGE_LENGTH);
  }
}

/** Why a value that a function returned is not taken, though it is JSON; null when it is. */
export function refuseValue(
  json: string,
): { readonly reason: SandboxFailure; readonly detail: string } | null {
  if (json.length > MAX_VALUE_LENGTH) return { reason: 'too_large', detail: '' };
  if (!isTooDeep(json)) return null;
  return { reason: 'not_json', detail: `it nests deeper than ${MAX_VALUE_DEPTH} levels` };
}

function isTooDeep(json: string): boolean {
  // Each level takes two characters.
  if (json.length <= MAX_VALUE_DEPTH * 2) return false;
  let depth = 0;
  let inString = false;
  for (let at = 0; at < json.length; at += 1) {
    const character = json[at];
    // Only strings hold backslashes: what follows one is no quote that ends its string.
    if (character === '\\') at += 1;
    else if (character === '"') inString = !inString;
    else if (inString) continue;
    else if (character === '[' || character === '{') depth += 1;
    else if (character === ']' || character === '}') depth -= 1;
    if (depth > MAX_VALUE_DEPTH) return true;
  }
  return false;
}

const CUT_MARK = '… (cut)';
const MAX_KEPT_BYTES = MAX_OUTPUT_BYTES - Buffer.byteLength(CUT_MARK);

/** What was printed, cut to what is kept of it. */
export function cutOutput(text: string): string {
  // No character takes more than three bytes for each of its code units.
  if (text.length * 3 <= MAX_OUTPUT_BYTES || Buffer.byteLength(text) <= MAX_OUTPUT_BYTES) return text;
  const kept = Buffer.from(text).subarray(0, MAX_KEPT_BYTES);
  return `${new TextDecoder().decode(kept, { stream: true })}${CUT_MARK}`;
}
