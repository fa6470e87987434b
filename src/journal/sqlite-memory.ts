import { HooklineError, toMessage } from '../errors.ts';
import type { Journal } from './journal.ts';
import { SqliteJournal } from './sqlite.ts';
import { toCommitError } from './sqlite-failure.ts';
import { openSqliteStore, READS } from './sqlite-store.ts';
import type { SqliteCalls } from './sqlite-thread.ts';

/**
 * Opens an empty journal in memory, for hook tests: the same tables and statements, carried out at once and on this thread.
 * What it holds is gone when it is closed.
 */
export function openMemoryJournal(): Journal {
  const calls = openCalls();
  return new SqliteJournal(calls, calls);
}

/** Every call is a transaction of its own, over when it returns. */
function openCalls(): SqliteCalls {
  const store = openSqliteStore({ file: ':memory:', role: 'writer' });
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
      if (!isClosed) store.close();
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
