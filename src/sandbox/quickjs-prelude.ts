import { MAX_MESSAGE_LENGTH, MAX_OUTPUT_BYTES } from './limits.ts';

/** The tools the prelude answers: what the host calls within a world. */
export const TOOLS = ['parse', 'finish', 'describe', 'take', 'kindOf'] as const;
/** One of the tools. */
export type Tool = (typeof TOOLS)[number];

/** What is said of a value that cannot be made a text. */
export const UNSHOWABLE = 'something that cannot be shown';

/**
 * Runs inside each world before any function: keeps what it needs of the world out of reach of later changes to it,
 * gives the function a console, and answers the tools. A NUL would end the text that the host reads.
 */
export const PRELUDE = `(() => {
  const { parse, stringify } = JSON;
  const P = Promise, S = String, E = Error;
  const Async = (async () => {}).constructor, AsyncGenerator = (async function* () {}).constructor;
  const Generator = (function* () {}).constructor;
  const apply = Reflect.apply, { slice, replaceAll } = S.prototype;
  const clean = (text, length) => apply(replaceAll, apply(slice, text, [0, length]), ['\\0', '\\ufffd']);
  const describe = (thrown) => {
    if (thrown instanceof E) return thrown.name === 'Error' ? S(thrown.message) || 'Error' : thrown.name + ': ' + thrown.message;
    if (typeof thrown === 'object' && thrown !== null) return stringify(thrown) ?? 'an object';
    return S(thrown) || 'an empty text';
  };
  const show = (value) => {
    try { return value === '' ? '' : describe(value); } catch { return '${UNSHOWABLE}'; }
  };
  let output = '', full = false;
  const print = (...values) => {
    if (full) return;
    let line = '';
    for (let i = 0; i < values.length; i += 1) line += (i > 0 ? ' ' : '') + show(values[i]);
    output += line + '\\n';
    full = output.length > ${MAX_OUTPUT_BYTES};
  };
  globalThis.console = { log: print, info: print, warn: print, error: print, debug: print };
  return {
    parse,
    finish(value) {
      if (value instanceof P) throw new E('a promise (there is nothing to wait for in a function: async ones are not supported)');
      if (typeof value === 'function' || typeof value === 'symbol') throw new E('a ' + typeof value);
      return stringify(value) ?? 'null';
    },
    describe(thrown) {
      try { return clean(describe(thrown), ${MAX_MESSAGE_LENGTH}); } catch { return '${UNSHOWABLE}'; }
    },
    take() {
      const text = output;
      output = '';
      full = false;
      return clean(text, ${MAX_OUTPUT_BYTES + 1});
    },
    kindOf(value) {
      if (value instanceof Async || value instanceof AsyncGenerator) return 'an async function';
      return value instanceof Generator ? 'a generator' : typeof value;
    },
  };
})()`;
