import { maskSource } from '../secrets/mask-source.ts';
import type { TextPlace } from '../text-place.ts';
import type { TextOf } from './load-file.ts';
import { toPrintable, toSpaces } from './printable.ts';
import { type Problem, toProblemLine } from './problem.ts';
import { toRuleUrl } from './rules.ts';

/** Lines shown before and after the one the problem is in. */
const CONTEXT_LINES = 2;
/** Characters of a line that are shown at most and at least; a longer one is cut around the place. */
const MAX_WIDTH = 100;
const MIN_WIDTH = 20;
/** What stands before a line beside its number. */
const GUTTER_WIDTH = 5;

/** Takes no column, as editors count. */
const BYTE_ORDER_MARK = /^\ufeff/;

/** The lines around a place, with their numbers and a caret under it, as wide as so many columns have room for; 0: nobody knows. */
export function codeFrame(text: string, { line, column }: TextPlace, columns = 0): string {
  const lines = text.replace(BYTE_ORDER_MARK, '').split(/\r?\n/);
  const first = Math.max(1, line - CONTEXT_LINES);
  const last = Math.min(lines.length, line + CONTEXT_LINES);
  const digits = String(last).length;
  const width = Math.max(
    MIN_WIDTH,
    Math.min(MAX_WIDTH, (columns || Number.POSITIVE_INFINITY) - digits - GUTTER_WIDTH),
  );
  const from = column > width ? column - Math.floor(width / 2) : 0;
  const shown: string[] = [];
  for (let number = first; number <= last; number += 1) {
    const cut = toPrintable((lines[number - 1] ?? '').slice(from, from + width));
    shown.push(`${number === line ? '>' : ' '} ${String(number).padStart(digits)} | ${cut}`.trimEnd());
    if (number === line)
      shown.push(`  ${' '.repeat(digits)} | ${toSpaces(cut.padEnd(column).slice(0, column - 1 - from))}^`);
  }
  return shown.join('\n');
}

/**
 * Makes what formats problems for a person: place, code and message, then the lines around it, what to do and where to read
 * on. It asks for the text of each file once, and masks it once: there may be a hundred problems in a long one.
 */
export function createProblemFormat(textOf: TextOf, columns?: number): (problem: Problem) => string {
  let last: { readonly file: string; readonly shown: string } | null = null;
  return (problem) => {
    const { file, hint } = problem;
    if (last?.file !== file) last = { file, shown: maskSource(textOf(file) ?? '') };
    const head = toPrintable(toProblemLine(problem));
    const frame = last.shown === '' ? [] : [codeFrame(last.shown, problem, columns)];
    const said = hint === null ? [] : [toPrintable(`  hint: ${hint}`)];
    return [head, ...frame, ...said, `  see: ${toRuleUrl(problem.code)}`].join('\n');
  };
}
