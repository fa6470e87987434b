import type { Activity } from './activity.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** Something that is done at a time. */
export interface Moment {
  /** ms since the epoch. */
  readonly at: number;
  readonly act: () => Promise<void>;
}

/** What a timeline is played with. */
export interface TimelineParts {
  readonly clock: VirtualClock;
  readonly activity: Activity;
  readonly moments: readonly Moment[];
  /** When it ends, ms since the epoch; null: when all is over. */
  readonly until: number | null;
  /** Whether nothing is left to come but moments. */
  readonly isOver: () => Promise<boolean>;
}

/** The longest a timeline goes on after its last moment when nothing says when it ends, ms. */
const MAX_RUN_MS = 30 * 86_400_000;

/**
 * Plays moments and timers in the order of their times. The time moves on when all that was begun is done, or waits for the
 * time to move: so what happens is the same in every run, and nothing is waited for.
 */
export async function playTimeline(parts: TimelineParts): Promise<void> {
  const { clock, activity, until, isOver } = parts;
  const moments = parts.moments.toSorted((a, b) => a.at - b.at);
  const end = until ?? (moments.at(-1)?.at ?? clock.now()) + MAX_RUN_MS;
  await activity.settled();
  for (const { at, act } of moments) {
    if (at > end) break;
    await runTimers(clock, activity, at);
    clock.moveTo(at);
    await act();
    await activity.settled();
  }
  while (until !== null || !(await isOver())) {
    const next = clock.nextAt();
    if (next === null || next > end) break;
    clock.runNext();
    await activity.settled();
  }
  if (until !== null) clock.moveTo(until);
}

/** Runs what falls due before a time; what falls due at it runs after what is done at it. */
async function runTimers(clock: VirtualClock, activity: Activity, before: number): Promise<void> {
  for (let next = clock.nextAt(); next !== null && next < before; next = clock.nextAt()) {
    clock.runNext();
    await activity.settled();
  }
}
