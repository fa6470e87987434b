import type { Clock } from '../clock.ts';
import type { LoadedFile } from '../definitions/definition.ts';
import type { KeptSet } from '../definitions/last-good.ts';
import type { FileSet, SourceState } from '../definitions/reader.ts';
import { HooklineError, toMessage } from '../errors.ts';
import { createSnapshot, type NoteHooks } from './apply.ts';
import { toBlock, toRefusal } from './decline.ts';
import type { HeldFile } from './held.ts';
import { isolate } from './isolate.ts';
import { type LiveSet, restoreLive, toRevisions } from './live-set.ts';
import { type Changes, planChanges } from './plan.ts';
import type { Prepare, Prepared } from './prepare.ts';
import type { Report } from './report.ts';
import { toServed } from './served.ts';
import { shareRuns } from './share-runs.ts';
import type { Snapshot } from './snapshot.ts';
import { describeFailures, type Mark, type ReconcileStatus } from './status.ts';
import { createStatusKeeper, type StatusChange } from './status-keeper.ts';

/** What a reconciler works with. */
export interface ReconcilerParts {
  /** Reads the definitions as they are now, held against the live revision of each source. */
  readonly read: (live: ReadonlyMap<string, string>) => Promise<FileSet>;
  /** What was kept of the last good set of a run before; null when there is nothing. */
  readonly restore: () => Promise<FileSet | null>;
  /** Keeps a set that went live. */
  readonly keep: (set: KeptSet) => void;
  readonly prepare: Prepare;
  readonly noteHooks: NoteHooks;
  /** Makes a snapshot live. Called once per applied revision, after everything that can fail. */
  readonly swap: (snapshot: Snapshot) => void;
  /** Told that a new set of these sources is being prepared. */
  readonly onStart: (sources: readonly SourceState[]) => void;
  /** Told with the files of the set it is about. */
  readonly report: (report: Report, files: readonly LoadedFile[]) => void;
  readonly clock: Clock;
  readonly policy: 'strict' | 'isolate';
  readonly prune: 'guard' | 'allow';
}

/** Brings the live snapshot in line with the definitions. */
export interface Reconciler {
  /**
   * The first attempt, or what it has come to after some seconds, held against what was kept of a run before: its last
   * good set is what a bad set, a set that removes too much and a source that is down leave serving.
   */
  start(): Promise<ReconcileStatus>;
  /** Reads and, when something changed, prepares and swaps. Calls during a run share one more run. Rejects only with what `report` throws. */
  reconcile(): Promise<ReconcileStatus>;
  /** Lets a held set go live if it is still what there is. Rejects with `conflict` when this revision is not held. */
  confirm(revision: string): Promise<ReconcileStatus>;
  status(): ReconcileStatus;
}

/** A set that was prepared, under the policy. */
interface Candidate {
  readonly prepared: Prepared;
  readonly files: readonly LoadedFile[];
  readonly held: readonly HeldFile[];
}

/** A set as it is attempted. */
interface Attempted {
  readonly set: FileSet;
  readonly mark: Mark;
  /** What was live when the attempt began. */
  readonly before: Snapshot | null;
}

/** What an attempt leads to. */
interface Outcome {
  readonly change: StatusChange;
  /** Null when there is nothing new to say. */
  readonly report: Report | null;
}

/** Creates a reconciler with nothing live. */
export function createReconciler(parts: ReconcilerParts): Reconciler {
  const { clock, policy, prune } = parts;
  const keeper = createStatusKeeper(clock);
  let live: LiveSet | null = null;
  /**
   * Ready to serve, and not live before the first attempt has ended: what changed meanwhile should not run once more. Null
   * once it is live, or something better is.
   */
  let restored: LiveSet | null = null;
  let confirmed: string | null = null;
  let files: readonly LoadedFile[] = [];

  /** What can be told of an attempt is told last: whoever is told sees what it led to. */
  async function attempt(): Promise<ReconcileStatus> {
    keeper.note({}, true);
    const unreadable = keeper.unreadable();
    const { change, report } = await attemptRead();
    const served = serveRestored();
    keeper.note(change, false);
    tellUnreadable(unreadable);
    const said = report ?? toRecovery(unreadable);
    if (said !== null) parts.report(said, files);
    tellRestored(served);
    return keeper.status();
  }

  function tellUnreadable(before: string | null): void {
    const message = keeper.unreadable();
    if (message === null || message === before) return;
    parts.report({ kind: 'failed', message, sources: [], live: toRevisions(live) }, files);
  }

  async function attemptRead(): Promise<Outcome> {
    try {
      const set = await parts.read(toRevisions(live));
      const { revision, sources } = set;
      const readable = { sources, unreadable: describeFailures(sources) };
      const isLost = sources.length > 0 && sources.every(({ failure }) => failure !== null);
      if (isLost || isSettled(revision)) return { change: readable, report: null };
      const { change, report } = await attemptSet(set);
      return { change: { ...change, ...readable }, report };
    } catch (error) {
      return { change: { unreadable: toMessage(error) }, report: null };
    }
  }

  /** A set that was applied, refused or held stays so until its bytes change, or until it is confirmed. */
  function isSettled(revision: string): boolean {
    const ending = keeper.ending();
    if (ending.kind === 'none' || ending.kind === 'apply_failed') return false;
    return ending.mark.revision === revision && confirmed !== revision;
  }

  /** Whether a set could not be applied at the last attempt either. */
  function isTriedAgain(revision: string): boolean {
    const ending = keeper.ending();
    return ending.kind === 'apply_failed' && ending.mark.revision === revision;
  }

  async function attemptSet(set: FileSet): Promise<Outcome> {
    const mark: Mark = { revision: set.revision, at: clock.now() };
    const before = live?.snapshot ?? null;
    files = set.files;
    let change: StatusChange = { lastAttempted: mark };
    try {
      if (!isTriedAgain(set.revision)) parts.onStart(set.sources);
      const read = await parts.prepare(files, before);
      change = { ...change, problems: read.problems };
      const outcome = await attemptPrepared(read, { set, mark, before });
      return { ...outcome, change: { ...change, ...outcome.change } };
    } catch (error) {
      const failed = toFailure(toMessage(error), { set, mark, before });
      return { ...failed, change: { ...change, ...failed.change } };
    }
  }

  async function attemptPrepared(read: Prepared, attempted: Attempted): Promise<Outcome> {
    const { set, mark, before } = attempted;
    const { revision, sources } = set;
    const { problems } = read;
    const candidate = await applyPolicy(read, before);
    const mayPrune = prune === 'allow' || confirmed === revision;
    const names = sources.map(({ name }) => name);
    const plan = planChanges(candidate.prepared, { live: before, mayPrune, sources: names });
    const declined = { mark, problems, revisions: toRevisions(live) };
    if (plan.kind === 'refuse') return toRefusal(set, { ...declined, serves: before !== null });
    if (plan.kind === 'hold') return toBlock(set, { ...declined, prune: plan.prune });
    const { changes } = plan;
    const { held } = candidate;
    live = await apply(candidate, changes, attempted);
    const { snapshot } = live;
    const previous = before?.revision ?? null;
    return {
      change: { ending: { kind: 'applied', mark, held }, lastApplied: mark, serving: 'live' },
      report: { kind: 'applied', snapshot, changes, problems, held, previous, sources },
    };
  }

  async function applyPolicy(prepared: Prepared, before: Snapshot | null): Promise<Candidate> {
    if (policy === 'strict' || prepared.good) return { prepared, files, held: [] };
    const prepare = (some: readonly LoadedFile[]): Promise<Prepared> => parts.prepare(some, before);
    return isolate({ prepare, files, prepared, live: live?.files ?? [] });
  }

  async function apply(
    candidate: Candidate,
    changes: Changes,
    { set, mark, before }: Attempted,
  ): Promise<LiveSet> {
    const { noteHooks } = parts;
    const { prepared } = candidate;
    const { revision, sources } = toServed(set, candidate);
    const { at } = mark;
    const snapshot = await createSnapshot({ prepared, changes, revision, live: before, noteHooks, at });
    parts.swap(snapshot);
    restored = null;
    parts.keep({ revision, sources, files: candidate.files });
    return { snapshot, files: candidate.files, sources };
  }

  function toRecovery(before: string | null): Report | null {
    const ending = keeper.ending();
    return before !== null && keeper.unreadable() === null && 'mark' in ending
      ? { kind: 'recovered', revision: ending.mark.revision }
      : null;
  }

  function toFailure(message: string, { set, mark }: Attempted): Outcome {
    const ending = keeper.ending();
    const isTold = isTriedAgain(mark.revision) && 'message' in ending && ending.message === message;
    return {
      change: { ending: { kind: 'apply_failed', mark, message } },
      report: isTold ? null : { kind: 'failed', message, sources: set.sources, live: toRevisions(live) },
    };
  }

  async function restore(): Promise<void> {
    const kept = await parts.restore();
    if (kept === null) return;
    // Of a source that hangs in the first look there would be no word otherwise.
    keeper.note({ sources: kept.sources });
    const { prepare, noteHooks } = parts;
    const result = await restoreLive(kept, { prepare, noteHooks, at: clock.now() });
    if (result.kind === 'good') {
      live = result.live;
      restored = live;
      return;
    }
    const { message } = result;
    parts.report({ kind: 'failed', message, sources: [], live: new Map() }, kept.files);
  }

  /** Makes what was restored live, if it still is to be. */
  function serveRestored(): LiveSet | null {
    const ready = restored;
    restored = null;
    if (ready === null) return null;
    parts.swap(ready.snapshot);
    keeper.note({ serving: 'persisted' });
    return ready;
  }

  function tellRestored(served: LiveSet | null): void {
    if (served !== null) parts.report({ kind: 'restored', snapshot: served.snapshot }, served.files);
  }

  const reconcile = shareRuns(attempt);
  return {
    async start() {
      await restore();
      await inTime(reconcile(), clock);
      tellRestored(serveRestored());
      return keeper.status();
    },
    reconcile,
    async confirm(revision) {
      const ending = keeper.ending();
      if (ending.kind !== 'blocked')
        throw new HooklineError('conflict', `Cannot confirm "${revision}": no revision is held`);
      if (ending.mark.revision !== revision)
        throw new HooklineError('conflict', `Cannot confirm "${revision}": ${ending.mark.revision} is held`);
      confirmed = revision;
      try {
        return await reconcile();
      } finally {
        confirmed = null;
      }
    },
    status: keeper.status,
  };
}

/** How long a start waits for the first attempt: a remote that hangs must not keep the last good set from serving. */
const START_GRACE_MS = 5_000;

/** Waits for a run, but not for long; one that takes longer goes on. */
async function inTime(run: Promise<unknown>, clock: Clock): Promise<void> {
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const timer = clock.setTimer(START_GRACE_MS, resolve);
  try {
    await Promise.race([run, over]);
  } finally {
    timer.cancel();
  }
}
