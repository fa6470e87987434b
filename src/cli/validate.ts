import { readFileSync, statSync } from 'node:fs';
import { systemClock } from '../clock.ts';
import type { LoadedFile } from '../definitions/definition.ts';
import { createDirectorySource } from '../definitions/directory-source.ts';
import { loadFile } from '../definitions/load-file.ts';
import { HooklineError, toMessage } from '../errors.ts';
import { createPrepare } from '../reconcile/prepare.ts';
import { createSandbox } from '../sandbox/pool.ts';
import { type CommandContext, type ExitCode, writeLine } from './command.ts';
import { count, countProblems, createPaint } from './print.ts';
import { printProblems } from './print-problems.ts';

/** What `validate` is asked for. */
export interface ValidateOptions {
  /** Directories and files; together they are one set of definitions. */
  readonly paths: readonly string[];
  readonly json: boolean;
}

/** Files with a way to get at their text. */
interface ReadFiles {
  readonly files: readonly LoadedFile[];
  readonly textOf: (file: string) => string | null;
}

/** Finds every problem of definitions, by the same steps that bring them live; 1 when there is an error. */
export async function validate(
  { paths, json }: ValidateOptions,
  { stdout, stderr }: CommandContext,
): Promise<ExitCode> {
  const read = await Promise.all(paths.map(readPath));
  await using sandbox = asDisposable(createSandbox());
  const { hooks, catalogue, problems, good } = await createPrepare(sandbox.value)(
    read.flatMap(({ files }) => files),
  );
  if (json) {
    writeLine(
      stdout,
      JSON.stringify(
        { valid: good, hooks: hooks.length, sources: catalogue.sources.size, problems },
        null,
        2,
      ),
    );
  } else {
    const textOf = (file: string): string | null =>
      read.map((one) => one.textOf(file)).find((text) => text !== null) ?? null;
    printProblems(stdout, problems, { textOf, paint: createPaint(stdout) });
    const verdict = good ? 'Valid' : 'Not valid';
    writeLine(
      good ? stdout : stderr,
      `${verdict}: ${count(hooks.length, 'hook')}, ${countProblems(problems)}`,
    );
  }
  return good ? 0 : 1;
}

function asDisposable<T extends { close(): Promise<void> }>(
  value: T,
): AsyncDisposable & { readonly value: T } {
  return { value, [Symbol.asyncDispose]: () => value.close() };
}

async function readPath(path: string): Promise<ReadFiles> {
  if (!isDirectory(path)) {
    const bytes = readFileSync(path);
    return {
      files: [loadFile({ file: path, bytes, source: `file:${path}` })],
      textOf: (file) => (file === path ? bytes.toString('utf8') : null),
    };
  }
  const source = createDirectorySource({ dir: path, clock: systemClock });
  return { files: (await source.read()).files, textOf: source.textOf };
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (cause) {
    throw new HooklineError('directory_unreadable', `Cannot read "${path}": ${toMessage(cause)}`, { cause });
  }
}
