import { systemClock } from '../src/clock.ts';
import { createDirectorySource } from '../src/definitions/directory-source.ts';
import { createDefinitionsReader } from '../src/definitions/reader.ts';
import { openSqliteJournal } from '../src/journal/sqlite.ts';
import { createLogger } from '../src/logger.ts';
import { createPrepare } from '../src/reconcile/prepare.ts';
import { createReconciler } from '../src/reconcile/reconciler.ts';
import { createRegistry, type Registry } from '../src/registry/registry.ts';
import { createSandbox } from '../src/sandbox/pool.ts';

/** Definitions brought live by the parts the server is made of, without the server. */
export interface LiveDefinitions {
  readonly registry: Registry;
  /** Brings live what is there now. Throws when it is refused. Resolves to when it went live, in milliseconds of performance.now(). */
  load(): Promise<number>;
  /** Looks for changes from now on, by file events alone. */
  watch(): void;
  /** When the next snapshot goes live, in milliseconds of performance.now(). */
  nextSwap(): Promise<number>;
  close(): Promise<void>;
}

/** Longer than a benchmark runs: what is measured is the watcher. */
const NO_POLL_MS = 3_600_000;

/** Opens a directory with a journal of its own; nothing is read yet. */
export async function openDefinitions(dir: string, journalFile: string): Promise<LiveDefinitions> {
  const clock = systemClock;
  const journal = await openSqliteJournal({ file: journalFile });
  const sandbox = createSandbox();
  const registry = createRegistry();
  const source = createDirectorySource({
    name: 'hooks',
    dir,
    labelled: false,
    clock,
    logger: createLogger('warn'),
    pollMs: NO_POLL_MS,
  });
  const definitions = createDefinitionsReader([source], clock);
  let swapped = Promise.withResolvers<number>();
  const reconciler = createReconciler({
    read: definitions.read,
    restore: async () => null,
    keep: () => undefined,
    prepare: createPrepare(sandbox),
    noteHooks: (sightings, at) => journal.noteHooks(sightings, at),
    swap(snapshot) {
      registry.swap(snapshot);
      swapped.resolve(performance.now());
      swapped = Promise.withResolvers();
    },
    report(report) {
      if (report.kind === 'failed') throw new Error(`Cannot load the definitions: ${report.message}`);
    },
    onStart: () => undefined,
    clock,
    policy: 'strict',
    prune: 'guard',
  });
  return {
    registry,
    async load() {
      const { promise } = swapped;
      const { problems, serving } = await reconciler.reconcile();
      const [problem] = problems;
      if (problem !== undefined || serving === 'none') {
        throw new Error(`Cannot load the definitions: ${problem?.file}:${problem?.line} ${problem?.message}`);
      }
      return promise;
    },
    watch: () => definitions.watch(() => void reconciler.reconcile()),
    nextSwap: () => swapped.promise,
    async close() {
      await source.close();
      await sandbox.close();
      await journal.close();
    },
  };
}
