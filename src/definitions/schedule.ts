import { Cron } from 'croner';
import { toMessage } from '../errors.ts';
import type { ScheduleDefinition } from './event-source.ts';

/** When something is due, by a pattern of cron in a time zone. */
export interface Schedule {
  /** The first due time after a time, ms since the epoch; null when there is none. */
  nextAfter(at: number): number | null;
  /** The last due time at or before a time; null when there was none. */
  lastUntil(at: number): number | null;
}

/** What keeps a declaration from being a schedule, and which of its keys. */
export interface ScheduleMistake {
  readonly key: 'cron' | 'timezone';
  readonly message: string;
}

/** What is promised of all that the library reads: a year, or a date, is no schedule. */
const PATTERN = /^\s*(?:@(?:hourly|daily|weekly|monthly|yearly|annually|midnight)|\S+(?:\s+\S+){4,5})\s*$/i;

/** Reads a declaration that has no mistakes. */
export function createSchedule({ cron, timezone }: Pick<ScheduleDefinition, 'cron' | 'timezone'>): Schedule {
  const job = new Cron(cron, { paused: true, timezone });
  return {
    nextAfter: (at) => job.nextRun(new Date(at))?.getTime() ?? null,
    lastUntil: (at) => job.previousRuns(1, new Date(at + 1))[0]?.getTime() ?? null,
  };
}

/** Finds what is wrong with a declaration; null when nothing is. */
export function checkSchedule({
  cron,
  timezone,
}: Pick<ScheduleDefinition, 'cron' | 'timezone'>): ScheduleMistake | null {
  if (!PATTERN.test(cron))
    return { key: 'cron', message: 'it has neither five fields nor six, and is no @daily or the like' };
  if (!isTimezone(timezone)) return { key: 'timezone', message: `no time zone "${timezone}" is known` };
  try {
    const schedule = createSchedule({ cron, timezone });
    return schedule.nextAfter(0) === null ? { key: 'cron', message: 'it is never due' } : null;
  } catch (error) {
    return { key: 'cron', message: toMessage(error).replace(/^CronPattern: /, '') };
  }
}

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
