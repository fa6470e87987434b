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
 * Has a status wait in place of what waits of its commit, which is the one spoken of last from then on. `forgotten` made
 * room for it: the oldest that is posted, or else the oldest. Null: there is nothing new to say.
 */
export function addWaiting(
  entries: readonly StatusEntry[],
  status: CommitStatus,
): { readonly entries: readonly StatusEntry[]; readonly forgotten: StatusEntry | null } | null {
  const known = entries.find(({ sha }) => sha === status.sha);
  if (known !== undefined && isSaid(known, status)) return null;
  const others = entries.filter((entry) => entry !== known);
  const isFull = others.length >= MAX_ENTRIES;
  const forgotten = isFull ? (others.find(({ waiting }) => waiting === null) ?? others[0] ?? null) : null;
  const added = { sha: status.sha, posted: known?.posted ?? null, waiting: status };
  return { entries: [...others.filter((entry) => entry !== forgotten), added], forgotten };
}

/** Takes note that a status was posted. What came to wait since then still does. */
export function toPosted(entries: readonly StatusEntry[], status: CommitStatus): readonly StatusEntry[] {
  return entries.map((entry) => {
    if (entry.sha !== status.sha) return entry;
    const waiting = isSameStatus(entry.waiting, status) ? null : entry.waiting;
    return { sha: entry.sha, posted: status, waiting };
  });
}

function isSaid({ posted, waiting }: StatusEntry, status: CommitStatus): boolean {
  // A commit that was spoken of is prepared again after a restart, or for a change of another source: what is known of it stays.
  if (status.state === 'pending') return true;
  // What waits may have reached the host already, its answer lost: only when nothing waits is it known what is there.
  if (waiting !== null) return false;
  // GitHub takes 1,000 statuses of a commit: one that is live must not use them up as others come and go.
  return isSameStatus(posted, status) || (status.state === 'success' && posted?.state === 'success');
}
