import { type CommitStatus, isSameStatus } from './commit-status.ts';

/** What is known of one commit: what was posted last, and what waits to be. */
export interface StatusEntry {
  readonly sha: string;
  readonly posted: CommitStatus | null;
  readonly waiting: CommitStatus | null;
}

/** Commits of a source that are remembered. */
export const MAX_ENTRIES = 100;

/**
 * Has a status wait in place of what waits of its commit, which is the one spoken of last from then on. `forgotten` made room
 * for it: the oldest that is posted, or else the oldest. Null: it is what was posted last, or that a commit is prepared of
 * which more is known (a set is prepared again after a restart), so there is nothing to do.
 */
export function addWaiting(
  entries: readonly StatusEntry[],
  status: CommitStatus,
): { readonly entries: readonly StatusEntry[]; readonly forgotten: StatusEntry | null } | null {
  const known = entries.find(({ sha }) => sha === status.sha);
  // What waits may have reached the host already, its answer lost: only when nothing waits is it known what is there.
  if (known?.waiting === null && isSameStatus(known.posted, status)) return null;
  if (status.state === 'pending' && known !== undefined) return null;
  const others = entries.filter((entry) => entry !== known);
  const added = { sha: status.sha, posted: known?.posted ?? null, waiting: status };
  const forgotten =
    others.length < MAX_ENTRIES
      ? null
      : (others.find(({ waiting }) => waiting === null) ?? others[0] ?? null);
  return { entries: [...others.filter((entry) => entry !== forgotten), added], forgotten };
}

/** Takes note that a status was posted. What came to wait since then still does. */
export function toPosted(entries: readonly StatusEntry[], status: CommitStatus): readonly StatusEntry[] {
  return entries.map((entry) =>
    entry.sha === status.sha
      ? {
          sha: entry.sha,
          posted: status,
          waiting: isSameStatus(entry.waiting, status) ? null : entry.waiting,
        }
      : entry,
  );
}
