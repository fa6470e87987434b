import { toTime } from '../clock.ts';
import type { Problem } from '../definitions/problem.ts';
import type { SourceState } from '../definitions/reader.ts';
import type { Commit } from '../definitions/source.ts';
import type { JsonObject } from '../event.ts';
import { toHeldNames } from './held.ts';
import type { Report } from './report.ts';

/** Problems an event lists; the rest is a number. */
const MAX_PROBLEMS = 20;

/** The data of the event `reconcile`; null for what is no news: nothing changed, or sources that could not be read. */
export function toReconcileData(report: Report): JsonObject | null {
  switch (report.kind) {
    case 'applied': {
      const { snapshot, previous, problems, held, sources } = report;
      if (snapshot.revision === previous) return null;
      const hooks = toCounts(report);
      const { lastGood, leftOut } = toHeldNames(held);
      return {
        outcome: 'applied',
        revision: snapshot.revision,
        previous,
        hooks,
        held: [...lastGood],
        left_out: [...leftOut],
        ...toDetails(problems, sources),
      };
    }
    case 'refused':
      return { outcome: 'refused', revision: report.revision, ...toDetails(report.problems, report.sources) };
    case 'blocked': {
      const { revision, prune, problems, sources } = report;
      const { deleted, before } = prune;
      const losses = prune.losses.map((loss) => ({ ...loss }));
      const hooks = { deleted, before, sources: losses };
      return { outcome: 'blocked', revision, hooks, ...toDetails(problems, sources) };
    }
    case 'restored':
    case 'failed':
    case 'recovered':
      return null;
  }
}

/** A commit as events and the API show it; null: its source has none. */
export function toCommitView(commit: Commit | null): JsonObject | null {
  return commit === null ? null : { ...commit, at: toTime(commit.at) };
}

function toCounts({ snapshot, changes }: Report & { readonly kind: 'applied' }): JsonObject {
  const { created, updated, deleted } = changes;
  return {
    total: snapshot.hooks.length,
    created: created.length,
    updated: updated.length,
    deleted: deleted.length,
  };
}

function toDetails(problems: readonly Problem[], sources: readonly SourceState[]): JsonObject {
  return {
    problems: problems.slice(0, MAX_PROBLEMS).map((problem) => ({ ...problem })),
    problem_count: problems.length,
    sources: sources.map(({ name, revision, commit }) => ({
      name,
      revision,
      commit: toCommitView(commit),
    })),
  };
}
