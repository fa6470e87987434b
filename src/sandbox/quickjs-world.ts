import type { QuickJSContext, QuickJSHandle, QuickJSRuntime, QuickJSWASMModule } from 'quickjs-emscripten';
import { toMessage } from '../errors.ts';
import type { CpuClock } from './cpu-clock.ts';
import {
  type CompileMistake,
  cutOutput,
  type EngineArguments,
  type EngineProgram,
  type EngineResult,
  isSpending,
  refuseValue,
  toFailureMessage,
  toLine,
} from './engine.ts';
import { FUNCTION_TIMEOUT_MS, STACK_BYTES } from './limits.ts';
import { PRELUDE, TOOLS, type Tool, UNSHOWABLE } from './quickjs-prelude.ts';
import type { SandboxFailure } from './sandbox.ts';

/** For reading an error or an output: it does not depend on what the function itself had left. */
const TOOL_TIMEOUT_MS = 20;
/** What the sources are called in stack traces. */
const FILE = 'function';

/** What an error comes to that could not be made or read. */
const NOTHING_SAID: ReadonlySet<string> = new Set(['', 'null', UNSHOWABLE]);

/** What a world is made with. */
interface WorldParts {
  /** Whether the module's memory may be full. */
  readonly isFull: () => boolean;
  readonly cpuMs: CpuClock;
}

/** Why a call did not come back. */
interface Failure {
  readonly reason: SandboxFailure;
  readonly message: string;
}

/** A source that gave no function. */
interface Mistake extends CompileMistake {
  /** It did not get as far as running. */
  readonly isSyntax: boolean;
  /** It ran into a limit: it would do so a second time. */
  readonly isLimit: boolean;
}

/**
 * An instance of QuickJS with its one context, the tools of the prelude, and the functions that were compiled into it.
 * Sources are strict: a name that was never declared is an error, not a global that outlives the call.
 */
export class QuickJsWorld implements EngineProgram {
  readonly #runtime: QuickJSRuntime;
  readonly #context: QuickJSContext;
  readonly #tools: Readonly<Record<Tool, QuickJSHandle>>;
  readonly #functions: QuickJSHandle[] = [];
  readonly #isFull: () => boolean;
  readonly #cpuMs: CpuClock;
  #allowedMs = 0;
  /** When the present call was first looked at; null until then, so that quick calls cost no look. */
  #startedAt: number | null = null;
  #interrupted = false;
  spent = false;

  /** The module must be this world's own. */
  constructor(module: QuickJSWASMModule, { isFull, cpuMs }: WorldParts) {
    this.#isFull = isFull;
    this.#cpuMs = cpuMs;
    this.#runtime = module.newRuntime();
    this.#runtime.setMaxStackSize(STACK_BYTES);
    this.#runtime.setInterruptHandler(() => this.#isOverdue());
    this.#context = this.#runtime.newContext();
    this.#allow(FUNCTION_TIMEOUT_MS);
    const tools = this.#context.unwrapResult(this.#context.evalCode(PRELUDE));
    this.#tools = Object.fromEntries(
      TOOLS.map((name) => [name, this.#context.getProp(tools, name)]),
    ) as Record<Tool, QuickJSHandle>;
    tools.dispose();
  }

  #isOverdue(): boolean {
    const now = this.#cpuMs();
    this.#startedAt ??= now;
    this.#interrupted ||= now - this.#startedAt > this.#allowedMs;
    return this.#interrupted;
  }

  #allow(ms: number): void {
    this.#interrupted = false;
    this.#startedAt = null;
    this.#allowedMs = ms;
  }

  /** An expression that is a function, or a body that returns one. */
  compile(source: string): CompileMistake | null {
    try {
      return this.#compile(source);
    } catch (error) {
      const { reason, message } = toFailure(error);
      return { message: `Error parsing function: ${toFailureMessage(reason, message)}`, line: null };
    }
  }

  #compile(source: string): CompileMistake | null {
    const asExpression = this.#evaluate(`(${source.replace(/[\s;]+$/, '')}\n)`);
    if (asExpression === null) return null;
    if (asExpression.isLimit) return { message: asExpression.message, line: asExpression.line };
    const asBody = this.#evaluate(`(() => {${source}\n})()`);
    if (asBody === null) return null;
    const meantAsBody = asExpression.isSyntax && (!asBody.isSyntax || /\breturn\b/.test(source));
    const { message, line } = meantAsBody ? asBody : asExpression;
    const within = toLine(line, source);
    if (line === within) return { message, line };
    // The mistake is where our own brackets are.
    return { message: 'Error parsing function: SyntaxError: unexpected end of function', line: within };
  }

  /** Keeps the function that the code gives; null when there is no mistake. */
  #evaluate(code: string): Mistake | null {
    this.#allow(FUNCTION_TIMEOUT_MS);
    const result = this.#context.evalCode(code, FILE, { strict: true });
    if (result.error) {
      const line = this.#readLine(result.error);
      const { reason, message } = this.#describe(result.error);
      return {
        message: `Error parsing function: ${toFailureMessage(reason, message)}`,
        line,
        isSyntax: message.startsWith('SyntaxError'),
        isLimit: isSpending(reason),
      };
    }
    const kind = this.#toText('kindOf', [result.value]);
    if (kind === 'function') {
      this.#functions.push(result.value);
      return null;
    }
    result.value.dispose();
    const message = `Bad return value from function, expected function type, got ${kind}`;
    return { message, line: null, isSyntax: false, isLimit: false };
  }

  run(args: EngineArguments): EngineResult {
    try {
      const result = this.#run(args);
      // Even a function that got by with full memory would leave none for its next call.
      this.spent ||= this.#isFull();
      return result;
    } catch (error) {
      this.spent = true;
      const { reason, message } = toFailure(error);
      return { kind: 'error', reason, message: toFailureMessage(reason, message), output: '' };
    }
  }

  #run({ json, event, source, pid }: EngineArguments): EngineResult {
    const context = this.#context;
    using text = context.newString(json);
    this.#allow(FUNCTION_TIMEOUT_MS);
    const parsed = this.#call(this.#tools.parse, [text]);
    if ('reason' in parsed) return this.#fail(parsed);
    let data = parsed.handle;
    using eventHandle = event === null ? context.null : context.newString(event);
    using sourceHandle = context.newString(source);
    using pidHandle = context.newNumber(pid);
    for (const fn of this.#functions) {
      this.#allow(FUNCTION_TIMEOUT_MS);
      const returned = this.#call(fn, [data, eventHandle, sourceHandle, pidHandle]);
      data.dispose();
      if ('reason' in returned) return this.#fail(returned);
      data = returned.handle;
    }
    using last = data;
    return this.#finish(last);
  }

  /** Makes JSON of what the last function returned; a `toJSON` in it is the function's own code. */
  #finish(value: QuickJSHandle): EngineResult {
    this.#allow(FUNCTION_TIMEOUT_MS);
    const finished = this.#call(this.#tools.finish, [value]);
    if ('reason' in finished) {
      if (finished.reason !== 'thrown') return this.#fail(finished);
      return this.#fail({ reason: 'not_json', message: finished.message.replace(/^\w*Error: /, '') });
    }
    using handle = finished.handle;
    const json = this.#context.getString(handle);
    const refused = refuseValue(json);
    if (refused !== null) return this.#fail({ reason: refused.reason, message: refused.detail });
    return { kind: 'value', json, output: this.#takeOutput() };
  }

  #fail({ reason, message }: Failure): EngineResult {
    const output = this.#takeOutput();
    this.spent = isSpending(reason);
    return { kind: 'error', reason, message: toFailureMessage(reason, message), output };
  }

  #call(fn: QuickJSHandle, args: readonly QuickJSHandle[]): { readonly handle: QuickJSHandle } | Failure {
    const result = this.#context.callFunction(fn, this.#context.undefined, ...args);
    return result.error ? this.#describe(result.error) : { handle: result.value };
  }

  /** What was thrown, as text made inside the world: the host never touches the value. */
  #describe(error: QuickJSHandle): Failure {
    const interrupted = this.#interrupted;
    const message = this.#toText('describe', [error]);
    error.dispose();
    if (interrupted) return { reason: 'timeout', message };
    // Where there is no memory left there is none for an error either.
    if (NOTHING_SAID.has(message) && this.#isFull()) return { reason: 'memory', message };
    return { reason: toReason(message), message: message || UNSHOWABLE };
  }

  #takeOutput(): string {
    return cutOutput(this.#toText('take', []));
  }

  /** Empty when the tool itself fails. */
  #toText(tool: Tool, args: readonly QuickJSHandle[]): string {
    this.#allow(TOOL_TIMEOUT_MS);
    const result = this.#context.callFunction(this.#tools[tool], this.#context.undefined, ...args);
    if (result.error) {
      result.error.dispose();
      return '';
    }
    using text = result.value;
    return this.#context.getString(text);
  }

  #readLine(error: QuickJSHandle): number | null {
    using line = this.#context.getProp(error, 'lineNumber');
    if (this.#context.typeof(line) === 'number') return this.#context.getNumber(line);
    using stack = this.#context.getProp(error, 'stack');
    const text = this.#context.typeof(stack) === 'string' ? this.#context.getString(stack) : '';
    const match = /function:(\d+)/.exec(text);
    return match === null ? null : Number(match[1]);
  }

  /** Nothing is left to do: the instance goes when nobody refers to it. */
  close(): void {}
}

function toReason(message: string): SandboxFailure {
  if (message.startsWith('InternalError: out of memory')) return 'memory';
  return /^(?:InternalError|SyntaxError): stack overflow/.test(message) ? 'stack' : 'thrown';
}

/** What the machine itself said of an instance: its own stack overflowed before that of QuickJS, or it broke. */
function toFailure(error: unknown): Failure {
  if (error instanceof RangeError) return { reason: 'stack', message: '' };
  return { reason: 'crash', message: `Function ended its sandbox: ${toMessage(error)}` };
}
