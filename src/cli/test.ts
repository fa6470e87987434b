import { writeFileSync } from 'node:fs';
import { toDuration } from '../duration.ts';
import { HooklineError, toMessage } from '../errors.ts';
import { createHookTesting, type HookTesting } from '../hook-testing.ts';
import { type CommandContext, type ExitCode, writeJson, writeLine } from './command.ts';
import { DEFAULT_DIR } from './options.ts';
import { createPaint } from './print.ts';
import { toPrintable } from './printable.ts';
import { findTestFiles } from './test-files.ts';
import { toJunit } from './test-junit.ts';
import { isPassed, printRun, toVerdict } from './test-report.ts';
import { runTests, type TestRun } from './test-run.ts';
import { watchTests } from './test-watch.ts';

/** What `test` is asked for. */
export interface TestOptions {
  /** Directories and files of tests; none: hooks.d. */
  readonly paths: readonly string[];
  /** Directory that definitions are named from; null: found by where tests are. */
  readonly root: string | null;
  /** Which tests, by name; null: all. */
  readonly pattern: RegExp | null;
  readonly update: boolean;
  readonly watch: boolean;
  /** Where a JUnit report is written; null: nowhere. */
  readonly junit: string | null;
  readonly json: boolean;
}

/** Runs the tests of hooks; 1 when one fails, or cannot be run. Watching, it answers for the last run. */
export async function test(options: TestOptions, context: CommandContext): Promise<ExitCode> {
  await using testing = createHookTesting();
  if (!options.watch) return toExitCode(await runOnce(testing, options, context));
  let code: ExitCode = 0;
  await watchTests(toPaths(options), {
    stopped: context.stopped,
    async run() {
      const run = await runOnce(testing, options, context).catch((error) => {
        writeLine(context.stderr, `hookline: ${toPrintable(toMessage(error))}`);
        return null;
      });
      code = run === null ? 1 : toExitCode(run);
      writeLine(context.stderr, 'Watching for changes; Ctrl+C ends');
      return run?.places ?? [];
    },
  });
  return code;
}

function toPaths({ paths }: TestOptions): readonly string[] {
  return paths.length === 0 ? [DEFAULT_DIR] : paths;
}

function toExitCode(run: TestRun): ExitCode {
  return isPassed(run) ? 0 : 1;
}

async function runOnce(
  testing: HookTesting,
  options: TestOptions,
  { stdin, stdout, stderr }: CommandContext,
): Promise<TestRun> {
  const { root, pattern, update, junit, json } = options;
  const files = findTestFiles(toPaths(options), root);
  const run = await runTests(testing, { files, pattern, update, stdin });
  if (run.results.length === 0 && run.problems.length === 0)
    throw new HooklineError('usage', `Cannot find a test whose name matches ${pattern}`);
  if (junit !== null) writeReport(junit, toJunit(run));
  if (json) writeJson(stdout, toJson(run));
  else {
    printRun(run, { stream: stdout, paint: createPaint(stdout) });
    for (const file of run.written) writeLine(stdout, `Written: ${file}`);
    writeLine(isPassed(run) ? stdout : stderr, toVerdict(run));
  }
  return run;
}

function writeReport(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (cause) {
    throw new HooklineError('usage', `Cannot write "${file}": ${toMessage(cause)}`, { cause });
  }
}

function toJson(run: TestRun): object {
  const { results, problems, written } = run;
  const tests = results.map(({ failures, timeline, durationMs, ...result }) => ({
    ...result,
    passed: failures.length === 0,
    durationMs: Math.round(durationMs),
    failures: failures.map(({ near: _near, ...failure }) => failure),
    happened: timeline.map(({ at, hook, text }) => ({ at: toDuration(at), hook, text })),
  }));
  const failed = tests.filter(({ passed }) => !passed).length;
  return { passed: isPassed(run), total: tests.length, failed, problems, tests, written };
}
