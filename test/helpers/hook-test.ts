import type { LoadedFile } from '../../src/definitions/definition.ts';
import { checkCase, type Failure } from '../../src/hook-test/check.ts';
import type { Happenings } from '../../src/hook-test/happening.ts';
import { loadTestFile } from '../../src/hook-test/load-tests.ts';
import { type HookTesting, type TestSubject, toSubject } from '../../src/hook-testing.ts';
import { toBrief } from './load-text.ts';
import { loadTexts } from './prepare-texts.ts';

/** What came of a test. */
export interface RanCase {
  readonly happenings: Happenings;
  readonly failures: readonly Failure[];
}

/** Runs the first test of a text against definitions of these file names. */
export async function runText(
  testing: HookTesting,
  definitions: Readonly<Record<string, string>>,
  text: string,
): Promise<RanCase> {
  const subject = await subjectOf(testing, loadTexts(definitions));
  const { tests, problems } = loadTestFile('case.test.yaml', Buffer.from(`kind: HookTest\n${text}`));
  const [loaded] = tests;
  const [test] = loaded?.test.tests ?? [];
  if (loaded === undefined || test === undefined) throw new Error(`Cannot load: ${problems.map(toBrief)}`);
  const { secrets, start } = loaded.test;
  const dataOf = (event: (typeof test.events)[number]) => event.data ?? {};
  const happenings = await testing.run({ test, secrets, start, subject, dataOf });
  const hooks = test.hooks ?? subject.snapshot.hooks.map(({ definition }) => definition.name);
  return { happenings, failures: checkCase({ test, hooks }, happenings) };
}

async function subjectOf(testing: HookTesting, files: readonly LoadedFile[]): Promise<TestSubject> {
  const prepared = await testing.prepare(files);
  const subject = await toSubject(prepared);
  if (subject === null) throw new Error(`Cannot prepare: ${prepared.problems.map(({ message }) => message)}`);
  return subject;
}
