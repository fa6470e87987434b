import { count } from '../count.ts';
import { toTextOf } from '../definitions/load-file.ts';
import { type CommandContext, type ExitCode, writeLine } from './command.ts';
import { createPreparing } from './preparing.ts';
import { countProblems, createPaint } from './print.ts';
import { printProblems } from './print-problems.ts';
import { readDefinitions } from './read-definitions.ts';

/** What `validate` is asked for. */
export interface ValidateOptions {
  /** Directories and files, or - for standard input; together they are one set of definitions. */
  readonly paths: readonly string[];
  readonly json: boolean;
}

/** Finds every problem of definitions, by the same steps that bring them live; 1 when there is an error. */
export async function validate(
  { paths, json }: ValidateOptions,
  { stdin, stdout, stderr }: CommandContext,
): Promise<ExitCode> {
  const files = (await Promise.all(paths.map((path) => readDefinitions(path, stdin)))).flat();
  await using preparing = createPreparing();
  const { hooks, catalogue, problems, good } = await preparing.prepare(files);
  if (json) {
    const answer = { valid: good, hooks: hooks.length, sources: catalogue.sources.size, problems };
    writeLine(stdout, JSON.stringify(answer, null, 2));
    return good ? 0 : 1;
  }
  printProblems(stdout, problems, { textOf: toTextOf(files), paint: createPaint(stdout) });
  const verdict = `${good ? 'Valid' : 'Not valid'}: ${count(hooks.length, 'hook')}, ${countProblems(problems)}`;
  writeLine(good ? stdout : stderr, verdict);
  return good ? 0 : 1;
}
