import { createHash } from 'node:crypto';
import type { Problem } from '../definitions/problem.ts';
import { RULES, type Rule, toRuleUrl } from '../definitions/rules.ts';
import { toSafeJson } from '../safe-json.ts';
import { VERSION } from '../version.ts';

/** Formats of problems that programs read. */
export const REPORT_FORMATS = ['sarif', 'github', 'gitlab'] as const;
/** One of them. */
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** Writes problems down in a format; what it answers ends without a line break and may be empty. */
export const REPORTS: Readonly<Record<ReportFormat, (problems: readonly Problem[]) => string>> = {
  /** SARIF 2.1.0, as code scanners upload it. */
  sarif: (problems) => toSafeJson(JSON.stringify(toSarif(problems), null, 2)),
  /** Workflow commands, which GitHub shows beside the lines of a pull request. */
  github: (problems) => problems.map(toWorkflowCommand).join('\n'),
  /** A Code Quality report of GitLab. */
  gitlab: (problems) => toSafeJson(JSON.stringify(problems.map(toQualityIssue), null, 2)),
};

function toSarif(problems: readonly Problem[]): object {
  const ids = Object.keys(RULES);
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'hookline', version: VERSION, rules: toSarifRules() } },
        // As editors count, and as positions here are counted.
        columnKind: 'utf16CodeUnits',
        results: problems.map((problem) => ({
          ruleId: problem.code,
          ruleIndex: ids.indexOf(problem.code),
          level: problem.severity,
          message: { text: toText(problem) },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: encodeURI(problem.file) },
                region: { startLine: problem.line, startColumn: problem.column },
              },
            },
          ],
          partialFingerprints: { 'hookline/v1': toFingerprint(problem) },
        })),
      },
    ],
  };
}

function toSarifRules(): readonly object[] {
  const rules = Object.entries(RULES) as [keyof typeof RULES, Rule][];
  return rules.map(([id, { severity, summary, remedy }]) => ({
    id,
    shortDescription: { text: summary },
    help: { text: remedy },
    helpUri: toRuleUrl(id),
    defaultConfiguration: { level: severity },
  }));
}

/** https://docs.github.com/actions/reference/workflow-commands-for-github-actions */
function toWorkflowCommand(problem: Problem): string {
  const { severity, file, line, column, code } = problem;
  const properties = { file, line, col: column, title: code };
  const written = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(String(value))}`);
  return `::${severity} ${written.join(',')}::${escapeData(toText(problem))}`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** https://docs.gitlab.com/ci/testing/code_quality/ */
function toQualityIssue(problem: Problem): object {
  return {
    description: toText(problem),
    check_name: problem.code,
    fingerprint: toFingerprint(problem),
    severity: problem.severity === 'error' ? 'critical' : 'minor',
    location: { path: problem.file, positions: { begin: { line: problem.line, column: problem.column } } },
  };
}

function toText({ message, hint }: Problem): string {
  return hint === null ? message : `${message}\n${hint}`;
}

/** The same while the problem is the same, wherever it moves to in its file. */
function toFingerprint({ file, code, path, message }: Problem): string {
  return createHash('sha256')
    .update(JSON.stringify([file, code, path, message]))
    .digest('hex');
}
