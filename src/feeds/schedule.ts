import { TICK } from '../catalogue/build.ts';
import { type Timer, toTime } from '../clock.ts';
import type { ScheduleDefinition } from '../definitions/event-source.ts';
import { createSchedule } from '../definitions/schedule.ts';
import { toMessage } from '../errors.ts';
import type { FedEvent, Feed, FeedParts } from './feed.ts';

/** How long after a failure a tick is tried again. */
const AGAIN_MS = 5_000;
/** A wait is cut in parts: the clock may be set, and a machine that slept does not count the time. */
const MAX_WAIT_MS = 60_000;
/** Ticks that were missed are counted up to here. */
const MAX_MISSED = 1_000;

/**
 * Emits `tick` whenever a schedule is due. The id of a tick is the time it was due, so that two processes with the same
 * definitions, or one that was killed after it emitted, do not make two of one.
 */
export function startScheduleFeed(
  source: string,
  definition: ScheduleDefinition,
  { emit, memory, clock, logger }: Pick<FeedParts, 'emit' | 'memory' | 'clock' | 'logger'>,
): Feed {
  const { cron, timezone, missed } = definition;
  const schedule = createSchedule(definition);
  let lastEventAt: number | null = null;
  let problem: string | null = null;
  let timer: Timer | null = null;
  let stopped = false;
  /** What was due until then is dealt with. */
  let doneUntil = clock.now();
  /** Whether a restart would know that. */
  let isKept = false;

  async function begin(): Promise<void> {
    const kept = await memory.load();
    // Another pattern begins anew: what would have been due by it before was not missed.
    const isSame = kept?.cron === cron && kept.timezone === timezone;
    if (missed === 'once' && isSame && typeof kept.done_until === 'number')
      doneUntil = Math.min(kept.done_until, doneUntil);
    await look();
  }

  async function keep(): Promise<void> {
    isKept = false;
    await memory.save({ cron, timezone, done_until: doneUntil });
    isKept = true;
  }

  async function look(): Promise<void> {
    try {
      if (!isKept) await keep();
      const due = schedule.lastUntil(clock.now());
      if (due !== null && due > doneUntil) await tick(due);
      problem = null;
    } catch (error) {
      problem = toMessage(error);
      logger.warn({ source, err: problem }, 'cannot emit a tick, trying again');
    }
    wait();
  }

  async function tick(due: number): Promise<void> {
    const [refused] = await emit([toTick(source, due, countBetween(doneUntil, due))]);
    if (refused !== undefined) logger.error({ source, err: refused.message }, 'a tick was refused');
    else lastEventAt = clock.now();
    doneUntil = due;
    await keep();
  }

  /** Ticks that were due after one time and before another. */
  function countBetween(after: number, before: number): number {
    let count = 0;
    for (let at = schedule.nextAfter(after); at !== null && at < before; at = schedule.nextAfter(at)) {
      count += 1;
      if (count === MAX_MISSED) break;
    }
    return count;
  }

  function wait(): void {
    if (stopped) return;
    const untilNext = (schedule.nextAfter(doneUntil) ?? Number.POSITIVE_INFINITY) - clock.now();
    const waitMs = problem === null ? Math.max(0, untilNext) : AGAIN_MS;
    timer = clock.setTimer(Math.min(waitMs, MAX_WAIT_MS), () => {
      running = look();
    });
  }

  let running = begin();
  return {
    state: () => ({ source, kind: 'schedule', problem, lastEventAt }),
    async stop() {
      stopped = true;
      timer?.cancel();
      await running;
    },
  };
}

function toTick(source: string, due: number, missed: number): FedEvent {
  const scheduled_at = toTime(due);
  return {
    id: `${TICK}-${scheduled_at}`,
    source,
    event: TICK,
    data: { scheduled_at, missed },
    time: scheduled_at,
    attributes: null,
  };
}
