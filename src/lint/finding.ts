import type { LoadedDefinition, WithinText } from '../definitions/definition.ts';
import { toProblem as toFileProblem } from '../definitions/file-problems.ts';
import type { Problem } from '../definitions/problem.ts';
import type { ProblemCode } from '../definitions/rules.ts';
import { toTextPlace } from '../text-place.ts';

/** Where in a document a problem is, as keys and indexes. */
export type Path = readonly (string | number)[];

/** A character of the text at a finding's path. */
export interface Within extends WithinText {
  readonly what: 'template' | 'filter' | 'function';
}

/** What a check has to say about one place. */
export interface Finding {
  readonly code: ProblemCode;
  readonly path: Path;
  /** Null: it is about all that is at the path. */
  readonly within?: Within | null;
  /** Need not say where in the text it is: that is added where the place in the file does not tell it. */
  readonly message: string;
  readonly hint?: string | null;
}

/** A finding with its place in the file. */
export function toProblem(definition: LoadedDefinition, finding: Finding): Problem {
  const { origin, locate, locateWithin } = definition;
  const { code, path, within = null, message, hint = null } = finding;
  const exact = within === null ? null : locateWithin(path, within);
  const said = within === null || exact !== null ? message : `${message} (${toWords(within)})`;
  return toFileProblem(origin, { code, path, ...(exact ?? locate(path)), message: said, hint });
}

function toWords({ text, offset, what }: Within): string {
  const { line, column } = toTextPlace(text, offset);
  return `line ${line}, column ${column} of the ${what}`;
}
