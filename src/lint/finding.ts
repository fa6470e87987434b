import type { LoadedDefinition } from '../definitions/definition.ts';
import type { Problem } from '../definitions/problem.ts';
import { type ProblemCode, RULES } from '../definitions/rules.ts';
import { toDotted } from '../definitions/schema-messages.ts';

/** Where in a document a problem is, as keys and indexes. */
export type Path = readonly (string | number)[];

/** What a check has to say about one place. */
export interface Finding {
  readonly code: ProblemCode;
  readonly path: Path;
  readonly message: string;
  readonly hint?: string | null;
}

/** A finding with its place in the file. */
export function toProblem({ origin, locate }: LoadedDefinition, finding: Finding): Problem {
  const { code, path, message, hint = null } = finding;
  const { severity } = RULES[code];
  return { code, severity, file: origin.file, ...locate(path), path: toDotted(path), message, hint };
}
