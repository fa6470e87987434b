import { describe, expect, it } from 'vitest';
import { createTrigger, type Trigger } from '../src/trigger.ts';
import { createHeldClock, type HeldClock, START } from './helpers/held-clock.ts';

const GAP_MS = 1_000;

function createBench(): {
  readonly trigger: Trigger;
  readonly clock: HeldClock;
  readonly ranAt: readonly number[];
} {
  const clock = createHeldClock();
  const ranAt: number[] = [];
  const trigger = createTrigger({ run: () => ranAt.push(clock.now() - START), clock, gapMs: GAP_MS });
  return { trigger, clock, ranAt };
}

describe('a trigger', () => {
  it('runs at once when it has not run for a while', () => {
    const { trigger, clock, ranAt } = createBench();
    trigger.fire();
    clock.advance(GAP_MS);
    trigger.fire();
    expect([ranAt, clock.timers]).toEqual([[0, GAP_MS], 1]);
  });

  it('takes what is asked during the gap together, and runs once more for the last of it', () => {
    const { trigger, clock, ranAt } = createBench();
    for (let n = 0; n < 5; n += 1) trigger.fire();
    clock.advance(GAP_MS - 1);
    trigger.fire();
    expect(ranAt).toEqual([0]);
    clock.advance(1);
    expect(ranAt).toEqual([0, GAP_MS]);
    clock.advance(10 * GAP_MS);
    expect([ranAt.length, clock.timers]).toEqual([2, 0]);
  });

  it('runs once a gap at most in a storm, and after the last of it', () => {
    const { trigger, clock, ranAt } = createBench();
    let lastAt = 0;
    for (let n = 0; n < 1_000; n += 1) {
      trigger.fire();
      lastAt = clock.now() - START;
      clock.advance(60);
    }
    clock.advance(GAP_MS);
    expect(ranAt.length).toBeLessThanOrEqual(61);
    expect(ranAt.at(-1)).toBeGreaterThanOrEqual(lastAt);
  });

  it('runs no more once it is stopped', () => {
    const { trigger, clock, ranAt } = createBench();
    trigger.fire();
    trigger.fire();
    trigger.stop();
    trigger.fire();
    clock.advance(10 * GAP_MS);
    expect([ranAt, clock.timers]).toEqual([[0], 0]);
  });
});
