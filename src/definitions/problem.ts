import type { ProblemCode, Severity } from './rules.ts';

/** Problems listed of one file: more help nobody, and a file can be made to have a million. */
export const MAX_PROBLEMS = 100;

/** Something wrong with a definition, with the place it is at. */
export interface Problem {
  readonly code: ProblemCode;
  readonly severity: Severity;
  /** Path of the file below the root of its source, with `/`. */
  readonly file: string;
  /** 1-based; a problem of a whole file is at 1:1. */
  readonly line: number;
  /** 1-based, in UTF-16 units as editors count. */
  readonly column: number;
  /** Where in the document, as dotted keys and indexes (`config.headers.x-a`, `events.paid.fields[0]`); empty for all of it. */
  readonly path: string;
  readonly message: string;
  /** What to do about it, "did you mean …" included; null when the message says it all. */
  readonly hint: string | null;
}

/** A problem in one line, as compilers write them. The text is as it came: not safe to print yet. */
export function toProblemLine({ file, line, column, severity, code, message }: Problem): string {
  return `${file}:${line}:${column} ${severity} ${code}: ${message}`;
}

/** Says whether a list of problems stops a load. */
export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some((problem) => problem.severity === 'error');
}
