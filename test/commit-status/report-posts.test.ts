import { describe, expect, it } from 'vitest';
import { toPendingPosts, toReportPosts } from '../../src/commit-status/report-posts.ts';
import type { Problem } from '../../src/definitions/problem.ts';
import type { SourceState } from '../../src/definitions/reader.ts';
import type { Report } from '../../src/reconcile/report.ts';
import { createReconcilerBench, toFileSet } from '../helpers/reconciler-bench.ts';

const LOG = 'source: crud\nhandler: log\n';

function toSource(name: string, sha: string | null): SourceState {
  const commit = sha === null ? null : { sha, author: 'Ada', at: 0, subject: 'x' };
  return {
    ...toFileSet('x', []).sources[0],
    name,
    revision: 'x',
    commit,
    readAt: 0,
    readingSince: null,
    failure: null,
    notices: [],
  };
}

function toProblem(file: string): Problem {
  const place = { file, line: 3, column: 1, path: '', hint: null };
  return { code: 'unknown_key', severity: 'error', message: 'Unknown key "x"', ...place };
}

/** Reports of a set that goes live and one that is held. */
async function reportsOf(): Promise<readonly Report[]> {
  const bench = createReconcilerBench();
  bench.put('one', { 'a.yaml': LOG, 'b.yaml': LOG });
  await bench.reconciler.reconcile();
  bench.put('two', {});
  await bench.reconciler.reconcile();
  return bench.reports;
}

describe('what is said of commits', () => {
  it('is pending for each that has one', () => {
    expect(toPendingPosts([toSource('a', '1'), toSource('dir', null)])).toEqual([
      { source: 'a', sha: '1', state: 'pending', description: 'Preparing the definitions' },
    ]);
  });

  it('is how many hooks went live, or why they are held', async () => {
    const sources = [toSource('a', '1')];
    const posts = (await reportsOf()).flatMap((report) => toReportPosts({ ...report, sources } as Report));
    expect(posts.map(({ state, description }) => [state, description])).toEqual([
      ['success', 'Applied: 2 hooks (2 created)'],
      ['failure', 'Held: removes 2 of 2 hooks; hookline confirm two'],
    ]);
  });

  it('is the problems of its own files; what another source did is said of the other', () => {
    const report: Report = {
      kind: 'refused',
      revision: 'x',
      problems: [toProblem('a:x.yaml')],
      sources: [toSource('a', '1'), toSource('b', '2')],
      live: new Map(),
    };
    expect(toReportPosts(report).map(({ sha, state, description }) => [sha, state, description])).toEqual([
      ['1', 'failure', '1 problem: a:x.yaml:3:1 unknown_key Unknown key "x"'],
      ['2', 'error', 'Not applied: another source has problems'],
    ]);
  });

  it('stays a success for what is live, whatever becomes of another source', () => {
    const sources = [toSource('a', '1'), { ...toSource('b', '2'), revision: 'live' }];
    const live = new Map([
      ['a', 'old'],
      ['b', 'live'],
    ]);
    const problems = [toProblem('a:x.yaml')];
    const prune = { deleted: 11, before: 12, losses: [] };
    const reports: readonly Report[] = [
      { kind: 'refused', revision: 'x', problems, sources, live },
      { kind: 'blocked', revision: 'x', problems: [], prune, sources, live },
      { kind: 'failed', message: 'disk full', sources, live },
    ];
    expect(reports.map((report) => toReportPosts(report).map(({ state }) => state))).toEqual([
      ['failure', 'success'],
      ['failure', 'success'],
      ['error', 'success'],
    ]);
  });

  it('is how many hooks of which source are removed where one removes too many', () => {
    const prune = { deleted: 3, before: 20, losses: [{ source: 'a', deleted: 3, before: 3 }] };
    const sources = [toSource('a', '1'), toSource('b', '2')];
    const report = { kind: 'blocked', revision: 'x', problems: [], prune, sources, live: new Map() } as const;
    expect(toReportPosts(report).map(({ description }) => description)).toEqual([
      'Held: removes 3 of 3 hooks; hookline confirm x',
      'Held: a removes 3 of 3 hooks; hookline confirm x',
    ]);
  });

  it('is a failure where a file was held back, and success for the other', async () => {
    const [applied] = await reportsOf();
    if (applied?.kind !== 'applied') throw new Error('Cannot find what was applied');
    const sources = [toSource('a', '1'), toSource('b', '2')];
    const report = {
      ...applied,
      held: [{ owner: 'a', file: 'a:x.yaml', as: 'last_good' }] as const,
      problems: [toProblem('a:x.yaml')],
      sources,
    };
    expect(toReportPosts(report).map(({ state, description }) => [state, description])).toEqual([
      ['failure', '1 problem (1 file at the last good version): a:x.yaml:3:1 unknown_key Unknown key "x"'],
      ['success', 'Applied: 2 hooks (2 created)'],
    ]);
  });

  it('is a failure where what was held back is needed by another, and success for the other', async () => {
    const [applied] = await reportsOf();
    if (applied?.kind !== 'applied') throw new Error('Cannot find what was applied');
    const sources = [toSource('a', '1'), toSource('b', '2')];
    const held = [{ owner: 'a', file: 'a:s.yaml', as: 'last_good' }] as const;
    const report = { ...applied, held, problems: [toProblem('b:x.yaml')], sources };
    expect(toReportPosts(report).map(({ state, description }) => [state, description])).toEqual([
      ['failure', '1 problem (1 file at the last good version): b:x.yaml:3:1 unknown_key Unknown key "x"'],
      ['success', 'Applied: 2 hooks (2 created)'],
    ]);
  });

  it('is nothing when sources failed or came back', () => {
    expect(toReportPosts({ kind: 'failed', message: 'down', sources: [], live: new Map() })).toEqual([]);
    expect(toReportPosts({ kind: 'recovered', revision: 'x' })).toEqual([]);
  });
});
