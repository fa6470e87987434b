import { describe, expect, it } from 'vitest';
import { REPORTS } from '../../src/cli/problem-report.ts';
import type { Problem } from '../../src/definitions/problem.ts';

const problem: Problem = {
  code: 'unknown_handler',
  severity: 'error',
  file: 'hooks.d/a, 100%.yaml',
  line: 2,
  column: 10,
  path: 'handler',
  message: 'No handler "webhok": 100%',
  hint: 'Did you mean "webhook"?',
};
const warned: Problem = { ...problem, code: 'plain_secret', severity: 'warning', hint: null };

describe('reports of problems', () => {
  it('are SARIF with the rules they break, as code scanners take it', () => {
    const { version, runs } = JSON.parse(REPORTS.sarif([problem, warned]));
    expect(version).toBe('2.1.0');
    const [{ tool, results }] = runs;
    expect(results).toMatchObject([
      {
        ruleId: 'unknown_handler',
        level: 'error',
        message: { text: 'No handler "webhok": 100%\nDid you mean "webhook"?' },
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: 'hooks.d/a,%20100%25.yaml' },
              region: { startLine: 2, startColumn: 10 },
            },
          },
        ],
      },
      { ruleId: 'plain_secret', level: 'warning' },
    ]);
    for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex].id).toBe(ruleId);
    expect(tool.driver.rules[results[0].ruleIndex].helpUri).toContain('#unknown_handler');
  });

  it('are workflow commands of GitHub, in which a file may have any name', () => {
    expect(REPORTS.github([problem, warned]).split('\n')).toEqual([
      '::error file=hooks.d/a%2C 100%25.yaml,line=2,col=10,title=unknown_handler::No handler "webhok": 100%25%0ADid you mean "webhook"?',
      '::warning file=hooks.d/a%2C 100%25.yaml,line=2,col=10,title=plain_secret::No handler "webhok": 100%25',
    ]);
    expect(REPORTS.github([])).toBe('');
  });

  it('are a Code Quality report of GitLab, in which a problem keeps its fingerprint when its line moves', () => {
    const [issue, moved, other] = JSON.parse(REPORTS.gitlab([problem, { ...problem, line: 7 }, warned]));
    expect(issue).toMatchObject({
      check_name: 'unknown_handler',
      severity: 'critical',
      location: { path: 'hooks.d/a, 100%.yaml', positions: { begin: { line: 2, column: 10 } } },
    });
    expect(moved.fingerprint).toBe(issue.fingerprint);
    expect(other).toMatchObject({ severity: 'minor' });
    expect(other.fingerprint).not.toBe(issue.fingerprint);
    expect(JSON.parse(REPORTS.gitlab([]))).toEqual([]);
  });
});
