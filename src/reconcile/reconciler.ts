import type { Clock } from '../clock.ts';
import type { LoadedFile } from '../definitions/definition.ts';
import type { Problem } from '../definitions/problem.ts';
import { toMessage } from '../errors.ts';
import { createSnapshot, type NoteHooks } from './apply.ts';
import { type Changes, planChanges } from './plan.ts';
import type { Prepare, Prepared } from './prepare.ts';
import type { Snapshot } from './snapshot.ts';
import { type Ending, type Mark, type ReconcileStatus, toConditions } from './status.ts';

/** A set of files with the revision derived from their bytes. */
export interface FileSet {
  readonly revision: string;
  readonly files: readonly LoadedFile[];
}

/** What an attempt led to; said once for each. */
export type Report =
  | {
      readonly kind: 'applied';
      readonly snapshot: Snapshot;
      readonly changes: Changes;
      readonly problems: readonly Problem[];
    }
  | { readonly kind: 'refused'; readonly revision: string; readonly problems: readonly Problem[] }
  | { readonly kind: 'failed'; readonly message: string };

/** What a reconciler works with. */
export interface ReconcilerParts {
  /** Reads the definitions as they are now. */
  readonly read: () => Promise<FileSet>;
  readonly prepare: Prepare;
  readonly noteHooks: NoteHooks;
  /** Makes a snapshot live. Called once per applied revision, after everything that can fail. */
  readonly swap: (snapshot: Snapshot) => void;
  readonly report: (report: Report) => void;
  readonly clock: Clock;
}

/** Brings the live snapshot in line with the definitions. */
export interface Reconciler {
  /** Reads and, when something changed, prepares and swaps. Calls during a run share one more run. Rejects only with what `report` throws. */
  reconcile(): Promise<ReconcileStatus>;
  status(): ReconcileStatus;
}

/** How an attempt ended, and what it changes. */
interface Outcome {
  readonly ending: Ending;
  readonly change: Partial<ReconcileStatus>;
  /** Null when there is nothing new to say. */
  readonly report: Report | null;
}

/** Creates a reconciler with nothing live. */
export function createReconciler(parts: ReconcilerParts): Reconciler {
  const { clock } = parts;
  let live: Snapshot | null = null;
  let ending: Ending = { kind: 'none' };
  let status: ReconcileStatus = {
    conditions: toConditions(ending, [], { running: false, at: clock.now() }),
    lastAttempted: null,
    lastApplied: null,
    serving: 'none',
    problems: [],
  };

  function setStatus(running: boolean, change: Partial<ReconcileStatus> = {}): void {
    const conditions = toConditions(ending, status.conditions, { running, at: clock.now() });
    status = Object.freeze({ ...status, ...change, conditions });
  }

  /** What can be told of an attempt is told last: whoever is told sees what it led to. */
  async function attempt(): Promise<ReconcileStatus> {
    setStatus(true);
    const outcome = await attemptRead();
    ending = outcome.ending;
    setStatus(false, outcome.change);
    if (outcome.report !== null) parts.report(outcome.report);
    return status;
  }

  async function attemptRead(): Promise<Outcome> {
    try {
      const files = await parts.read();
      return isSettled(files.revision) ? { ending, change: {}, report: null } : await attemptSet(files);
    } catch (error) {
      return toFailure({ kind: 'unreadable', message: toMessage(error) });
    }
  }

  /** A set that was applied or refused stays so until its bytes change. */
  function isSettled(revision: string): boolean {
    return (ending.kind === 'applied' || ending.kind === 'refused') && ending.mark.revision === revision;
  }

  async function attemptSet({ revision, files }: FileSet): Promise<Outcome> {
    const mark: Mark = { revision, at: clock.now() };
    let change: Partial<ReconcileStatus> = { lastAttempted: mark };
    try {
      const prepared = await parts.prepare(files);
      const { problems } = prepared;
      change = { lastAttempted: mark, problems };
      const plan = planChanges(live, prepared);
      if (plan.kind === 'refuse') return { ...toRefusal(mark, problems, live !== null), change };
      const { changes } = plan;
      live = await apply(prepared, changes, mark);
      const report: Report = { kind: 'applied', snapshot: live, changes, problems };
      return {
        ending: { kind: 'applied', mark },
        change: { ...change, lastApplied: mark, serving: 'live' },
        report,
      };
    } catch (error) {
      return { ...toFailure({ kind: 'apply_failed', mark, message: toMessage(error) }), change };
    }
  }

  async function apply(prepared: Prepared, changes: Changes, { revision, at }: Mark): Promise<Snapshot> {
    const { noteHooks } = parts;
    const snapshot = await createSnapshot({ prepared, changes, revision, live, noteHooks, at });
    parts.swap(snapshot);
    return snapshot;
  }

  /** A directory that stays away is looked for at every poll; saying so once is enough. */
  function toFailure(failure: Ending & { readonly message: string }): Outcome {
    const { kind, message } = failure;
    const repeated = ending.kind === kind && 'message' in ending && ending.message === message;
    return { ending: failure, change: {}, report: repeated ? null : { kind: 'failed', message } };
  }

  return { reconcile: shareRuns(attempt), status: () => status };
}

function toRefusal(
  mark: Mark,
  problems: readonly Problem[],
  serves: boolean,
): Pick<Outcome, 'ending' | 'report'> {
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  return {
    ending: { kind: 'refused', mark, errors, serves },
    report: { kind: 'refused', revision: mark.revision, problems },
  };
}

/** One run at a time. Calls during a run share one more, which starts after it and so sees what they saw. */
function shareRuns<T>(start: () => Promise<T>): () => Promise<T> {
  let run: Promise<T> | null = null;
  let next: Promise<T> | null = null;
  const begin = (): Promise<T> => {
    run = start().finally(() => {
      run = null;
    });
    return run;
  };
  return () => {
    if (run === null) return begin();
    const again = (): Promise<T> => {
      next = null;
      return run ?? begin();
    };
    next ??= run.then(again, again);
    return next;
  };
}
