import type { Language } from '../definitions/definition.ts';
import { suggest } from '../definitions/suggest.ts';
import { JAVASCRIPT_GLOBALS, LUA_GLOBALS } from '../sandbox/global-names.ts';
import type { SandboxProgram } from '../sandbox/sandbox.ts';
import type { Finding, Path, Within } from './finding.ts';
import { type FunctionReading, MAX_READ_LENGTH, type MainFunction } from './function-reading.ts';
import { hintOfName } from './name-hints.ts';

/** A function with what was read of it; null: it cannot be. */
interface Read {
  readonly source: string;
  readonly path: Path;
  readonly reading: FunctionReading | null;
}

/** Finds names that functions use and sandboxes do not have, and functions that return nothing where something is needed. */
export async function checkFunctions({ functions, language }: SandboxProgram): Promise<readonly Finding[]> {
  if (functions.join('').length > MAX_READ_LENGTH) return [];
  const readSource = await loadReader(language);
  const all = functions.map(
    (source, index): Read => ({ source, path: ['config', 'functions', index], reading: readSource(source) }),
  );
  // What one function of JavaScript puts there, another finds: they share a world.
  const isShared = language === 'javascript' && functions.some((source) => source.includes('globalThis'));
  const next = (index: number): MainFunction | null => all[index + 1]?.reading?.main ?? null;
  return all.flatMap((one, index) => [
    ...(isShared ? [] : checkNames(one, language)),
    ...checkReturn(one, { isLast: index === all.length - 1, next: next(index) }),
  ]);
}

/** Parsers are loaded for the first function of their language: most sets of definitions have none. */
async function loadReader(language: Language): Promise<(source: string) => FunctionReading | null> {
  return language === 'lua'
    ? (await import('./lua-function.ts')).readLua
    : (await import('./javascript-function.ts')).readJavaScript;
}

/** Names of one function that are told: whoever used that many knows after the first few. */
const MAX_NAMES = 10;

function checkNames({ source, path, reading }: Read, language: Language): readonly Finding[] {
  const { unknown, declared } = reading ?? { unknown: [], declared: [] };
  return unknown.slice(0, MAX_NAMES).map((one) => {
    const meant = hintOfName(one.name, language) ?? toMeant(one.name, declared, language);
    const hint = meant ?? (one.isSet ? `Declare it first: let ${one.name}` : null);
    const message = `Uses "${one.name}", which the sandbox does not have`;
    return { code: 'unknown_global', path, within: toWithin(one.offset, source), message, hint };
  });
}

/** A shorter name is near to all others. */
const MIN_MEANT_LENGTH = 3;

/** What a name was probably meant to be: another global or what the function declares, or another field of its library. */
function toMeant(name: string, declared: readonly string[], language: Language): string | null {
  const [library = '', field] = name.split('.');
  const globals = language === 'lua' ? Object.keys(LUA_GLOBALS) : JAVASCRIPT_GLOBALS;
  const known = field === undefined ? [...globals, ...declared] : (LUA_GLOBALS[library] ?? []);
  const meant = name.length < MIN_MEANT_LENGTH ? null : suggest(field ?? name, known);
  if (meant === null) return null;
  return `Did you mean "${field === undefined ? meant : `${library}.${meant}`}"?`;
}

/** The last may return nothing, which is success; but then it should do something. */
function checkReturn(
  { source, path, reading }: Read,
  { isLast, next }: { readonly isLast: boolean; readonly next: MainFunction | null },
): readonly Finding[] {
  const main = reading?.main ?? null;
  if (main === null || main.returns || main.fails) return [];
  if (isLast ? main.acts : next?.takes === false) return [];
  const what = isLast ? 'and does nothing else' : 'so the one after it gets nothing for its data';
  const message = `The function returns nothing, ${what}`;
  const within = toWithin(main.offset, source);
  const hint = isLast ? 'Return a result, or print something' : 'Return the data';
  return [{ code: 'never_returns', path, within, message, hint }];
}

function toWithin(offset: number, text: string): Within {
  return { text, offset, what: 'function' };
}
