import { cpus } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { IS_QUICK } from './effort.ts';

/** Share of all processors' time that counts as idle enough to measure. */
const BUSY_SHARE = 0.1;
const SAMPLE_MS = 250;
/** A machine that others use may never be idle; then the round is run all the same, and its range shows it. */
const MAX_SAMPLES = 20;

/** Waits until the machine has little to do, so that what one round leaves behind is not charged to the next. */
export async function awaitIdleMachine(): Promise<void> {
  if (IS_QUICK) return;
  for (let sample = 0; sample < MAX_SAMPLES; sample += 1) {
    const before = sumTimes();
    await delay(SAMPLE_MS);
    const after = sumTimes();
    if ((after.busyMs - before.busyMs) / (after.allMs - before.allMs) < BUSY_SHARE) return;
  }
}

function sumTimes(): { readonly busyMs: number; readonly allMs: number } {
  const times = cpus().map((cpu) => cpu.times);
  const idleMs = times.reduce((sum, { idle }) => sum + idle, 0);
  const allMs = times.flatMap(Object.values<number>).reduce((sum, value) => sum + value, 0);
  return { busyMs: allMs - idleMs, allMs };
}
