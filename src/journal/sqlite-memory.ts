import { HooklineError, toMessage } from '../errors.ts';
import type { Journal } from './journal.ts';
import { SqliteJournal } from './sqlite.ts';
import { toCommitError } from './sqlite-failure.ts';
import { openSqliteStore, READS, type SqliteStore } from './sqlite-store.ts';
import type { SqliteCalls } from './sqlite-thread.ts';

/** Hands out journals in memory, one after another: a database takes longer to make than most tests to run. */
export interface MemoryJournals extends Disposable {
  /** An empty journal; the one before is closed. What one holds is gone when it is closed. */
  open(): Journal;
}

/**
 * Opens a database in memory for hook tests: the same tables and statements as on disk, carried out at once and on this
 * thread.
 */
export function createMemoryJournals(): MemoryJournals {
  const store = openSqliteStore({ file: ':memory:', role: 'writer' });
  let last: SqliteCalls | null = null;
  return {
    open() {
      void last?.close();
      store.clear();
      last = createCalls(store);
      return new SqliteJournal(last, last);
    },
    [Symbol.dispose]() {
      void last?.close();
      store.close();
    },
  };
}

/** Every call is a transaction of its own, over when it returns. */
function createCalls(store: SqliteStore): SqliteCalls {
  let isClosed = false;
  let answered = 0;
  return {
    async call(operation, argument) {
      if (isClosed) throw new HooklineError('unavailable', 'Cannot use the journal: it is closed');
      answered += 1;
      const carryOut = store.operations[operation] as (argument: unknown) => unknown;
      let answer: unknown;
      const work = (): void => {
        answer = carryOut(argument);
      };
      try {
        if (READS.has(operation)) work();
        else store.transact(work);
      } catch (error) {
        throw toCommitError({ sqliteCode: null, message: toMessage(error) });
      }
      return answer as never;
    },
    async close() {
      isClosed = true;
    },
    get isClosed() {
      return isClosed;
    },
    // Nothing ends it: there is no thread that could.
    failed: new Promise<string>(() => undefined),
    get answered() {
      return answered;
    },
  };
}
