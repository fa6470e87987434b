import { toProblemLine } from '../definitions/problem.ts';
import { toText } from './test-report.ts';
import type { TestResult, TestRun } from './test-run.ts';

/** A run as a JUnit report, which CI servers read: a suite for each file; what could not be run is an error. */
export function toJunit(run: TestRun): string {
  const suites = Map.groupBy(run.results, ({ file }) => file);
  const broken = Map.groupBy(run.problems, ({ file }) => file);
  const files = [...new Set([...broken.keys(), ...suites.keys()])];
  const lines = files.flatMap((file) => {
    const problems = broken.get(file) ?? [];
    const results = suites.get(file) ?? [];
    const failures = results.filter((result) => result.failures.length > 0).length;
    const totals = toTotals({ tests: results.length + problems.length, failures, errors: problems.length });
    return [
      `  <testsuite name="${toXml(file)}" ${totals} time="${toSeconds(results)}">`,
      ...problems.map(
        (problem) =>
          `    <testcase name="${toXml(problem.code)}" classname="${toXml(file)}" time="0"><error message="${toXml(toProblemLine(problem))}"/></testcase>`,
      ),
      ...results.map((result) => toTestCase(result, run)),
      '  </testsuite>',
    ];
  });
  const failures = run.results.filter((result) => result.failures.length > 0).length;
  const { length: errors } = run.problems;
  const totals = toTotals({ tests: run.results.length + errors, failures, errors });
  return `${[
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="hookline" ${totals} time="${toSeconds(run.results)}">`,
    ...lines,
    '</testsuites>',
  ].join('\n')}\n`;
}

function toTotals(totals: Readonly<Record<'tests' | 'failures' | 'errors', number>>): string {
  return Object.entries(totals)
    .map(([name, number]) => `${name}="${number}"`)
    .join(' ');
}

function toTestCase(result: TestResult, { textOf }: TestRun): string {
  const { name, file, line } = result;
  const head = `    <testcase name="${toXml(name)}" classname="${toXml(file)}" file="${toXml(file)}" line="${line}" time="${toSeconds([result])}"`;
  const [first] = result.failures;
  if (first === undefined) return `${head}/>`;
  const text = result.failures.map((failure) => toText(result, failure, textOf)).join('\n\n');
  return `${head}><failure message="${toXml(first.message)}">${toXml(text)}</failure></testcase>`;
}

function toSeconds(results: readonly TestResult[]): string {
  return (results.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1000).toFixed(3);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
};
/** What XML 1.0 cannot hold, however it is written. */
const NOT_XML = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

function toXml(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(NOT_XML, '\ufffd')
    .replaceAll(/[&<>"\n]/g, (found) => ENTITIES[found] ?? found);
}
