import { describe, expect, it } from 'vitest';
import { toGateCheck } from '../../src/gate/check.ts';
import { createDigest } from '../../src/gate/digest.ts';
import type { GateState } from '../../src/gate/gate.ts';
import { judge } from '../../src/gate/judge.ts';
import { toHookEvent, toLiveHook } from '../helpers/live-hook.ts';

/** Runs events at seconds through the stateful gates and tells which were let through. */
function play(
  settings: { on_change?: boolean; snooze?: number },
  steps: readonly (readonly [at: number, what: string, event?: string])[],
  unique: readonly string[] | null = null,
): readonly boolean[] {
  const hook = toLiveHook({
    on_change: settings.on_change ?? null,
    snooze: settings.snooze ?? null,
    event: null,
  });
  const states = new Map<string, GateState>();
  return steps.map(([at, what, name = 'consumers']) => {
    const event = toHookEvent({ event: name, data: { what, noise: at } });
    const stripped = { ...event, data: unique === null ? { what } : event.data };
    const check = toGateCheck(hook, stripped, { digest: createDigest(stripped.data, unique), at: at * 1000 });
    if (check === null) return true;
    const verdict = judge(check, states.get(check.key) ?? null);
    if (verdict.kind === 'pass') states.set(check.key, verdict.state);
    return verdict.kind === 'pass';
  });
}

describe('gates with state', () => {
  it('let the same event through twice when neither on_change nor snooze is set', () => {
    expect(
      play({}, [
        [0, 'A'],
        [0, 'A'],
      ]),
    ).toEqual([true, true]);
  });

  it('compare with the last event let through: A, A, B, B, A sends 1, 1, 2, 2, 3', () => {
    const passed = play({ on_change: true }, [
      [0, 'A'],
      [1, 'A'],
      [2, 'B'],
      [3, 'B'],
      [4, 'A'],
    ]);
    expect(passed).toEqual([true, false, true, false, true]);
  });

  it('mute for a fixed window from the last event sent: 0, 0, 50, 70, 100, 131 sends at 0, 70, 131', () => {
    const passed = play({ snooze: 60 }, [
      [0, 'A'],
      [0, 'A'],
      [50, 'B'],
      [70, 'C'],
      [100, 'D'],
      [131, 'A'],
    ]);
    expect(passed).toEqual([true, false, false, true, false, true]);
  });

  it('end the window after exactly its length', () => {
    expect(
      play({ snooze: 60 }, [
        [0, 'A'],
        [59.999, 'A'],
        [60, 'A'],
      ]),
    ).toEqual([true, false, true]);
  });

  it('give each digest a window of its own when both are set', () => {
    const passed = play({ on_change: true, snooze: 60 }, [
      [0, 'A'],
      [10, 'A'],
      [10, 'B'],
      [20, 'B'],
      [61, 'A'],
      [61, 'A'],
      [132, 'A'],
    ]);
    expect(passed).toEqual([true, false, true, false, true, false, true]);
  });

  it('treat a snooze of 0 as none', () => {
    expect(
      play({ snooze: 0 }, [
        [0, 'A'],
        [0, 'A'],
      ]),
    ).toEqual([true, true]);
  });

  it('keep a window for each event of a hook without an event', () => {
    expect(
      play({ snooze: 60 }, [
        [0, 'A', 'x'],
        [1, 'A', 'y'],
        [2, 'A', 'x'],
      ]),
    ).toEqual([true, true, false]);
  });

  it('count only the unique fields of the catalogue as a change', () => {
    expect(
      play(
        { on_change: true },
        [
          [0, 'A'],
          [1, 'A'],
          [2, 'B'],
        ],
        ['what'],
      ),
    ).toEqual([true, false, true]);
  });

  it('keep a mute over a clock set back a little, and end it when set back by more than the window', () => {
    expect(
      play({ snooze: 60 }, [
        [100, 'A'],
        [95, 'A'],
        [30, 'A'],
      ]),
    ).toEqual([true, false, true]);
  });
});
