import {
  getQuickJS,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSRuntime,
  type QuickJSWASMModule,
} from 'quickjs-emscripten';
import {
  type CompileMistake,
  type Engine,
  type EngineArguments,
  type EngineProgram,
  type EngineResult,
  toFailureMessage,
} from './engine.ts';
import {
  FUNCTION_TIMEOUT_MS,
  MAX_OUTPUT_LENGTH,
  MAX_VALUE_LENGTH,
  MEMORY_BYTES,
  STACK_BYTES,
} from './limits.ts';
import type { SandboxFailure } from './sandbox.ts';

/**
 * Runs inside each context before any function: keeps what it needs of the world out of reach of later changes to it,
 * and gives the function a console. Answers the tools the host calls.
 */
const PRELUDE = `(() => {
  const { parse, stringify } = JSON;
  const P = Promise, S = String, T = TypeError, E = Error;
  const then = P.prototype.then;
  let output = '', full = false;
  const show = (value) => {
    try { return typeof value === 'object' && value !== null ? stringify(value) : S(value); } catch { return 'something that cannot be shown'; }
  };
  const print = (...values) => {
    if (full) return;
    let line = '';
    for (let i = 0; i < values.length; i += 1) line += (i > 0 ? ' ' : '') + show(values[i]);
    output += line + '\\n';
    if (output.length > ${MAX_OUTPUT_LENGTH}) { output = output.slice(0, ${MAX_OUTPUT_LENGTH}) + '… (cut)'; full = true; }
  };
  globalThis.console = { log: print, info: print, warn: print, error: print, debug: print };
  return {
    parse,
    finish(value) {
      if (value instanceof P) throw new T('a promise: async functions are not supported');
      if (typeof value === 'function' || typeof value === 'symbol') throw new T('a ' + typeof value);
      const json = stringify(value);
      return json === undefined ? 'null' : json;
    },
    describe(thrown) {
      try {
        if (typeof thrown !== 'object' || thrown === null) return S(thrown);
        if (!(thrown instanceof E)) return stringify(thrown) ?? 'an object';
        return thrown.name === 'Error' ? S(thrown.message) : thrown.name + ': ' + thrown.message;
      } catch { return 'something that cannot be shown'; }
    },
    take() { const text = output; output = ''; full = false; return text; },
  };
})()`;

/** More time for reading an error or an output than the function itself had left. */
const TOOL_TIMEOUT_MS = 20;
const FILE = 'function';

/** Creates the engine of JavaScript, each program in a runtime of its own. */
export async function createQuickJsEngine(): Promise<Engine> {
  const module = await getQuickJS();
  return {
    load(functions) {
      const world = new World(module);
      for (const source of functions) {
        const mistake = world.compile(source);
        if (mistake === null) continue;
        world.close();
        return mistake;
      }
      return world;
    },
  };
}

/** A runtime with its one context, the tools of the prelude, and the functions that were compiled into it. */
class World implements EngineProgram {
  readonly #runtime: QuickJSRuntime;
  readonly #context: QuickJSContext;
  readonly #tools: Readonly<Record<'parse' | 'finish' | 'describe' | 'take', QuickJSHandle>>;
  readonly #functions: QuickJSHandle[] = [];
  #deadline = 0;
  #interrupted = false;
  spent = false;

  constructor(module: QuickJSWASMModule) {
    this.#runtime = module.newRuntime();
    this.#runtime.setMemoryLimit(MEMORY_BYTES);
    this.#runtime.setMaxStackSize(STACK_BYTES);
    this.#runtime.setInterruptHandler(() => {
      this.#interrupted ||= Date.now() > this.#deadline;
      return this.#interrupted;
    });
    this.#context = this.#runtime.newContext();
    this.#allow(FUNCTION_TIMEOUT_MS);
    const tools = this.#context.unwrapResult(this.#context.evalCode(PRELUDE));
    const tool = (name: string): QuickJSHandle => this.#context.getProp(tools, name);
    this.#tools = {
      parse: tool('parse'),
      finish: tool('finish'),
      describe: tool('describe'),
      take: tool('take'),
    };
    tools.dispose();
  }

  /** An expression that is a function, or a body that returns one. */
  compile(source: string): CompileMistake | null {
    const trimmed = source.replace(/[\s;]+$/, '');
    const asExpression = this.#evaluate(`(${trimmed}\n)`);
    if (asExpression.kind === 'function') return null;
    const asBody = this.#evaluate(`(() => {${source}\n})()`);
    if (asBody.kind === 'function') return null;
    // A body says "return"; whatever else was meant as an expression.
    const { message, line } =
      /\breturn\b/.test(source) && asBody.kind === 'mistake'
        ? asBody
        : asExpression.kind === 'mistake'
          ? asExpression
          : asBody;
    return { message, line };
  }

  #evaluate(code: string): { readonly kind: 'function' | 'mistake' } & CompileMistake {
    this.#allow(FUNCTION_TIMEOUT_MS);
    const result = this.#context.evalCode(code, FILE);
    if (result.error) {
      const line = this.#readLine(result.error);
      const { message } = this.#describe(result.error);
      return { kind: 'mistake', message: `Error parsing function: ${message}`, line };
    }
    const type = this.#context.typeof(result.value);
    if (type === 'function') {
      this.#functions.push(result.value);
      return { kind: 'function', message: '', line: null };
    }
    result.value.dispose();
    return {
      kind: 'mistake',
      message: `Bad return value from function, expected function type, got ${type}`,
      line: null,
    };
  }

  run({ json, event, source, pid }: EngineArguments): EngineResult {
    const context = this.#context;
    const parsed = this.#call(this.#tools.parse, [context.newString(json)]);
    if ('reason' in parsed) return this.#fail(parsed);
    let data = parsed.handle;
    const rest = [
      event === null ? context.null : context.newString(event),
      context.newString(source),
      context.newNumber(pid),
    ];
    try {
      for (const fn of this.#functions) {
        const returned = this.#call(fn, [data, ...rest], false);
        if ('reason' in returned) return this.#fail(returned);
        data.dispose();
        data = returned.handle;
      }
      const finished = this.#call(this.#tools.finish, [data], false);
      if ('reason' in finished)
        return this.#fail(finished.reason === 'thrown' ? { ...finished, reason: 'not_json' } : finished);
      return this.#succeed(finished.handle);
    } finally {
      data.dispose();
      for (const handle of rest) handle.dispose();
    }
  }

  #succeed(handle: QuickJSHandle): EngineResult {
    const json = this.#context.getString(handle);
    handle.dispose();
    if (json.length > MAX_VALUE_LENGTH) return this.#fail({ reason: 'too_large', message: '' });
    return { kind: 'value', json, output: this.#takeOutput() };
  }

  #fail({ reason, message }: Failure): EngineResult {
    const output = this.#takeOutput();
    this.spent = reason === 'timeout' || reason === 'memory' || reason === 'stack';
    return { kind: 'error', reason, message: toFailureMessage(reason, message), output };
  }

  /** Calls within the time of one function; `dispose` lets go of the arguments afterwards. */
  #call(
    fn: QuickJSHandle,
    args: readonly QuickJSHandle[],
    dispose = true,
  ): { readonly handle: QuickJSHandle } | Failure {
    this.#allow(FUNCTION_TIMEOUT_MS);
    const result = this.#context.callFunction(fn, this.#context.undefined, ...args);
    if (dispose) for (const arg of args) arg.dispose();
    return result.error ? this.#describe(result.error) : { handle: result.value };
  }

  #allow(ms: number): void {
    this.#interrupted = false;
    this.#deadline = Date.now() + ms;
  }

  /** What was thrown, as text made inside the sandbox: the host never touches the value. */
  #describe(error: QuickJSHandle): Failure {
    const interrupted = this.#interrupted;
    const message = this.#toText(this.#tools.describe, [error]);
    error.dispose();
    if (interrupted) return { reason: 'timeout', message };
    if (/^InternalError: out of memory/.test(message)) return { reason: 'memory', message };
    if (/^InternalError: stack overflow|^RangeError: Maximum call stack/.test(message))
      return { reason: 'stack', message };
    return { reason: 'thrown', message };
  }

  #takeOutput(): string {
    return this.#toText(this.#tools.take, []);
  }

  #toText(tool: QuickJSHandle, args: readonly QuickJSHandle[]): string {
    this.#allow(TOOL_TIMEOUT_MS);
    const result = this.#context.callFunction(tool, this.#context.undefined, ...args);
    if (result.error) {
      result.error.dispose();
      return '';
    }
    const text = this.#context.getString(result.value);
    result.value.dispose();
    return text;
  }

  #readLine(error: QuickJSHandle): number | null {
    const handle = this.#context.getProp(error, 'lineNumber');
    const line = this.#context.typeof(handle) === 'number' ? this.#context.getNumber(handle) : null;
    handle.dispose();
    if (line !== null) return line;
    const stack = this.#context.getProp(error, 'stack');
    const text = this.#context.typeof(stack) === 'string' ? this.#context.getString(stack) : '';
    stack.dispose();
    const match = /function:(\d+)/.exec(text);
    return match === null ? null : Number(match[1]);
  }

  close(): void {
    for (const handle of [...this.#functions, ...Object.values(this.#tools)]) handle.dispose();
    this.#context.dispose();
    this.#runtime.dispose();
  }
}

/** Why a call did not come back. */
interface Failure {
  readonly reason: SandboxFailure;
  readonly message: string;
}
