/**
 * What a commit is said to be. `failure`: its definitions are not live as they are, and a commit helps; `error`: they are
 * not, and the fault is elsewhere.
 */
export type CommitState = 'pending' | 'success' | 'failure' | 'error';

/** What is said of a commit. */
export interface CommitStatus {
  /** Full, hex. */
  readonly sha: string;
  readonly state: CommitState;
  readonly description: string;
}

/** Whether two say the same of the same commit. */
export function isSameStatus(one: CommitStatus | null, other: CommitStatus | null): boolean {
  return one?.sha === other?.sha && one?.state === other?.state && one?.description === other?.description;
}
