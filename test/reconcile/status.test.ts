import { describe, expect, it } from 'vitest';
import { type Condition, type Ending, toConditions } from '../../src/reconcile/status.ts';

const MARK = { revision: 'dir@sha256:1', at: 0 };
const ENDINGS = {
  none: { kind: 'none' },
  applied: { kind: 'applied', mark: MARK },
  refused: { kind: 'refused', mark: MARK, errors: 2, serves: true },
  unreadable: { kind: 'unreadable', message: 'no such directory' },
  apply_failed: { kind: 'apply_failed', mark: MARK, message: 'disk full' },
} satisfies Record<Ending['kind'], Ending>;

/** Each condition as its type, status and reason. */
function briefly(conditions: readonly Condition[]): readonly string[] {
  return conditions.map(({ type, status, reason }) => `${type}=${status} ${reason}`);
}

describe('toConditions()', () => {
  it.each([
    [
      'none',
      'Ready=False NotYet',
      'Stalled=False Idle',
      'FetchFailed=False Idle',
      'No set of definitions was read yet',
    ],
    ['applied', 'Ready=True Applied', 'Stalled=False Idle', 'FetchFailed=False Idle', 'Applied dir@sha256:1'],
    [
      'refused',
      'Ready=False Refused',
      'Stalled=True Refused',
      'FetchFailed=False Idle',
      'Refused dir@sha256:1: 2 errors; the last good snapshot keeps serving',
    ],
    [
      'unreadable',
      'Ready=False Unreadable',
      'Stalled=False Idle',
      'FetchFailed=True Unreadable',
      'no such directory',
    ],
    ['apply_failed', 'Ready=False ApplyFailed', 'Stalled=False Idle', 'FetchFailed=False Idle', 'disk full'],
  ] as const)('says of %s: %s, %s, %s', (kind, ready, stalled, fetchFailed, message) => {
    const conditions = toConditions(ENDINGS[kind], [], { running: false, at: 5 });
    expect(briefly(conditions)).toEqual([ready, 'Reconciling=False Idle', stalled, fetchFailed]);
    expect(conditions[0]?.message).toBe(message);
    expect(conditions.map(({ since }) => since)).toEqual([5, 5, 5, 5]);
  });

  it('counts one error as one, and says when nothing serves', () => {
    const ending = { kind: 'refused', mark: MARK, errors: 1, serves: false } as const;
    const [ready] = toConditions(ending, [], { running: false, at: 0 });
    expect(ready?.message).toBe('Refused dir@sha256:1: 1 error; no hooks are served until this is mended');
  });

  it('says that a run is under way, whatever came before', () => {
    for (const ending of Object.values(ENDINGS))
      expect(briefly(toConditions(ending, [], { running: true, at: 0 }))[1]).toBe(
        'Reconciling=True Progressing',
      );
  });

  it('keeps the time of what is as true as before, also when its reason changes', () => {
    const first = toConditions(ENDINGS.none, [], { running: false, at: 1 });
    const refused = toConditions(ENDINGS.refused, first, { running: false, at: 2 });
    const unreadable = toConditions(ENDINGS.unreadable, refused, { running: true, at: 3 });
    const applied = toConditions(ENDINGS.applied, unreadable, { running: false, at: 4 });
    const sinces = [first, refused, unreadable, applied].map((conditions) =>
      conditions.map(({ since }) => since),
    );
    expect(sinces).toEqual([
      [1, 1, 1, 1],
      [1, 1, 2, 1],
      [1, 3, 3, 3],
      [4, 4, 3, 4],
    ]);
  });
});
