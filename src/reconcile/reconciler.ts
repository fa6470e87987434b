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
  /** Reads and, when something changed, prepares and swaps. Calls during a run share one more run. Never rejects. */
  reconcile(): Promise<ReconcileStatus>;
  status(): ReconcileStatus;
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
  let run: Promise<ReconcileStatus> | null = null;
  let next: Promise<ReconcileStatus> | null = null;

  function setStatus(running: boolean, change: Partial<ReconcileStatus> = {}): void {
    const conditions = toConditions(ending, status.conditions, { running, at: clock.now() });
    status = Object.freeze({ ...status, ...change, conditions });
  }

  async function attempt(): Promise<ReconcileStatus> {
    setStatus(true);
    try {
      const files = await parts.read();
      if (isSettled(files.revision)) setStatus(false);
      else await attemptSet(files);
    } catch (error) {
      fail({ kind: 'unreadable', message: toMessage(error) });
    }
    return status;
  }

  /** A set that was applied or refused stays so until its bytes change. */
  function isSettled(revision: string): boolean {
    return (ending.kind === 'applied' || ending.kind === 'refused') && ending.mark.revision === revision;
  }

  async function attemptSet({ revision, files }: FileSet): Promise<void> {
    const mark: Mark = { revision, at: clock.now() };
    const prepared = await parts.prepare(files);
    const plan = planChanges(live, prepared);
    const change = { lastAttempted: mark, problems: prepared.problems };
    if (plan.kind === 'apply') await apply({ mark, prepared, changes: plan.changes });
    else refuse(mark, prepared.problems);
    setStatus(false, ending.kind === 'applied' ? { ...change, lastApplied: mark, serving: 'live' } : change);
  }

  async function apply({
    mark,
    prepared,
    changes,
  }: {
    mark: Mark;
    prepared: Prepared;
    changes: Changes;
  }): Promise<void> {
    try {
      const { noteHooks } = parts;
      const { revision, at } = mark;
      const snapshot = await createSnapshot({ prepared, changes, revision, live, noteHooks, at });
      parts.swap(snapshot);
      live = snapshot;
      ending = { kind: 'applied', mark };
      parts.report({ kind: 'applied', snapshot, changes, problems: prepared.problems });
    } catch (error) {
      fail({ kind: 'apply_failed', mark, message: toMessage(error) });
    }
  }

  function refuse(mark: Mark, problems: readonly Problem[]): void {
    ending = {
      kind: 'refused',
      mark,
      errors: problems.filter(({ severity }) => severity === 'error').length,
    };
    parts.report({ kind: 'refused', revision: mark.revision, problems });
  }

  function fail(failure: Ending & { readonly message: string }): void {
    const repeated =
      ending.kind === failure.kind && 'message' in ending && ending.message === failure.message;
    ending = failure;
    setStatus(false);
    // A directory that stays away is looked for at every poll; saying so once is enough.
    if (!repeated) parts.report({ kind: 'failed', message: failure.message });
  }

  async function start(): Promise<ReconcileStatus> {
    try {
      return await attempt();
    } finally {
      run = null;
    }
  }

  return {
    reconcile() {
      if (run === null) {
        run = start();
        return run;
      }
      next ??= run.then(() => {
        next = null;
        run ??= start();
        return run;
      });
      return next;
    },
    status: () => status,
  };
}
