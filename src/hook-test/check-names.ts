import { toProblem } from '../definitions/file-problems.ts';
import type { Problem } from '../definitions/problem.ts';
import { toHint } from '../definitions/suggest.ts';
import { HAPPENING_KINDS, type TestCase } from './hook-test.ts';
import type { LoadedTest } from './load-tests.ts';

type Path = readonly (string | number)[];

/** A name of a hook in a test, and where it is written. */
interface Mention {
  readonly name: string;
  readonly path: Path;
  readonly atKey?: boolean;
}

/** Finds every name that a test has for a hook and that no hook has, and every expectation that does not say which is meant. */
export function checkHookNames(
  { test, file, locate }: LoadedTest,
  hooks: readonly string[],
): readonly Problem[] {
  const problem = (
    { path, atKey = false }: Omit<Mention, 'name'>,
    said: Pick<Problem, 'code' | 'message' | 'hint'>,
  ): Problem => toProblem({ file }, { ...said, path, ...locate(path, atKey) });
  return test.tests.flatMap((one, index) => {
    const root = ['tests', index];
    const live = one.hooks ?? hooks;
    const unknown = toMentions(one, root).flatMap((mention) => {
      if (hooks.includes(mention.name)) {
        if (live.includes(mention.name)) return [];
        const message = `Hook "${mention.name}" is not live in this test`;
        return [problem(mention, { code: 'unknown_hook', message, hint: 'Add it to "hooks" of the test' })];
      }
      const message = `There is no hook "${mention.name}"`;
      return [problem(mention, { code: 'unknown_hook', message, hint: toHint(mention.name, hooks) })];
    });
    if (live.length === 1) return unknown;
    const unsaid = toUnnamed(one, root).map((path) =>
      problem({ path }, { code: 'missing_key', message: 'Missing key "hook"', hint: MANY }),
    );
    return [...unknown, ...unsaid];
  });
}

const MANY = 'Say which hook is meant: more than one is live in the test';

function toMentions({ hooks, answers, expect }: TestCase, root: Path): readonly Mention[] {
  return [
    ...(hooks ?? []).map((name, index) => ({ name, path: [...root, 'hooks', index] })),
    ...Object.keys(answers).map((name) => ({ name, path: [...root, 'answers', name], atKey: true })),
    ...HAPPENING_KINDS.flatMap((kind) =>
      (expect[kind] ?? []).flatMap(({ hook }, index) =>
        hook === undefined ? [] : [{ name: hook, path: [...root, 'expect', kind, index, 'hook'] }],
      ),
    ),
  ];
}

function toUnnamed({ expect }: TestCase, root: Path): readonly Path[] {
  return HAPPENING_KINDS.filter((kind) => kind !== 'refused').flatMap((kind) =>
    (expect[kind] ?? []).flatMap(({ hook }, index) =>
      hook === undefined ? [[...root, 'expect', kind, index]] : [],
    ),
  );
}
