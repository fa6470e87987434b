import { basename, relative, sep } from 'node:path';
import type { LoadedFile } from '../definitions/definition.ts';
import { isBelow } from '../definitions/directory-listing.ts';
import { loadFile, toUnownedPlace } from '../definitions/load-file.ts';
import type { Problem } from '../definitions/problem.ts';
import { HooklineError } from '../errors.ts';
import { toVariable } from '../secrets/env-vault.ts';
import { type NewHook, toFileName } from './new-hook.ts';
import { STDOUT } from './new-output.ts';
import { createPreparing } from './preparing.ts';
import { showAs } from './read-definitions.ts';

/** What is known of the text of a new hook that would load. */
export interface CheckedHook {
  /** What there is to warn of. */
  readonly warnings: readonly Problem[];
  /** The variables it refers to. */
  readonly variables: readonly string[];
}

/** What the text of a new hook is held against. */
export interface CheckOptions {
  readonly hook: NewHook;
  readonly output: string;
  /** The definitions there are. */
  readonly files: readonly LoadedFile[];
  /** Their directory. */
  readonly dir: string;
}

/** Holds the text of a new hook against the definitions there are, by the steps that would bring it live. Throws `usage`. */
export async function checkText(text: string, options: CheckOptions): Promise<CheckedHook> {
  const file = load(text, options);
  await using preparing = createPreparing();
  const { problems, hooks } = await preparing.prepare([...toOthers(options), file]);
  const own = problems.filter((problem) => problem.file === file.file);
  const wrong = own.find(({ severity }) => severity === 'error');
  if (wrong !== undefined) {
    const hint = wrong.hint === null ? '' : `. ${wrong.hint}`;
    throw new HooklineError('usage', `Cannot make the hook: ${wrong.message}${hint}`);
  }
  const made = hooks.find(({ loaded }) => loaded.origin.file === file.file);
  const references = made?.compiled.references.map(({ reference }) => reference) ?? [];
  const variables = references.filter(({ vault }) => vault === 'env').map(toVariable);
  return { warnings: own, variables: [...new Set(variables)] };
}

/** The text as the file it is to be. */
function load(text: string, { output, dir, hook }: CheckOptions): LoadedFile {
  const path = output === STDOUT ? `${toFileName(hook)}.yaml` : output;
  const named = isBelow(dir, path) ? relative(dir, path).split(sep).join('/') : basename(path);
  const bytes = Buffer.from(text);
  return showAs(path, loadFile({ file: named, bytes, source: toUnownedPlace('new') }));
}

/** What is only printed has no place yet, and unless it says so no name that another hook could have. */
function toOthers({ output, hook, files }: CheckOptions): readonly LoadedFile[] {
  if (output !== STDOUT || hook.name !== null) return files;
  return files.map((file) => ({
    ...file,
    definitions: file.definitions.filter(({ definition }) => definition.kind === 'EventSource'),
  }));
}
