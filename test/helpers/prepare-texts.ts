import type { LoadedFile } from '../../src/definitions/definition.ts';
import {
  createPrepare,
  type Prepare,
  type Prepared,
  type PrepareRules,
} from '../../src/reconcile/prepare.ts';
import { createSandbox } from '../../src/sandbox/pool.ts';
import { loadText, toBrief } from './load-text.ts';

/** A sandbox for a whole test file: its thread starts with the first function and ends with the process. */
const sandbox = createSandbox({ threads: 1 });

/** A prepare that knows no file yet. */
export function createTestPrepare(rules: PrepareRules = {}): Prepare {
  return createPrepare(sandbox, rules);
}

/** Loads texts as files of these names. */
export function loadTexts(texts: Readonly<Record<string, string>>): readonly LoadedFile[] {
  return Object.entries(texts).map(([file, text]) => loadText(text, file));
}

/** Prepares texts as files of these names. */
export function prepareTexts(texts: Readonly<Record<string, string>>): Promise<Prepared> {
  return createTestPrepare()(loadTexts(texts));
}

/** The problems of one text, each in one line: place, code, path. */
export async function briefsOf(text: string): Promise<readonly string[]> {
  return (await prepareTexts({ 'hook.yaml': text })).problems.map(toBrief);
}

/** The one problem of a text. */
export async function problemOf(text: string): Promise<Prepared['problems'][number]> {
  const { problems } = await prepareTexts({ 'hook.yaml': text });
  const [problem] = problems;
  if (problem === undefined || problems.length > 1)
    throw new Error(`Cannot find one problem in ${text}: ${problems.map(toBrief)}`);
  return problem;
}
