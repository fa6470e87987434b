import { hasErrors, type Problem } from '../definitions/problem.ts';
import type { SourceState } from '../definitions/reader.ts';
import type { Prune } from '../reconcile/prune.ts';
import type { Report } from '../reconcile/report.ts';
import { type Blame, type CommitOutcome, describeOutcome } from './description.ts';
import type { StatusPost } from './outbox.ts';

/** What is said of the commits of a set that is being prepared. */
export function toPendingPosts(sources: readonly SourceState[]): readonly StatusPost[] {
  return toPosts(sources, () => ({ kind: 'pending' }));
}

/** What is said of the commits of a set once it is known what came of it. A commit that is live stays a success. */
export function toReportPosts(report: Report): readonly StatusPost[] {
  switch (report.kind) {
    case 'applied': {
      const { sources, held, problems, snapshot, changes } = report;
      const applied: CommitOutcome = {
        kind: 'applied',
        hooks: snapshot.hooks.length,
        created: changes.created.length,
        updated: changes.updated.length,
        deleted: changes.deleted.length,
      };
      return toPosts(sources, (source) => {
        const own = held.filter(({ owner }) => owner === source.name);
        if (own.length === 0) return applied;
        // What is held may be right itself, and needed by what another source has.
        const faults = ownOf(problems, { source, sources });
        return { kind: 'isolated', problems: hasErrors(faults) ? faults : problems, held: own };
      });
    }
    case 'refused': {
      const others: CommitOutcome = { kind: 'failed', message: 'another source has problems' };
      return toDeclinedPosts(report, (own) =>
        hasErrors(own) ? { kind: 'refused', problems: own, partly: false } : others,
      );
    }
    case 'blocked': {
      const { revision, prune } = report;
      const command = `hookline confirm ${revision}`;
      return toDeclinedPosts(report, (_own, { name }) => ({
        kind: 'held',
        ...toBlame(prune, name),
        command,
      }));
    }
    case 'failed': {
      const { message } = report;
      return toDeclinedPosts({ ...report, problems: [] }, () => ({ kind: 'failed', message }));
    }
    case 'restored':
    case 'recovered':
      return [];
  }
}

/** Of what too much is removed: of this source, which needs no name, of another, or of all together. */
function toBlame({ deleted, before, losses }: Prune, name: string): Blame {
  const loss = losses.find(({ source }) => source === name) ?? losses[0];
  if (loss === undefined) return { by: null, removed: deleted, of: before };
  return { by: loss.source === name ? null : loss.source, removed: loss.deleted, of: loss.before };
}

/** What is said of a set that does not go live. */
function toDeclinedPosts(
  {
    sources,
    live,
    problems,
  }: {
    readonly sources: readonly SourceState[];
    readonly live: ReadonlyMap<string, string>;
    readonly problems: readonly Problem[];
  },
  toOutcome: (own: readonly Problem[], source: SourceState) => CommitOutcome,
): readonly StatusPost[] {
  return toPosts(sources, (source) => {
    const own = ownOf(problems, { source, sources });
    if (live.get(source.name) !== source.revision) return toOutcome(own, source);
    return hasErrors(own) ? { kind: 'refused', problems: own, partly: true } : { kind: 'live' };
  });
}

function toPosts(
  sources: readonly SourceState[],
  toOutcome: (source: SourceState) => CommitOutcome,
): readonly StatusPost[] {
  return sources.flatMap((source) =>
    source.commit === null
      ? []
      : [{ source: source.name, sha: source.commit.sha, ...describeOutcome(toOutcome(source)) }],
  );
}

/** Where there are several sources, files are shown behind the name of theirs. */
function ownOf(
  problems: readonly Problem[],
  { source, sources }: { readonly source: SourceState; readonly sources: readonly SourceState[] },
): readonly Problem[] {
  return sources.length === 1 ? problems : problems.filter(({ file }) => file.startsWith(`${source.name}:`));
}
