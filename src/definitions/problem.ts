/** Whether a problem stops a load (`error`) or is only said (`warning`). */
export type Severity = 'error' | 'warning';

/**
 * The closed list of what can be wrong with a definition. Codes are stable: scripts and the README refer to them.
 */
export type ProblemCode =
  | 'file_unreadable'
  | 'file_too_large'
  | 'file_not_utf8'
  | 'file_empty'
  | 'lfs_pointer'
  | 'more_problems'
  | 'yaml_syntax'
  | 'yaml_duplicate_key'
  | 'yaml_alias_limit'
  | 'yaml_too_deep'
  | 'document_not_object'
  | 'name_missing'
  | 'name_duplicate'
  | 'id_duplicate'
  | 'name_not_owned'
  | 'unknown_key'
  | 'missing_key'
  | 'wrong_type'
  | 'bad_value'
  | 'unknown_kind'
  | 'unknown_handler'
  | 'unknown_source'
  | 'unknown_event'
  | 'source_duplicate'
  | 'source_reserved'
  | 'source_empty'
  | 'cloudevents_duplicate'
  | 'schema_invalid'
  | 'schedule_invalid'
  | 'template_invalid'
  | 'filter_invalid'
  | 'function_invalid'
  | 'reference_invalid'
  | 'reference_reserved'
  | 'unknown_field'
  | 'ssl_verify_unsaid'
  | 'plain_secret'
  | 'never_matches';

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
