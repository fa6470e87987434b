import type { EventHook, LoadedFile } from '../../src/definitions/definition.ts';
import type { EventSource } from '../../src/definitions/event-source.ts';
import { loadFile } from '../../src/definitions/load-file.ts';
import type { Problem } from '../../src/definitions/problem.ts';

const HOOKS_D = { source: 'dir:hooks.d', owner: '', labelled: false };

/** Loads a text as the file of that name. */
export function loadText(text: string | Buffer, file = 'hook.yaml'): LoadedFile {
  return loadFile({ file, bytes: Buffer.from(text), source: HOOKS_D });
}

/** A problem's place, code and path in one line: `2:10 unknown_handler handler`. */
export function toBrief({ line, column, code, path }: Problem): string {
  return `${line}:${column} ${code} ${path}`.trimEnd();
}

/** The problems of a text, each in one line. */
export function problemsOf(text: string | Buffer, file?: string): readonly string[] {
  return loadText(text, file).problems.map(toBrief);
}

/** The one hook of a text that is right. */
export function loadHook(text: string, file?: string): EventHook {
  const definition = loadOne(text, file);
  if (definition.kind !== 'EventHook') throw new Error(`Cannot find a hook in ${text}`);
  return definition;
}

/** The one source of a text that is right. */
export function loadSource(text: string): EventSource {
  const definition = loadOne(text);
  if (definition.kind !== 'EventSource') throw new Error(`Cannot find a source in ${text}`);
  return definition;
}

function loadOne(text: string, file?: string): EventHook | EventSource {
  const { definitions, problems } = loadText(text, file);
  const [first] = definitions;
  if (first === undefined || definitions.length > 1 || problems.length > 0)
    throw new Error(`Cannot find one definition in ${text}: ${problems.map(toBrief)}`);
  return first.definition;
}
