import type { LoadedFile } from '../../src/definitions/definition.ts';
import type { KeptSet } from '../../src/definitions/last-good.ts';
import type { FileSet, SourceState } from '../../src/definitions/reader.ts';
import { createReconciler, type Reconciler, type ReconcilerParts } from '../../src/reconcile/reconciler.ts';
import type { Report } from '../../src/reconcile/report.ts';
import type { Snapshot } from '../../src/reconcile/snapshot.ts';
import type { ReconcileStatus } from '../../src/reconcile/status.ts';
import { createHeldClock, type HeldClock, START } from './held-clock.ts';
import { createTestPrepare, loadTexts } from './prepare-texts.ts';

/** A reconciler over sets of files that a test puts in place. */
export interface ReconcilerBench {
  readonly reconciler: Reconciler;
  readonly clock: HeldClock;
  /** What was made live, in order. */
  readonly swapped: readonly Snapshot[];
  readonly reports: readonly Report[];
  /** What was kept, in order. */
  readonly kept: readonly KeptSet[];
  readonly prepared: () => number;
  readonly reads: () => number;
  /** What is there of a run before. */
  restore(revision: string, texts: Readonly<Record<string, string>>): void;
  /** What the next reads find: a set of texts with its revision, a source that cannot be read, or an error. */
  put(revision: string, texts: Readonly<Record<string, string>>): void;
  lose(message: string): void;
  fail(message: string): void;
}

/** A reconciler with nothing live; parts that matter to a test are its own. */
export function createReconcilerBench(overrides: Partial<ReconcilerParts> = {}): ReconcilerBench {
  const clock = createHeldClock();
  const swapped: Snapshot[] = [];
  const reports: Report[] = [];
  const prepare = createTestPrepare();
  let found: () => Promise<FileSet> = async () => toFileSet('none', []);
  const kept: KeptSet[] = [];
  let restored: FileSet | null = null;
  let reads = 0;
  let prepared = 0;
  const reconciler = createReconciler({
    read() {
      reads += 1;
      return found();
    },
    restore: async () => restored,
    keep: (set) => kept.push(set),
    prepare(files, live) {
      prepared += 1;
      return prepare(files, live);
    },
    noteHooks: async (sightings, at) => sightings.map(() => ({ createdAt: at, updatedAt: at })),
    swap: (snapshot) => swapped.push(snapshot),
    onStart: () => undefined,
    report: (report) => reports.push(report),
    clock,
    policy: 'strict',
    prune: 'guard',
    ...overrides,
  });
  return {
    reconciler,
    clock,
    swapped,
    reports,
    kept,
    prepared: () => prepared,
    reads: () => reads,
    put(revision, texts) {
      const files = loadTexts(texts);
      found = async () => toFileSet(revision, files);
    },
    restore(revision, texts) {
      restored = toFileSet(revision, loadTexts(texts));
    },
    lose(message) {
      const failure = { reason: 'Unreadable', message } as const;
      found = async () => toFileSet('none', [], { revision: null, failure });
    },
    fail(message) {
      found = () => Promise.reject(new Error(message));
    },
  };
}

/** A set of one source. */
export function toFileSet(
  revision: string,
  files: readonly LoadedFile[],
  state: Partial<SourceState> = {},
): FileSet {
  const source = {
    name: '',
    revision,
    commit: null,
    readAt: START,
    readingSince: null,
    failure: null,
    notices: [],
    ...state,
  };
  return { revision, files, sources: [source] };
}

/** Conditions that are true, each with the seconds from the start it has been so. */
export function truths({ conditions }: ReconcileStatus): Readonly<Record<string, number>> {
  return Object.fromEntries(
    conditions
      .filter(({ status }) => status === 'True')
      .map(({ type, since }) => [type, (since - START) / 1000]),
  );
}
