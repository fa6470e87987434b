import {
  createReconciler,
  type FileSet,
  type Reconciler,
  type ReconcilerParts,
  type Report,
} from '../../src/reconcile/reconciler.ts';
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
  readonly prepared: () => number;
  readonly reads: () => number;
  /** What the next reads find: a set of texts with its revision, or an error. */
  put(revision: string, texts: Readonly<Record<string, string>>): void;
  fail(message: string): void;
}

/** A reconciler with nothing live; parts that matter to a test are its own. */
export function createReconcilerBench(overrides: Partial<ReconcilerParts> = {}): ReconcilerBench {
  const clock = createHeldClock();
  const swapped: Snapshot[] = [];
  const reports: Report[] = [];
  const prepare = createTestPrepare();
  let found: () => Promise<FileSet> = async () => ({ revision: 'none', files: [] });
  let reads = 0;
  let prepared = 0;
  const reconciler = createReconciler({
    read() {
      reads += 1;
      return found();
    },
    prepare(files) {
      prepared += 1;
      return prepare(files);
    },
    noteHooks: async (sightings, at) => sightings.map(() => ({ createdAt: at, updatedAt: at })),
    swap: (snapshot) => swapped.push(snapshot),
    report: (report) => reports.push(report),
    clock,
    ...overrides,
  });
  return {
    reconciler,
    clock,
    swapped,
    reports,
    prepared: () => prepared,
    reads: () => reads,
    put(revision, texts) {
      const files = loadTexts(texts);
      found = async () => ({ revision, files });
    },
    fail(message) {
      found = () => Promise.reject(new Error(message));
    },
  };
}

/** Conditions that are true, each with the seconds from the start it has been so. */
export function truths({ conditions }: ReconcileStatus): Readonly<Record<string, number>> {
  return Object.fromEntries(
    conditions
      .filter(({ status }) => status === 'True')
      .map(({ type, since }) => [type, (since - START) / 1000]),
  );
}
