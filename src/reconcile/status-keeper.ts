import type { Clock } from '../clock.ts';
import { type Ending, type ReconcileStatus, toConditions } from './status.ts';

/** What an attempt leaves of the status it found. */
export interface StatusChange extends Partial<Omit<ReconcileStatus, 'conditions'>> {
  readonly ending?: Ending;
  /** Why sources could not be read; null when all could. */
  readonly unreadable?: string | null;
}

/** Keeps where reconciling stands, with conditions that go with it. */
export interface StatusKeeper {
  /** How the last set ended. */
  ending(): Ending;
  unreadable(): string | null;
  status(): ReconcileStatus;
  /** Takes note of what changed; whether an attempt runs stays as it is where that is not said. */
  note(change: StatusChange, running?: boolean): void;
}

/** Creates a keeper of which nothing was read and nothing runs. */
export function createStatusKeeper(clock: Pick<Clock, 'now'>): StatusKeeper {
  let ending: Ending = { kind: 'none' };
  let unreadable: string | null = null;
  let running = false;
  let status: ReconcileStatus = {
    conditions: [],
    lastAttempted: null,
    lastApplied: null,
    serving: 'none',
    problems: [],
    sources: [],
  };
  const keeper: StatusKeeper = {
    ending: () => ending,
    unreadable: () => unreadable,
    status: () => status,
    note(change, isRunning = running) {
      const { ending: nextEnding = ending, unreadable: nextUnreadable = unreadable, ...rest } = change;
      ending = nextEnding;
      unreadable = nextUnreadable;
      running = isRunning;
      const next = { ...status, ...rest };
      const standing = { ending, unreadable, sources: next.sources };
      const conditions = toConditions(standing, status.conditions, { running, at: clock.now() });
      status = Object.freeze({ ...next, conditions });
    },
  };
  keeper.note({});
  return keeper;
}
