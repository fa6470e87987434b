import type { Problem } from './problem.ts';

/** Lines shown before and after the one the problem is in. */
const CONTEXT_LINES = 2;
/** Characters of a line that are shown; a longer one is cut around the place. */
const MAX_WIDTH = 100;

/** A place in a text, counted from 1. */
interface Place {
  readonly line: number;
  readonly column: number;
}

/** The lines around a place, with their numbers and a caret under it. */
export function codeFrame(text: string, { line, column }: Place): string {
  const lines = text.split(/\r?\n/);
  const first = Math.max(1, line - CONTEXT_LINES);
  const last = Math.min(lines.length, line + CONTEXT_LINES);
  const digits = String(last).length;
  const offset = Math.max(0, column - Math.floor(MAX_WIDTH / 2));
  const from = column > MAX_WIDTH ? offset : 0;
  const shown: string[] = [];
  for (let number = first; number <= last; number += 1) {
    const cut = toPrintable(lines[number - 1] ?? '').slice(from, from + MAX_WIDTH);
    shown.push(`${number === line ? '>' : ' '} ${String(number).padStart(digits)} | ${cut}`.trimEnd());
    if (number === line)
      shown.push(`  ${' '.repeat(digits)} | ${' '.repeat(Math.max(0, column - 1 - from))}^`);
  }
  return shown.join('\n');
}

/** Control characters, and those that turn the direction of writing: a terminal would act on them. */
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** Each character stays one wide, so that the caret stands right. */
function toPrintable(line: string): string {
  return line.replaceAll('\t', ' ').replaceAll(UNPRINTABLE, '·');
}

/** A problem for a person: place, code and message, then the lines around it and what to do. */
export function formatProblem(problem: Problem, text: string | null): string {
  const { file, line, column, severity, code, message, hint } = problem;
  const head = `${file}:${line}:${column} ${severity} ${code}: ${message}`;
  const frame = text === null || text === '' ? [] : [codeFrame(text, problem)];
  return [head, ...frame, ...(hint === null ? [] : [`  hint: ${hint}`])].join('\n');
}
