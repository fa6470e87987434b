import { maskSource } from '../secrets/mask-source.ts';
import { MAX_PROBLEMS, type Problem } from './problem.ts';
import { RULES } from './rules.ts';
import { toDotted } from './schema-messages.ts';
import type { YamlMistake } from './yaml-documents.ts';

/** A mistake as a problem of its file. */
export function toProblem(
  { file }: Pick<Problem, 'file'>,
  { code, line, column, path, message, hint }: YamlMistake,
): Problem {
  return {
    code,
    severity: RULES[code].severity,
    file,
    line,
    column,
    path: maskSource(toDotted(path)),
    message,
    hint,
  };
}

/** Problems of one file by place, as many as are listed. */
export function toListed(found: readonly Problem[]): readonly Problem[] {
  const problems = found.toSorted((a, b) => a.line - b.line || a.column - b.column);
  const others = problems.slice(MAX_PROBLEMS);
  // Warnings before it must not hide that there is an error.
  const next = others.find(({ severity }) => severity === 'error') ?? others[0];
  if (next === undefined) return problems;
  const message = 'The file has more problems: they are listed once those before are mended';
  return [
    ...problems.slice(0, MAX_PROBLEMS),
    { ...next, code: 'more_problems', path: '', message, hint: null },
  ];
}
