import { count } from '../count.ts';
import { codeFrame } from '../definitions/code-frame.ts';
import type { TextOf } from '../definitions/load-file.ts';
import { toPrintable } from '../definitions/printable.ts';
import { toDotted } from '../definitions/schema-messages.ts';
import { toDuration } from '../duration.ts';
import type { Json } from '../event.ts';
import { align } from '../hook-test/align.ts';
import type { Difference } from '../hook-test/compare.ts';
import type { TimelineEntry } from '../hook-test/happening.ts';
import { maskSource } from '../secrets/mask-source.ts';
import { writeLine } from './command.ts';
import { countProblems, type Paint, toColumns } from './print.ts';
import { printProblems, type Screen } from './print-problems.ts';
import type { PlacedFailure, TestResult, TestRun } from './test-run.ts';

/** Where and how a run is printed. */
export interface ReportOptions {
  readonly stream: Screen;
  readonly paint: Paint;
}

/** Places in a value that are shown, where it differs in many. */
const MAX_DIFFERENCES = 10;

/** Whether all of a run passed. */
export function isPassed({ results, problems }: TestRun): boolean {
  return problems.length === 0 && results.every(({ failures }) => failures.length === 0);
}

/** Prints everything that is wrong: problems as validate does, and each failure with what happened about then. */
export function printRun({ results, problems, textOf }: TestRun, { stream, paint }: ReportOptions): void {
  printProblems(stream, problems, { textOf, paint });
  for (const result of results)
    for (const failure of result.failures) {
      for (const line of toLines(result, failure, { textOf, paint, columns: stream.columns }))
        writeLine(stream, line);
      writeLine(stream);
    }
}

/** The verdict in one line. */
export function toVerdict(run: TestRun): string {
  const { results, problems } = run;
  const failed = results.filter(({ failures }) => failures.length > 0).length;
  const files = new Set(results.map(({ file }) => file)).size;
  const what = `${count(results.length, 'test')} of ${count(files, 'file')}`;
  const wrong = [
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(problems.length > 0 ? [countProblems(problems)] : []),
  ];
  return isPassed(run) ? `Passed: ${what}` : `Failed: ${[what, ...wrong].join(', ')}`;
}

/** A failure without colours, for a file. */
export function toText(result: TestResult, failure: PlacedFailure, textOf: TextOf): string {
  return toLines(result, failure, { textOf, paint: (_style, text) => text }).join('\n');
}

interface LineOptions extends Pick<ReportOptions, 'paint'> {
  readonly textOf: TextOf;
  readonly columns?: number | undefined;
}

function toLines(
  { file, name }: TestResult,
  { line, column, message, hint, differences, near }: PlacedFailure,
  { textOf, paint, columns }: LineOptions,
): readonly string[] {
  const text = textOf(file);
  return [
    paint('red', toPrintable(`${file}:${line}:${column} failed: ${name}`)),
    toPrintable(`  ${message}`),
    ...(text === null ? [] : [codeFrame(maskSource(text), { line, column }, columns)]),
    ...differences.slice(0, MAX_DIFFERENCES).flatMap((one) => toDifferenceLines(one, paint)),
    ...(differences.length > MAX_DIFFERENCES
      ? [`  and ${count(differences.length - MAX_DIFFERENCES, 'difference')} more`]
      : []),
    ...(hint === null ? [] : [toPrintable(`  hint: ${hint}`)]),
    ...toTimelineLines(near),
  ];
}

function toDifferenceLines({ path, expected, received }: Difference, paint: Paint): readonly string[] {
  const lines = (value: Json | undefined): readonly string[] =>
    value === undefined ? [] : toShown(value).split('\n');
  const pairs = align(lines(expected), lines(received), (a, b) => a === b);
  return [
    `  ${toPrintable(toDotted(path))}:`,
    ...pairs.flatMap(([before, after]) => {
      if (before !== undefined && before === after) return [`      ${toPrintable(before)}`];
      return [
        before === undefined ? [] : paint('red', `    - ${toPrintable(before)}`),
        after === undefined ? [] : paint('green', `    + ${toPrintable(after)}`),
      ].flat();
    }),
    ...(expected === undefined ? [paint('red', '    - nothing')] : []),
    ...(received === undefined ? [paint('green', '    + nothing')] : []),
  ];
}

/** Texts of several lines as they are, so that lines can be held against each other; all else as JSON. */
function toShown(value: Json): string {
  if (typeof value === 'string' && value.includes('\n')) return value;
  return typeof value === 'string' ? JSON.stringify(value) : JSON.stringify(value, null, 2);
}

function toTimelineLines(near: readonly TimelineEntry[]): readonly string[] {
  if (near.length === 0) return ['  nothing happened'];
  const rows = near.map(({ at, hook, text }) => [toDuration(at), hook ?? '', text] as const);
  return ['  what happened:', ...toColumns(rows).map((line) => toPrintable(`    ${line}`))];
}
