import { MAX_PROBLEMS, type Problem } from './problem.ts';
import { type ProblemCode, RULES, type Rule } from './rules.ts';
import { toCut } from './shown.ts';
import { toHint } from './suggest.ts';

/** A comment that silences a rule on one line: `# hookline-ignore RULE: REASON`. */
export interface Silence {
  /** As written; whether there is such a rule is not said. */
  readonly rule: string;
  /** Empty when none is given. */
  readonly reason: string;
  /** Of the comment; 1-based. */
  readonly line: number;
  readonly column: number;
  /** The line it is about: its own, or the next where it stands alone. */
  readonly target: number;
}

/** What of a file its silences are held against. */
export interface SilencedFile {
  readonly file: string;
  readonly silences: readonly Silence[];
}

/** What problems are silenced by. */
interface Silencing {
  readonly files: readonly SilencedFile[];
  /** Lines that texts start at, for problems further down in them: no comment can stand in a text. */
  readonly startLines: ReadonlyMap<Problem, number>;
}

const MARK = 'hookline-ignore';
const COMMENT = /^(?<before>.*?)#\s*hookline-ignore\b[ \t]*(?<rule>[^\s:]*)(?<rest>.*)$/s;

/** Finds the silences of a file. */
export function findSilences(bytes: Buffer): readonly Silence[] {
  if (!bytes.includes(MARK)) return [];
  return bytes
    .toString('utf8')
    .split('\n')
    .flatMap((content, index) => {
      const found = COMMENT.exec(content)?.groups;
      if (found === undefined) return [];
      const { before = '', rule = '', rest = '' } = found;
      const reason = rest.trim().replace(/^:/, '').trim();
      const line = index + 1;
      const target = before.trim() === '' ? line + 1 : line;
      return [{ rule, reason, line, column: before.length + 1, target }];
    });
}

/**
 * Leaves out the warnings that are silenced, and adds one for each silence that silences nothing or is none, as many of a
 * file as are listed. A file with errors is not asked whether its silences are used: what they silence may only be found once these are mended.
 */
export function silence(problems: readonly Problem[], { files, startLines }: Silencing): readonly Problem[] {
  const silencing = files.filter(({ silences }) => silences.length > 0);
  if (silencing.length === 0) return problems;
  const silenced = new Set<Problem>();
  const byFile = Map.groupBy(problems, ({ file }) => file);
  const added = silencing.flatMap(({ file, silences }) => {
    const own = byFile.get(file) ?? [];
    const isBroken = own.some(({ severity }) => severity === 'error');
    const found = silences.flatMap((one) => {
      const mistake = findMistake(one);
      if (mistake !== null) return [toProblem('silence_invalid', { file, ...one, ...mistake })];
      const met = own.filter(
        (problem) =>
          problem.code === one.rule &&
          (problem.line === one.target || startLines.get(problem) === one.target),
      );
      for (const problem of met) silenced.add(problem);
      if (met.length > 0 || isBroken) return [];
      const message = `Nothing on line ${one.target} breaks the rule ${one.rule}`;
      return [toProblem('silence_unused', { file, ...one, message, hint: RULES.silence_unused.remedy })];
    });
    return found.slice(0, MAX_PROBLEMS);
  });
  return [...problems.filter((problem) => !silenced.has(problem)), ...added];
}

type Mistake = Pick<Problem, 'message' | 'hint'>;

function findMistake({ rule, reason }: Silence): Mistake | null {
  const known: Readonly<Record<string, Rule>> = RULES;
  const { severity } = (Object.hasOwn(known, rule) ? known[rule] : undefined) ?? {};
  const hint = RULES.silence_invalid.remedy;
  if (rule === '') return { message: 'The silence names no rule', hint };
  if (severity === undefined) {
    const shown = toCut(rule);
    return { message: `There is no rule "${shown}"`, hint: toHint(shown, Object.keys(RULES)) ?? hint };
  }
  if (severity === 'error') return { message: `The rule ${rule} cannot be silenced: it is no warning`, hint };
  return reason === '' ? { message: `The silence of ${rule} has no reason`, hint } : null;
}

function toProblem(
  code: ProblemCode & `silence_${string}`,
  { file, line, column, message, hint }: Pick<Problem, 'file' | 'line' | 'column'> & Mistake,
): Problem {
  return { code, severity: RULES[code].severity, file, line, column, path: '', message, hint };
}
