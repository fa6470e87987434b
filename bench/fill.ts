import { join } from 'node:path';
import { createId } from '../src/id.ts';
import type { Attempt } from '../src/journal/delivery.ts';
import type { Candidate, Entry } from '../src/journal/entry.ts';
import type { Journal } from '../src/journal/journal.ts';
import { openSqliteJournal } from '../src/journal/sqlite.ts';
import { EVENT_BYTES, SOURCE } from './event-body.ts';

/** A hook as the journal knows it. */
export type JournalHook = Pick<Candidate, 'hookId' | 'hookName'>;

/** What a journal is filled with. */
export interface Filling {
  readonly stateDir: string;
  readonly events: number;
  /** Each event has one delivery, to these in turn. */
  readonly hooks: readonly JournalHook[];
  /** ms since the epoch. */
  readonly acceptedAt: number;
  /** Whether the deliveries have succeeded; else they wait. */
  readonly delivered: boolean;
}

/** The file a server keeps its journal in, below its state directory. */
export const JOURNAL_FILE = 'journal.db';

const REVISION = 'dir@sha256:1';
/** Events that are committed together, and such groups on their way at once. */
const GROUP = 1_000;
const FILLERS = 4;
const DATA = { text: 'x'.repeat(EVENT_BYTES - 50) };

/** An event as intake hands it to the journal, with a delivery for each hook. */
export function createEntry(hooks: readonly JournalHook[], acceptedAt: number): Entry {
  const event = {
    id: createId(),
    source: SOURCE,
    event: 'tick',
    data: DATA,
    time: '2026-01-01T00:00:00Z',
    attributes: null,
  };
  const candidates = hooks.map((hook) => ({ ...hook, deliveryId: createId(), orderKey: null, check: null }));
  return { event, acceptedAt, revision: REVISION, candidates, stops: [] };
}

/** Records that the delivery of an entry succeeded at the first attempt. */
export async function recordSuccess(journal: Journal, { candidates, acceptedAt }: Entry): Promise<void> {
  const attempt: Omit<Attempt, 'id'> = {
    number: 1,
    startedAt: acceptedAt,
    durationMs: 1,
    revision: REVISION,
    outcome: 'success',
    reason: null,
    status: 204,
    error: null,
    response: null,
  };
  await Promise.all(
    candidates.map(({ deliveryId }) =>
      journal.record({
        deliveryId,
        attempt: { ...attempt, id: createId() },
        state: 'succeeded',
        dueAt: null,
      }),
    ),
  );
}

/** Fills the journal of a state directory no server has, past intake: what a server would have left there. */
export async function fillJournal({
  stateDir,
  events,
  hooks,
  acceptedAt,
  delivered,
}: Filling): Promise<void> {
  const journal = await openSqliteJournal({ file: join(stateDir, JOURNAL_FILE) });
  let started = 0;
  const fill = async (): Promise<void> => {
    while (started < events) {
      const first = started;
      started = Math.min(events, started + GROUP);
      const entries = Array.from({ length: started - first }, (_, index) => {
        const place = (first + index) % hooks.length;
        return createEntry(hooks.slice(place, place + 1), acceptedAt);
      });
      await journal.append(entries);
      if (delivered) await Promise.all(entries.map((entry) => recordSuccess(journal, entry)));
    }
  };
  await Promise.all(Array.from({ length: FILLERS }, fill));
  await journal.close();
}

/** How many deliveries wait in the journal of a state directory no server has. */
export async function countWaiting(stateDir: string): Promise<number> {
  const journal = await openSqliteJournal({ file: join(stateDir, JOURNAL_FILE) });
  const { pending, parked } = await journal.counts();
  await journal.close();
  return pending + parked;
}
