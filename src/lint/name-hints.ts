import type { Language } from '../definitions/definition.ts';

const NO_WAY_OUT = 'A function reaches nothing outside: have a webhook send, or return the data';
const NO_MODULES = 'A function has no modules and loads no code';
const NO_TIMERS = 'A function cannot wait: it has 100 ms, and what it returns is taken at once';
const NO_ENVIRONMENT =
  'A function sees no files, processes or variables; a webhook can send what a reference stands for';

/** What to do without a name that people know from elsewhere. A name of Lua stands for its fields too. */
const HINTS: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  javascript: {
    ...toAll('fetch XMLHttpRequest WebSocket Request Response EventSource navigator', NO_WAY_OUT),
    ...toAll('require module exports importScripts', NO_MODULES),
    ...toAll('setTimeout setInterval setImmediate clearTimeout clearInterval queueMicrotask', NO_TIMERS),
    ...toAll('process Deno Bun __dirname __filename', NO_ENVIRONMENT),
    ...toAll('global window self document', 'What there is, is ECMAScript, and console'),
    ...toAll(
      'Buffer atob btoa TextEncoder TextDecoder URL URLSearchParams crypto structuredClone performance Intl',
      'What there is, is ECMAScript without Intl, and console',
    ),
  },
  lua: {
    ...toAll('require package dofile loadfile load loadstring module', NO_MODULES),
    ...toAll('cjson', 'The data is a table already, and what is returned becomes JSON'),
    ...toAll(
      'ngx kong',
      'print writes to the log, os.time tells the time, and the data has all that there is of the event',
    ),
    ...toAll('os.getenv os.execute os.exit os.remove os.rename os.tmpname io debug', NO_ENVIRONMENT),
    ...toAll('socket http', NO_WAY_OUT),
    ...toAll(
      'setmetatable getmetatable rawget rawset rawequal rawlen collectgarbage setfenv getfenv _G',
      'The sandbox leaves it out, as the one of the gateway does',
    ),
    ...toAll('math.pow', 'Write x ^ y'),
    ...toAll('math.randomseed', 'math.random needs no seed'),
    ...toAll('utf8', 'The sandbox has no library for UTF-8'),
  },
};

function toAll(names: string, hint: string): Readonly<Record<string, string>> {
  return Object.fromEntries(names.split(' ').map((name) => [name, hint]));
}

/** What to do without a name; null when nothing is known of it. */
export function hintOfName(name: string, language: Language): string | null {
  const hints = new Map(Object.entries(HINTS[language]));
  const [global = ''] = name.split('.');
  return hints.get(name) ?? hints.get(global) ?? null;
}
