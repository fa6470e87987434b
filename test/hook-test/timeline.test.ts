import { describe, expect, it } from 'vitest';
import { createActivity } from '../../src/hook-test/activity.ts';
import { playTimeline } from '../../src/hook-test/timeline.ts';
import { createVirtualClock } from '../../src/hook-test/virtual-clock.ts';

function createBench() {
  const clock = createVirtualClock(0);
  const activity = createActivity();
  const seen: string[] = [];
  const see = (what: string): void => void seen.push(`${what} at ${clock.now()}`);
  return { clock, activity, seen, see, isOver: async () => clock.nextAt() === null };
}

describe('playTimeline()', () => {
  it('plays moments and timers by their times; a moment comes before a timer of the same time', async () => {
    const { see, seen, ...parts } = createBench();
    for (const at of [30, 10, 20]) parts.clock.setTimer(at, () => see('timer'));
    const moments = [20, 0, 15].map((at) => ({ at, act: async () => see('moment') }));
    await playTimeline({ ...parts, moments, until: null });
    expect(seen).toEqual([
      'moment at 0',
      'timer at 10',
      'moment at 15',
      'moment at 20',
      'timer at 20',
      'timer at 30',
    ]);
  });

  it('lets no time pass while there is work, however many turns it takes', async () => {
    const { see, seen, ...parts } = createBench();
    const work = async (): Promise<void> => {
      for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      see('work done');
    };
    parts.clock.setTimer(5, () => see('timer'));
    const act = async (): Promise<void> => void parts.activity.track(work());
    await playTimeline({ ...parts, moments: [{ at: 0, act }], until: null });
    expect(seen).toEqual(['work done at 0', 'timer at 5']);
  });

  it('ends at the time that is said, with that time', async () => {
    const { see, seen, ...parts } = createBench();
    for (const at of [10, 20, 21]) parts.clock.setTimer(at, () => see('timer'));
    await playTimeline({
      ...parts,
      moments: [{ at: 25, act: async () => see('moment') }],
      until: 20,
    });
    expect([seen, parts.clock.now()]).toEqual([['timer at 10', 'timer at 20'], 20]);
  });

  it('ends thirty days after its last moment at the latest', async () => {
    const { see, seen, ...parts } = createBench();
    const again = (): void => void parts.clock.setTimer(86_400_000, again);
    again();
    const moments = [{ at: 40 * 86_400_000, act: async () => see('moment') }];
    await playTimeline({ ...parts, moments, until: null });
    expect([seen, parts.clock.now()]).toEqual([[`moment at ${40 * 86_400_000}`], 70 * 86_400_000]);
  });
});
