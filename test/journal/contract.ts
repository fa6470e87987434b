import { describe } from 'vitest';
import type { Journal } from '../../src/journal/journal.ts';
import { describeAppending } from './contract-append.ts';
import { describeHistory } from './contract-history.ts';
import { describeHooks } from './contract-hooks.ts';
import { describeOrdering } from './contract-order.ts';
import { describeOutcomes } from './contract-outcomes.ts';
import { describePruning } from './contract-prune.ts';
import { describeReplays } from './contract-replay.ts';

/** A journal of a test's own, empty at first. */
export interface JournalUnderTest extends AsyncDisposable {
  readonly journal: Journal;
  /** Closes the journal and opens it again over the same storage, as a restart does. */
  reopen(): Promise<void>;
}

/** Opens journals of one implementation. */
export type OpenJournal = () => Promise<JournalUnderTest>;

/** What every journal promises. It knows nothing of how one keeps its promises. */
export function describeJournal(name: string, open: OpenJournal): void {
  describe(`${name} as a journal`, () => {
    describeAppending(open);
    describeOutcomes(open);
    describeOrdering(open);
    describeHistory(open);
    describeHooks(open);
    describeReplays(open);
    describePruning(open);
  });
}
