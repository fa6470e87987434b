import { describe, expect, it } from 'vitest';
import type { LoadedFile } from '../../src/definitions/definition.ts';
import { loadFile } from '../../src/definitions/load-file.ts';
import { planChanges } from '../../src/reconcile/plan.ts';
import type { Prepared } from '../../src/reconcile/prepare.ts';
import type { Snapshot } from '../../src/reconcile/snapshot.ts';
import { toLiveHook } from '../helpers/live-hook.ts';
import { createTestPrepare, prepareTexts } from '../helpers/prepare-texts.ts';

const LOG = 'source: crud\nhandler: log\n';

/** A snapshot of prepared hooks, as it would be live. */
function toSnapshot({ hooks, catalogue, declared }: Prepared): Snapshot {
  return {
    revision: 'dir@sha256:1',
    hooks: hooks.map(({ hook, loaded, compiled }) =>
      toLiveHook(hook, { digest: compiled.digest, origin: loaded.origin }),
    ),
    catalogue,
    declared,
  };
}

/** Names of the hooks of each kind of change. */
async function plan(
  live: Readonly<Record<string, string>> | null,
  next: Readonly<Record<string, string>>,
  { mayPrune = false }: { mayPrune?: boolean } = {},
): Promise<unknown> {
  const before = live === null ? null : toSnapshot(await prepareTexts(live));
  const planned = planChanges(await prepareTexts(next), { live: before, mayPrune, sources: [''] });
  if (planned.kind !== 'apply') return planned.kind;
  const { created, updated, unchanged, deleted } = planned.changes;
  const names = (hooks: typeof created): readonly string[] => hooks.map(({ hook }) => hook.name);
  return {
    created: names(created),
    updated: names(updated),
    unchanged: names(unchanged),
    deleted: deleted.map(({ definition }) => definition.name),
  };
}

function toTexts(count: number): Readonly<Record<string, string>> {
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [`hook-${n}.yaml`, LOG]));
}

const NONE = { created: [], updated: [], unchanged: [], deleted: [] };

describe('planChanges()', () => {
  it('creates every hook when none is live', async () => {
    expect(await plan(null, { 'b.yaml': LOG, 'a.yaml': LOG })).toEqual({ ...NONE, created: ['a', 'b'] });
  });

  it('tells what is new, changed, unchanged and gone', async () => {
    const live = { 'same.yaml': LOG, 'changed.yaml': LOG, 'gone.yaml': LOG };
    const next = { 'same.yaml': LOG, 'changed.yaml': `${LOG}snooze: 5\n`, 'new.yaml': LOG };
    expect(await plan(live, next)).toEqual({
      created: ['new'],
      updated: ['changed'],
      unchanged: ['same'],
      deleted: ['gone'],
    });
  });

  it('takes a hook for the same by its id: a move is no change, a new name with the old id is one', async () => {
    const id = 'id: c57340ab-9fed-40fd-bb7e-1cef8d37c2df\n';
    expect(await plan({ 'a.yaml': LOG }, { 'b.yaml': `name: a\n# moved\n${LOG}` })).toEqual({
      ...NONE,
      unchanged: ['a'],
    });
    expect(await plan({ 'a.yaml': LOG + id }, { 'b.yaml': LOG + id })).toEqual({ ...NONE, updated: ['b'] });
    expect(await plan({ 'a.yaml': LOG }, { 'b.yaml': LOG })).toEqual({
      ...NONE,
      created: ['b'],
      deleted: ['a'],
    });
  });

  it('holds a set without hooks where there were some, unless that is confirmed', async () => {
    expect(await plan({ 'a.yaml': LOG }, {})).toBe('hold');
    expect(await plan({ 'a.yaml': LOG }, {}, { mayPrune: true })).toEqual({ ...NONE, deleted: ['a'] });
    expect(await plan({}, {})).toEqual(NONE);
    expect(await plan(null, {})).toEqual(NONE);
  });

  it.each([
    [10, 5, 'apply'],
    [10, 4, 'hold'],
    [11, 5, 'hold'],
    [11, 6, 'apply'],
    [9, 1, 'apply'],
  ])('of %i hooks lets go so many that %i stay: %s', async (before, after, kind) => {
    const planned = await plan(toTexts(before), toTexts(after));
    expect(planned === 'hold' ? 'hold' : 'apply').toBe(kind);
  });

  it('counts what goes, not what comes: new hooks in the place of most others are held too', async () => {
    const renamed = Object.fromEntries(
      Object.entries(toTexts(10)).map(([file, text]) => [`x/${file}`, text]),
    );
    expect(await plan(toTexts(10), renamed)).toBe('hold');
  });

  describe('where there are several sources', () => {
    const owned = (owner: string, texts: Readonly<Record<string, string>>): readonly LoadedFile[] =>
      Object.entries(texts).map(([file, text]) =>
        loadFile({
          file,
          bytes: Buffer.from(text),
          source: { source: `dir:${owner}`, owner, labelled: true },
        }),
      );
    const under = (folder: string, count: number): Readonly<Record<string, string>> =>
      Object.fromEntries(Object.entries(toTexts(count)).map(([file, text]) => [`${folder}/${file}`, text]));

    async function planOwned(
      live: readonly LoadedFile[],
      next: readonly LoadedFile[],
      sources: readonly string[] = ['one', 'two'],
    ): Promise<unknown> {
      const before = toSnapshot(await createTestPrepare()(live));
      const planned = planChanges(await createTestPrepare()(next), {
        live: before,
        mayPrune: false,
        sources,
      });
      return planned.kind === 'hold' ? planned.prune : planned.kind;
    }

    const LIVE = [...owned('one', under('x', 12)), ...owned('two', under('y', 2))];

    it.each([
      ['all', { 'y/z.yaml': LOG }, 'apply'],
      ['all of', {}, { deleted: 2, before: 14, losses: [{ source: 'two', deleted: 2, before: 2 }] }],
      ['one of', { 'y/hook-0.yaml': LOG }, 'apply'],
    ])('holds what removes %s the hooks of one: %j', async (_what, two, held) => {
      expect(await planOwned(LIVE, [...owned('one', under('x', 12)), ...owned('two', two)])).toEqual(held);
    });

    it('holds what removes more than half of ten or more of one', async () => {
      const many = [...LIVE, ...owned('two', under('z', 20))];
      const next = many.filter(({ path }) => !/^x\/hook-(?:[0-6])\.yaml$/.test(path));
      expect(await planOwned(many, next)).toEqual({
        deleted: 7,
        before: 34,
        losses: [{ source: 'one', deleted: 7, before: 12 }],
      });
    });

    it('lets hooks move from one to another', async () => {
      expect(await planOwned(LIVE, [...owned('one', { ...under('x', 12), ...under('y', 2) })])).toBe('apply');
    });

    it('lets go the hooks of a source that is not configured any more', async () => {
      expect(await planOwned(LIVE, owned('one', under('x', 12)), ['one'])).toBe('apply');
    });
  });

  it('refuses a set with one error whole', async () => {
    expect(
      await plan(
        { 'a.yaml': LOG },
        { 'a.yaml': `${LOG}snooze: 5\n`, 'b.yaml': 'source: crub\nhandler: log\n' },
      ),
    ).toBe('refuse');
  });

  it('applies a set with warnings', async () => {
    expect(await plan(null, { 'a.yaml': `${LOG}filter: "false"\n` })).toEqual({ ...NONE, created: ['a'] });
  });
});
