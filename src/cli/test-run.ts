import { dirname, relative, resolve } from 'node:path';
import { type TextOf, toTextOf } from '../definitions/load-file.ts';
import { type Problem, toProblemLine } from '../definitions/problem.ts';
import { toDotted } from '../definitions/schema-messages.ts';
import { HooklineError, toMessage } from '../errors.ts';
import { checkCase, type Failure } from '../hook-test/check.ts';
import { checkHookNames } from '../hook-test/check-names.ts';
import { readEventData } from '../hook-test/data-files.ts';
import { type TimelineEntry, toTimeline } from '../hook-test/happening.ts';
import { type LoadedTest, type LoadedTestFile, loadTestFile } from '../hook-test/load-tests.ts';
import { readRegularFile } from '../hook-test/read-file.ts';
import { checkSnapshot, toSnapshot } from '../hook-test/snapshot.ts';
import type { CaseToRun, HookTesting, TestSubject } from '../hook-testing.ts';
import type { TestFile } from './test-files.ts';
import { createMask } from './test-mask.ts';
import { openSnapshots, type SnapshotFile } from './test-snapshots.ts';
import { createSubjects, type FindSubject, type Subject } from './test-subjects.ts';

/** What is run, and how. */
export interface TestRunOptions {
  readonly files: readonly TestFile[];
  /** Which tests, by name; null: all. */
  readonly pattern: RegExp | null;
  /** Whether snapshots are written anew instead of held against what happens. */
  readonly update: boolean;
  readonly stdin: NodeJS.ReadStream;
}

/** A failure, and where in its file it is. */
export interface PlacedFailure extends Omit<Failure, 'path'> {
  readonly line: number;
  readonly column: number;
  /** Dotted, from the root of the document. */
  readonly path: string;
}

/** What became of a test. */
export interface TestResult {
  readonly file: string;
  readonly name: string;
  readonly line: number;
  readonly column: number;
  readonly durationMs: number;
  /** None: it passed. */
  readonly failures: readonly PlacedFailure[];
  readonly timeline: readonly TimelineEntry[];
}

/** What became of all tests. */
export interface TestRun {
  readonly results: readonly TestResult[];
  /** What is wrong with tests and the definitions they are of. Tests of what has an error are not run. */
  readonly problems: readonly Problem[];
  readonly textOf: TextOf;
  /** Files of snapshots that were written. */
  readonly written: readonly string[];
  /** Files and directories all this depends on besides the files of tests. */
  readonly places: readonly string[];
}

/** Runs every test of files whose name is asked for. */
export async function runTests(testing: HookTesting, options: TestRunOptions): Promise<TestRun> {
  const findSubject = createSubjects(testing, options.stdin);
  const loaded = options.files.map(({ path, root }) => ({ root, file: loadTestFile(path, readBytes(path)) }));
  const outcomes: FileOutcome[] = [];
  for (const { root, file } of loaded)
    outcomes.push(await runFile(file, { ...options, testing, findSubject, root }));
  const subjects = new Set(outcomes.flatMap((outcome) => outcome.subjects));
  const texts = new Map(loaded.map(({ file }) => [file.file, file.text]));
  const textOfDefinitions = toTextOf([...subjects].flatMap(({ files }) => files));
  return {
    results: outcomes.flatMap(({ results }) => results),
    problems: toDistinct([
      ...[...subjects].flatMap(({ problems }) => problems.filter(({ severity }) => severity === 'error')),
      ...outcomes.flatMap(({ problems }) => problems),
    ]),
    textOf: (path) => texts.get(path) ?? textOfDefinitions(path),
    written: outcomes.flatMap(({ written }) => written ?? []),
    places: [...new Set(loaded.flatMap(({ root, file }) => [root, ...file.tests.flatMap(toPlaces)]))],
  };
}

/** Definitions that several tests name are read for each. */
function toDistinct(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((problem) => [toProblemLine(problem), problem])).values()];
}

/** What a document refers to. */
function toPlaces({ test, file }: LoadedTest): readonly string[] {
  const definitions = (test.definitions ?? []).filter((one) => typeof one === 'string');
  const data = test.tests.flatMap(({ events }) => events.flatMap((event) => event.data_file ?? []));
  return [...definitions, ...data].map((path) => relative('', resolve(dirname(file), path)) || '.');
}

function readBytes(path: string): Buffer {
  try {
    return readRegularFile(path);
  } catch (cause) {
    throw new HooklineError('directory_unreadable', `Cannot read "${path}": ${toMessage(cause)}`, { cause });
  }
}

/** What became of the tests of a file. */
interface FileOutcome {
  readonly results: readonly TestResult[];
  readonly problems: readonly Problem[];
  readonly subjects: readonly Subject[];
  /** The file of snapshots that was written; null: none was. */
  readonly written: string | null;
}

interface FileContext extends Pick<TestRunOptions, 'pattern' | 'update'> {
  readonly testing: HookTesting;
  readonly findSubject: FindSubject;
  readonly root: string;
}

async function runFile(file: LoadedTestFile, context: FileContext): Promise<FileOutcome> {
  const snapshots = openSnapshots(file.file);
  const problems = [...file.problems, ...snapshots.problems];
  const subjects: Subject[] = [];
  const results: TestResult[] = [];
  for (const test of problems.length > 0 ? [] : file.tests) {
    const subject = await context.findSubject(test, context.root);
    subjects.push(subject);
    if (subject.tested === null) continue;
    const names = subject.tested.snapshot.hooks.map(({ definition }) => definition.name);
    const data = readEventData(test);
    const found = [...checkHookNames(test, names), ...data.problems];
    problems.push(...found);
    if (found.length > 0) continue;
    const run = { ...context, snapshots, subject: subject.tested, dataOf: data.dataOf };
    results.push(...(await runDocument(test, run)));
  }
  const isRun = problems.length === 0 && subjects.every(({ tested }) => tested !== null);
  const isWhole = context.pattern === null && isRun;
  const written = context.update ? snapshots.write({ isWhole }) : null;
  return { results, problems, subjects, written };
}

interface DocumentContext extends FileContext, Pick<CaseToRun, 'dataOf'> {
  readonly snapshots: SnapshotFile;
  readonly subject: TestSubject;
}

async function runDocument(loaded: LoadedTest, context: DocumentContext): Promise<readonly TestResult[]> {
  const { test: document, file, locate } = loaded;
  const { secrets, start } = document;
  const results: TestResult[] = [];
  const mask = createMask(context.subject.plainSecrets);
  for (const [index, test] of document.tests.entries()) {
    if (context.pattern?.test(test.name) === false) continue;
    const startedAt = performance.now();
    const happened = mask(await context.testing.run({ ...context, test, secrets, start }));
    const hooks = test.hooks ?? context.subject.snapshot.hooks.map(({ definition }) => definition.name);
    const failures = checkCase({ test: mask(test), hooks }, happened);
    const snapshot = test.snapshot ? toSnapshot(happened) : null;
    if (snapshot !== null && !context.update)
      failures.push(...checkSnapshot(context.snapshots.read(test.name), snapshot));
    context.snapshots.note(test.name, snapshot);
    const root = ['tests', index];
    results.push({
      file,
      name: test.name,
      ...locate([...root, 'name']),
      durationMs: performance.now() - startedAt,
      failures: failures.map(({ path, ...failure }) => ({
        ...failure,
        ...locate([...root, ...path]),
        path: toDotted([...root, ...path]),
      })),
      timeline: toTimeline(happened, null),
    });
  }
  return results;
}
