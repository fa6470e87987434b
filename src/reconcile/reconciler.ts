import type { Clock } from '../clock.ts';
import type { LoadedFile } from '../definitions/definition.ts';
import type { KeptSet } from '../definitions/last-good.ts';
import type { FileSet, SourceState } from '../definitions/reader.ts';
import { HooklineError, toMessage } from '../errors.ts';
import { createSnapshot, type NoteHooks } from './apply.ts';
import { toBlock, toRefusal } from './decline.ts';
import type { HeldFile } from './held.ts';
import { isolate } from './isolate.ts';
import { type Changes, planChanges } from './plan.ts';
import type { Prepare, Prepared } from './prepare.ts';
import type { Report } from './report.ts';
import { toReadRevision, toServed } from './served.ts';
import { shareRuns } from './share-runs.ts';
import type { Snapshot } from './snapshot.ts';
import { describeFailures, type Ending, type Mark, type ReconcileStatus, toConditions } from './status.ts';

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
   * The first attempt, or what it has come to after some seconds, held against what was kept of a run before: its last good set is what a bad set, a set that removes
   * too much and a source that is down leave serving.
   */
  start(): Promise<ReconcileStatus>;
  /** Reads and, when something changed, prepares and swaps. Calls during a run share one more run. Rejects only with what `report` throws. */
  reconcile(): Promise<ReconcileStatus>;
  /** Lets a held set go live if it is still what there is. Rejects with `conflict` when this revision is not held. */
  confirm(revision: string): Promise<ReconcileStatus>;
  status(): ReconcileStatus;
}

/** What serves, or would if nothing better were found. */
interface Live {
  readonly snapshot: Snapshot;
  readonly files: readonly LoadedFile[];
  readonly sources: KeptSet['sources'];
}

/** A set that was prepared, under the policy. */
interface Candidate {
  readonly prepared: Prepared;
  readonly files: readonly LoadedFile[];
  readonly held: readonly HeldFile[];
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
  const { clock, policy, prune } = parts;
  let live: Live | null = null;
  let ending: Ending = { kind: 'none' };
  let confirmed: string | null = null;
  let unreadable: string | null = null;
  let running = false;
  let files: readonly LoadedFile[] = [];
  let status: ReconcileStatus = {
    conditions: toConditions({ ending, unreadable, sources: [] }, [], { running: false, at: clock.now() }),
    lastAttempted: null,
    lastApplied: null,
    serving: 'none',
    problems: [],
    sources: [],
  };

  function setStatus(isRunning: boolean, change: Partial<ReconcileStatus> = {}): void {
    running = isRunning;
    const next = { ...status, ...change };
    const conditions = toConditions({ ending, unreadable, sources: next.sources }, status.conditions, {
      running,
      at: clock.now(),
    });
    status = Object.freeze({ ...next, conditions });
  }

  /** What can be told of an attempt is told last: whoever is told sees what it led to. */
  async function attempt(): Promise<ReconcileStatus> {
    setStatus(true);
    const before = unreadable;
    const outcome = await attemptRead();
    ending = outcome.ending;
    setStatus(false, outcome.change);
    if (unreadable !== null && unreadable !== before)
      parts.report({ kind: 'failed', message: unreadable, sources: [], live: toRevisions(live) }, files);
    const report = outcome.report ?? toRecovery(before);
    if (report !== null) parts.report(report, files);
    return status;
  }

  async function attemptRead(): Promise<Outcome> {
    try {
      const set = await parts.read(toRevisions(live));
      const { revision, sources } = set;
      unreadable = describeFailures(sources);
      const isLost = sources.length > 0 && sources.every(({ failure }) => failure !== null);
      if (isLost || isSettled(revision)) return { ending, change: { sources }, report: null };
      const outcome = await attemptSet(set);
      return { ...outcome, change: { ...outcome.change, sources } };
    } catch (error) {
      unreadable = toMessage(error);
      return { ending, change: {}, report: null };
    }
  }

  /** A set that was applied, refused or held stays so until its bytes change, or until it is confirmed. */
  function isSettled(revision: string): boolean {
    if (ending.kind === 'none' || ending.kind === 'apply_failed') return false;
    return ending.mark.revision === revision && confirmed !== revision;
  }

  async function attemptSet(set: FileSet): Promise<Outcome> {
    const { revision, sources } = set;
    const mark: Mark = { revision, at: clock.now() };
    files = set.files;
    let change: Partial<ReconcileStatus> = { lastAttempted: mark };
    try {
      parts.onStart(sources);
      const before = live?.snapshot ?? null;
      const revisions = toRevisions(live);
      const read = await parts.prepare(files, before);
      const { problems } = read;
      change = { lastAttempted: mark, problems };
      const candidate = await applyPolicy(read);
      const mayPrune = prune === 'allow' || confirmed === revision;
      const names = sources.map(({ name }) => name);
      const plan = planChanges(candidate.prepared, { live: before, mayPrune, sources: names });
      if (plan.kind === 'refuse')
        return { ...toRefusal(set, { mark, problems, live: before, revisions }), change };
      if (plan.kind === 'hold')
        return {
          ...toBlock(set, { mark, problems, prune: plan.prune, revisions }),
          change,
        };
      const { held } = candidate;
      live = await apply(candidate, plan.changes, { set, mark });
      const { snapshot } = live;
      const report: Report = {
        kind: 'applied',
        snapshot,
        changes: plan.changes,
        problems,
        held,
        previous: before?.revision ?? null,
        sources,
      };
      return {
        ending: { kind: 'applied', mark, held },
        change: { ...change, lastApplied: mark, serving: 'live' },
        report,
      };
    } catch (error) {
      return { ...toFailure({ kind: 'apply_failed', mark, message: toMessage(error) }, sources), change };
    }
  }

  async function applyPolicy(prepared: Prepared): Promise<Candidate> {
    if (policy === 'strict' || prepared.good) return { prepared, files, held: [] };
    const prepare = (some: readonly LoadedFile[]): Promise<Prepared> =>
      parts.prepare(some, live?.snapshot ?? null);
    return isolate({ prepare, files, prepared, live: live?.files ?? [] });
  }

  async function apply(
    candidate: Candidate,
    changes: Changes,
    { set, mark }: { readonly set: FileSet; readonly mark: Mark },
  ): Promise<Live> {
    const { noteHooks } = parts;
    const { prepared } = candidate;
    const served = toServed(set, candidate);
    const { revision, sources } = served;
    const before = live?.snapshot ?? null;
    const snapshot = await createSnapshot({
      prepared,
      changes,
      revision,
      live: before,
      noteHooks,
      at: mark.at,
    });
    parts.swap(snapshot);
    parts.keep({ revision, sources, files: candidate.files });
    return { snapshot, files: candidate.files, sources };
  }

  function toRecovery(before: string | null): Report | null {
    return before !== null && unreadable === null && 'mark' in ending
      ? { kind: 'recovered', revision: ending.mark.revision }
      : null;
  }

  function toFailure(
    failure: Ending & { readonly message: string },
    sources: readonly SourceState[],
  ): Outcome {
    const { kind, message } = failure;
    const repeated = ending.kind === kind && 'message' in ending && ending.message === message;
    return {
      ending: failure,
      change: {},
      report: repeated ? null : { kind: 'failed', message, sources, live: toRevisions(live) },
    };
  }

  /** Nothing of it is live before the first attempt has ended: what changed meanwhile should not run once more. */
  async function restore(): Promise<void> {
    const kept = await parts.restore();
    if (kept === null) return;
    const prepared = await parts.prepare(kept.files, null);
    const plan = planChanges(prepared, { live: null, mayPrune: true, sources: [] });
    if (plan.kind !== 'apply') {
      const problem = prepared.problems.find(({ severity }) => severity === 'error');
      const message = `The definitions kept of the last run are not good any more: ${problem?.message}`;
      parts.report({ kind: 'failed', message, sources: [], live: new Map() }, kept.files);
      return;
    }
    const { changes } = plan;
    const { revision, files: restored } = kept;
    const { noteHooks } = parts;
    const at = clock.now();
    const snapshot = await createSnapshot({ prepared, changes, revision, live: null, noteHooks, at });
    live = { snapshot, files: restored, sources: toServed(kept, { files: restored, held: [] }).sources };
  }

  const reconcile = shareRuns(attempt);
  return {
    async start() {
      await restore();
      const before = live;
      await inTime(reconcile(), clock);
      if (before === null || live !== before) return status;
      const { snapshot } = before;
      parts.swap(snapshot);
      setStatus(running, { serving: 'persisted' });
      parts.report({ kind: 'restored', snapshot }, before.files);
      return status;
    },
    reconcile,
    async confirm(revision) {
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
    status: () => status,
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

function toRevisions(live: Live | null): ReadonlyMap<string, string> {
  return new Map([...(live?.sources ?? [])].map(([name, { revision }]) => [name, toReadRevision(revision)]));
}
