import { describe, expect, it } from 'vitest';
import type { SourceState } from '../../src/definitions/reader.ts';
import type { HeldFile } from '../../src/reconcile/held.ts';
import { type Condition, type Ending, type Standing, toConditions } from '../../src/reconcile/status.ts';

function toHeld(files: Readonly<Record<HeldFile['as'], readonly string[]>>): readonly HeldFile[] {
  return (['last_good', 'left_out'] as const).flatMap((as) =>
    files[as].map((file) => ({ owner: '', file, as })),
  );
}

const MARK = { revision: 'dir@sha256:1', at: 0 };
const ENDINGS = {
  none: { kind: 'none' },
  applied: { kind: 'applied', mark: MARK, held: [] },
  isolated: {
    kind: 'applied',
    mark: MARK,
    held: toHeld({ last_good: ['a', 'b', 'c', 'd', 'e', 'f'], left_out: ['x', 'y'] }),
  },
  refused: { kind: 'refused', mark: MARK, errors: 2, serves: true },
  blocked: { kind: 'blocked', mark: MARK, prune: { deleted: 11, before: 12, losses: [] } },
  apply_failed: { kind: 'apply_failed', mark: MARK, message: 'disk full' },
} satisfies Record<string, Ending>;
const TYPES = ['Ready', 'Reconciling', 'Stalled', 'FetchFailed', 'PruneBlocked'];
const GONE = { reason: 'Unreadable', message: 'no such directory' } as const;

function toSource(source: Partial<SourceState> = {}): SourceState {
  return {
    name: 'hooks.d',
    revision: MARK.revision,
    commit: null,
    readAt: 0,
    readingSince: null,
    failure: null,
    notices: [],
    ...source,
  };
}

function toStanding(ending: Ending, standing: Partial<Standing> = {}): Standing {
  return { ending, unreadable: null, sources: [], ...standing };
}

function conditionsOf(
  standing: Standing,
  {
    before = [],
    running = false,
    at = 5,
  }: { before?: readonly Condition[]; running?: boolean; at?: number } = {},
): readonly Condition[] {
  return toConditions(standing, before, { running, at });
}

/** What is true and, where it is not ready, why. */
function briefly(conditions: readonly Condition[]): readonly string[] {
  return conditions
    .filter(({ type, status }) => status === 'True' || type === 'Ready')
    .map(({ type, status, reason }) => `${type}=${status} ${reason}`);
}

describe('toConditions()', () => {
  it.each([
    ['none', ['Ready=False NotYet'], 'No set of definitions was read yet'],
    ['applied', ['Ready=True Applied'], 'Applied dir@sha256:1'],
    [
      'isolated',
      ['Ready=False Isolated', 'Stalled=True Isolated'],
      'At the last good version: a, b, c, d, e and 1 more; left out: x, y',
    ],
    [
      'refused',
      ['Ready=False Refused', 'Stalled=True Refused'],
      'Refused dir@sha256:1: 2 errors; the last good snapshot keeps serving',
    ],
    [
      'blocked',
      ['Ready=False PruneBlocked', 'PruneBlocked=True PruneBlocked'],
      'Held dir@sha256:1: it removes 11 of 12 hooks; "hookline confirm dir@sha256:1" lets it go live',
    ],
    ['apply_failed', ['Ready=False ApplyFailed'], 'disk full'],
  ] as const)('says of %s: %j', (kind, said, message) => {
    const conditions = conditionsOf(toStanding(ENDINGS[kind]));
    expect(conditions.map(({ type }) => type)).toEqual(TYPES);
    expect(briefly(conditions)).toEqual(said);
    expect(conditions[0]?.message).toBe(message);
    expect(new Set(conditions.map(({ since }) => since))).toEqual(new Set([5]));
  });

  it('is not ready when a source cannot be read, whatever serves', () => {
    const standing = { unreadable: GONE.message, sources: [toSource({ failure: GONE })] };
    for (const ending of [ENDINGS.none, ENDINGS.applied])
      expect(briefly(conditionsOf(toStanding(ending, standing)))).toEqual([
        'Ready=False Unreadable',
        'FetchFailed=True Unreadable',
      ]);
    expect(briefly(conditionsOf(toStanding(ENDINGS.refused, standing)))).toEqual([
      'Ready=False Refused',
      'Stalled=True Refused',
      'FetchFailed=True Unreadable',
    ]);
  });

  it('counts one error as one, and says when nothing serves', () => {
    const ending = { kind: 'refused', mark: MARK, errors: 1, serves: false } as const;
    const [ready] = conditionsOf(toStanding(ending));
    expect(ready?.message).toBe('Refused dir@sha256:1: 1 error; no hooks are served until this is mended');
  });

  it('says of which source too many hooks are removed', () => {
    const losses = [{ source: 'payments', deleted: 3, before: 3 }];
    const ending = { kind: 'blocked', mark: MARK, prune: { deleted: 3, before: 20, losses } } as const;
    const [ready] = conditionsOf(toStanding(ending));
    expect(ready?.message).toBe(
      'Held dir@sha256:1: it removes 3 of 20 hooks, 3 of 3 of "payments"; "hookline confirm dir@sha256:1" lets it go live',
    );
  });

  it('says that a run is under way, whatever came before', () => {
    for (const ending of Object.values(ENDINGS))
      expect(briefly(conditionsOf(toStanding(ending), { running: true }))).toContain(
        'Reconciling=True Progressing',
      );
  });

  it('says that a source is being read still, and is not ready while one never was', () => {
    const sources = [toSource(), toSource({ name: 'slow', readingSince: 1 })];
    const standing = toStanding(ENDINGS.applied, { sources });
    expect(briefly(conditionsOf(standing))).toEqual(['Ready=True Applied', 'Reconciling=True Reading']);
    expect(conditionsOf(standing)[1]?.message).toBe('Still being read: slow');
    const [first] = conditionsOf(
      toStanding(ENDINGS.applied, { sources: [toSource(), { ...toSource(sources[1]), readAt: null }] }),
    );
    expect(first).toMatchObject({ status: 'False', reason: 'Reading' });
    expect(first?.message).toBe('Source "slow" was not read in this run, and is being read still');
  });

  it('keeps the time of what is as true as before, also when its reason changes', () => {
    const first = conditionsOf(toStanding(ENDINGS.none), { at: 1 });
    const refused = conditionsOf(toStanding(ENDINGS.refused), { before: first, at: 2 });
    const unreadable = conditionsOf(toStanding(ENDINGS.applied, { unreadable: 'gone' }), {
      before: refused,
      running: true,
      at: 3,
    });
    const applied = conditionsOf(toStanding(ENDINGS.applied), { before: unreadable, at: 4 });
    const sinces = [first, refused, unreadable, applied].map((conditions) =>
      conditions.map(({ since }) => since),
    );
    expect(sinces).toEqual([
      [1, 1, 1, 1, 1],
      [1, 1, 2, 1, 1],
      [1, 3, 3, 3, 1],
      [4, 4, 3, 4, 1],
    ]);
  });
});

describe('what sources notice', () => {
  const degraded = {
    type: 'WatchDegraded',
    status: 'True',
    reason: 'OutOfWatches',
    message: 'polling',
  } as const;
  const verified = {
    type: 'SourceVerified',
    status: 'True',
    reason: 'GpgSignature',
    message: 'signed',
  } as const;
  const forged = {
    ...verified,
    status: 'False',
    reason: 'VerificationFailed',
    message: 'not signed',
  } as const;

  it('is a condition of its own', () => {
    const conditions = conditionsOf(
      toStanding(ENDINGS.applied, { sources: [toSource({ notices: [degraded] })] }),
    );
    expect(conditions.at(-1)).toEqual({ ...degraded, since: 5 });
  });

  it('is named by its source where there are several, what is wrong before what is well', () => {
    const sources = [
      toSource({ name: 'one', notices: [verified] }),
      toSource({ name: 'two', notices: [forged] }),
    ];
    const said = conditionsOf(toStanding(ENDINGS.applied, { sources })).filter(
      ({ type }) => type === 'SourceVerified',
    );
    expect(said).toEqual([
      {
        type: 'SourceVerified',
        status: 'False',
        reason: 'VerificationFailed',
        message: 'two: not signed',
        since: 5,
      },
    ]);
  });

  it('is said of all where all is well', () => {
    const sources = ['one', 'two'].map((name) => toSource({ name, notices: [verified] }));
    expect(conditionsOf(toStanding(ENDINGS.applied, { sources })).at(-1)).toMatchObject({
      status: 'True',
      message: 'one: signed; two: signed',
    });
  });
});
