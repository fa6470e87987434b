import type { Problem } from '../definitions/problem.ts';
import type { FileSet } from '../definitions/reader.ts';
import type { Prune } from './prune.ts';
import type { Report } from './report.ts';
import type { Ending, Mark } from './status.ts';

/** How an attempt ended that changed nothing. */
export interface DeclinedOutcome {
  readonly change: { readonly ending: Ending };
  readonly report: Report;
}

/** A set that was prepared and does not go live. */
export interface Declined {
  readonly mark: Mark;
  readonly problems: readonly Problem[];
  /** The revision of each source that stays live. */
  readonly revisions: ReadonlyMap<string, string>;
}

/** What becomes of a set that has errors. */
export function toRefusal(
  { revision, sources }: FileSet,
  { mark, problems, revisions, serves }: Declined & { readonly serves: boolean },
): DeclinedOutcome {
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  return {
    change: { ending: { kind: 'refused', mark, errors, serves } },
    report: { kind: 'refused', revision, problems, sources, live: revisions },
  };
}

/** What becomes of a set that removes too much. */
export function toBlock(
  { revision, sources }: FileSet,
  { mark, problems, revisions, prune }: Declined & { readonly prune: Prune },
): DeclinedOutcome {
  return {
    change: { ending: { kind: 'blocked', mark, prune } },
    report: { kind: 'blocked', revision, problems, prune, sources, live: revisions },
  };
}
