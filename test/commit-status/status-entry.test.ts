import { describe, expect, it } from 'vitest';
import type { CommitState, CommitStatus } from '../../src/commit-status/commit-status.ts';
import { addWaiting, MAX_ENTRIES, type StatusEntry, toPosted } from '../../src/commit-status/status-entry.ts';

function toStatus(state: CommitState, description = state as string, sha = 'a'): CommitStatus {
  return { sha, state, description };
}

function toEntry(posted: CommitStatus | null, waiting: CommitStatus | null, sha = 'a'): StatusEntry {
  return { sha, posted, waiting };
}

describe('addWaiting()', () => {
  const success = toStatus('success');
  const failure = toStatus('failure');

  it.each([
    ['what was posted last', toEntry(failure, null), failure],
    ['a success in other words', toEntry(success, null), toStatus('success', 'other')],
    ['pending of a commit that is known', toEntry(failure, null), toStatus('pending')],
    ['pending of a commit that waits', toEntry(null, failure), toStatus('pending')],
  ])('has nothing to do for %s', (_what, entry, status) => {
    expect(addWaiting([entry], status)).toBeNull();
  });

  it.each([
    ['a failure in other words', toEntry(failure, null), toStatus('failure', 'other')],
    ['another state', toEntry(success, null), failure],
    ['what was posted before something else that may have arrived', toEntry(success, failure), success],
  ])('has %s wait', (_what, entry, status) => {
    expect(addWaiting([entry], status)).toEqual({
      entries: [{ ...entry, waiting: status }],
      forgotten: null,
    });
  });

  it('makes room by the oldest that is posted, or else by the oldest', () => {
    const toMany = (posted: number): readonly StatusEntry[] =>
      Array.from({ length: MAX_ENTRIES }, (_, index) => {
        const status = toStatus('success', 'x', `${index}`);
        return index === posted ? toEntry(status, null, `${index}`) : toEntry(null, status, `${index}`);
      });
    for (const [posted, gone] of [
      [7, '7'],
      [-1, '0'],
    ] as const) {
      const added = addWaiting(toMany(posted), success);
      expect(added?.forgotten?.sha).toBe(gone);
      expect(added?.entries).toHaveLength(MAX_ENTRIES);
      expect(added?.entries.at(-1)).toEqual(toEntry(null, success));
      expect(added?.entries.map(({ sha }) => sha)).not.toContain(gone);
    }
  });
});

describe('toPosted()', () => {
  it('leaves waiting what came since, and other commits as they are', () => {
    const pending = toStatus('pending');
    const other = toEntry(null, toStatus('pending', 'x', 'b'), 'b');
    expect(toPosted([toEntry(null, pending), other], pending)).toEqual([toEntry(pending, null), other]);
    const since = toStatus('success');
    expect(toPosted([toEntry(null, since)], pending)).toEqual([toEntry(pending, since)]);
  });
});
