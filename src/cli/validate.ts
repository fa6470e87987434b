import { posix } from 'node:path';
import { count } from '../count.ts';
import type { LoadedFile } from '../definitions/definition.ts';
import { DEFINITION_ENDING } from '../definitions/file-text.ts';
import { toTextOf } from '../definitions/load-file.ts';
import type { Problem } from '../definitions/problem.ts';
import { HooklineError } from '../errors.ts';
import { type CommandContext, type ExitCode, writeJson, writeLine } from './command.ts';
import { findRepositoryAt, readRevisionDefinitions } from './git-repository.ts';
import { createPreparing } from './preparing.ts';
import { countProblems, createPaint } from './print.ts';
import { printProblems } from './print-problems.ts';
import { REPORTS, type ReportFormat } from './problem-report.ts';
import { readDefinitions } from './read-definitions.ts';
import { findMarkdownProblems, isMarkdown, readMarkdown } from './read-markdown.ts';

/** What `validate` is asked for. */
export interface ValidateOptions {
  /**
   * Directories and files, or - for standard input; together they are one set of definitions. Those of Markdown files are
   * examples beside that set.
   */
  readonly paths: readonly string[];
  /** The revision of git to read the paths from; null: as they are now. */
  readonly revision: string | null;
  readonly format: 'pretty' | 'json' | ReportFormat;
  /** Whether a warning is as good as an error. */
  readonly strict: boolean;
}

/** What was found. */
interface Verdict {
  readonly hooks: number;
  readonly sources: number;
  readonly problems: readonly Problem[];
  readonly valid: boolean;
}

/** Finds every problem of definitions, by the same steps that bring them live; 1 when there is an error. */
export async function validate(options: ValidateOptions, context: CommandContext): Promise<ExitCode> {
  const { format } = options;
  const files = await readFiles(options, context);
  const examples = options.paths.filter(isMarkdown).map(readMarkdown);
  const verdict = await judge(options, { files, examples });
  const { hooks, problems, sources, valid } = verdict;
  switch (format) {
    case 'pretty':
      printVerdict(verdict, { files: [...files, ...examples.flat()], context });
      break;
    case 'json':
      writeJson(context.stdout, { valid, hooks, sources, problems });
      break;
    default: {
      const report = REPORTS[format](problems);
      if (report !== '') writeLine(context.stdout, report);
    }
  }
  return valid ? 0 : 1;
}

async function readFiles(
  { paths, revision }: ValidateOptions,
  { stdin, env }: CommandContext,
): Promise<readonly LoadedFile[]> {
  if (revision === null) {
    const read = paths.filter((path) => !isMarkdown(path)).map((path) => readDefinitions(path, stdin));
    return (await Promise.all(read)).flat();
  }
  const wrong = paths.find((path) => path === '-' || isMarkdown(path));
  if (wrong !== undefined)
    throw new HooklineError('usage', `Cannot read "${wrong}" of a revision: name directories and YAML files`);
  return (await Promise.all(paths.map((path) => readOfRevision(revision, { path, env })))).flat();
}

async function readOfRevision(
  revision: string,
  { path, env }: { readonly path: string; readonly env: CommandContext['env'] },
): Promise<readonly LoadedFile[]> {
  const isFile = DEFINITION_ENDING.test(path);
  const repository = await findRepositoryAt(isFile ? posix.dirname(path) : path, env);
  const { files } = await readRevisionDefinitions(revision, repository);
  if (!isFile) return files;
  const wanted = `${revision}:${posix.join(repository.prefix, posix.basename(path))}`;
  const [found] = files.filter(({ file }) => file === wanted);
  if (found === undefined)
    throw new HooklineError('not_comparable', `Revision "${revision}" has no file "${path}"`);
  return [found];
}

async function judge(
  { strict }: ValidateOptions,
  {
    files,
    examples,
  }: { readonly files: readonly LoadedFile[]; readonly examples: readonly (readonly LoadedFile[])[] },
): Promise<Verdict> {
  await using preparing = createPreparing();
  const { prepare } = preparing;
  const { hooks, catalogue, problems: own } = await prepare(files);
  const shown = await Promise.all(examples.map((blocks) => findMarkdownProblems(blocks, { prepare, files })));
  const problems = [...own, ...shown.flat()];
  const exemplary = examples
    .flat(2)
    .flatMap(({ definitions }) => definitions)
    .filter(({ definition }) => definition.kind === 'EventHook');
  return {
    hooks: hooks.length + exemplary.length,
    sources: catalogue.sources.size,
    problems,
    valid: problems.every(({ severity }) => severity === 'warning' && !strict),
  };
}

function printVerdict(
  { hooks, problems, valid }: Verdict,
  {
    files,
    context: { stdout, stderr },
  }: { readonly files: readonly LoadedFile[]; readonly context: CommandContext },
): void {
  printProblems(stdout, problems, { textOf: toTextOf(files), paint: createPaint(stdout) });
  const verdict = `${valid ? 'Valid' : 'Not valid'}: ${count(hooks, 'hook')}, ${countProblems(problems)}`;
  writeLine(valid ? stdout : stderr, verdict);
}
