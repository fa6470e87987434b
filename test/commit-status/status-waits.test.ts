import { describe, expect, it } from 'vitest';
import { StatusWaits } from '../../src/commit-status/status-waits.ts';

const HOUR_MS = 3_600_000;

function toRetry(at: number | null = null): { kind: 'retry'; at: number | null; message: string } {
  return { kind: 'retry', at, message: 'down' };
}

function toRefusal(scope: 'source' | 'commit'): {
  kind: 'refused';
  scope: 'source' | 'commit';
  message: string;
} {
  return { kind: 'refused', scope, message: 'no' };
}

describe('what a status waits for', () => {
  it.each([
    [0, 4_000],
    [0.5, 5_000],
    [1, 6_000],
  ])('is five seconds with a fifth of jitter: %d', (random, waitMs) => {
    const waits = new StatusWaits(() => random);
    waits.add({ sha: 'a', verdict: toRetry(), at: 0 });
    expect(waits.dueAt('a')).toBe(waitMs);
    expect(waits.dueAt('b')).toBe(waitMs);
  });

  it('is a day at most where the host asks for more, and its own wait where it asks for less', () => {
    const waits = new StatusWaits(() => 0.5);
    waits.add({ sha: 'a', verdict: toRetry(1_000 * HOUR_MS), at: 0 });
    expect(waits.dueAt('a')).toBe(24 * HOUR_MS);
    waits.add({ sha: 'a', verdict: toRetry(1), at: 0 });
    expect(waits.dueAt('a')).toBe(10_000);
  });

  it.each([
    ['a success', (waits: StatusWaits) => waits.end('a')],
    ['a refusal', (waits: StatusWaits) => void waits.add({ sha: 'a', verdict: toRefusal('commit'), at: 0 })],
  ])('begins anew after %s', (_what, happen) => {
    const waits = new StatusWaits(() => 0.5);
    waits.add({ sha: 'a', verdict: toRetry(), at: 0 });
    waits.add({ sha: 'a', verdict: toRetry(), at: 0 });
    happen(waits);
    waits.add({ sha: 'b', verdict: toRetry(), at: 0 });
    expect(waits.dueAt('b')).toBe(5_000);
  });

  it('is an hour after a refusal: of a commit for that one, of the token for all', () => {
    const waits = new StatusWaits(() => 0.5);
    waits.add({ sha: 'a', verdict: toRefusal('commit'), at: 0 });
    expect([waits.dueAt('a'), waits.dueAt('b')]).toEqual([HOUR_MS, 0]);
    waits.add({ sha: 'b', verdict: toRefusal('source'), at: 1 });
    expect([waits.dueAt('a'), waits.dueAt('b')]).toEqual([HOUR_MS + 1, HOUR_MS + 1]);
    waits.end('b');
    expect(waits.problem).toEqual({ sha: 'a', message: 'no', at: 0, retryAt: HOUR_MS });
    waits.forget('a');
    expect(waits.problem).toBeNull();
  });

  it('is over for something new to say, unless the host asked for it', () => {
    const waits = new StatusWaits(() => 0.5);
    waits.add({ sha: 'a', verdict: toRefusal('commit'), at: 0 });
    waits.add({ sha: 'b', verdict: toRefusal('source'), at: 0 });
    waits.hurry('b', 7);
    expect([waits.dueAt('a'), waits.dueAt('b')]).toEqual([HOUR_MS, 7]);
    waits.hurry('a', 8);
    expect(waits.dueAt('a')).toBe(8);
    waits.add({ sha: 'a', verdict: toRetry(), at: 8 });
    waits.hurry('a', 9);
    expect(waits.dueAt('a')).toBe(5_008);
  });
});
