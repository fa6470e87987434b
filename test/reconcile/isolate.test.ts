import { describe, expect, it } from 'vitest';
import type { HeldFile } from '../../src/reconcile/held.ts';
import { toReconcileData } from '../../src/reconcile/reconcile-data.ts';
import { createReconcilerBench, type ReconcilerBench } from '../helpers/reconciler-bench.ts';

const LOG = 'source: crud\nhandler: log\n';
const BAD = 'source: crub\nhandler: log\n';
const ON_MINE = 'source: mine\nevent: paid\nhandler: log\n';
const MINE = 'kind: EventSource\nname: mine\nevents: { paid: {} }\n';
const OTHER = 'kind: EventSource\nname: other\nevents: { lost: {} }\n';

type Texts = Readonly<Record<string, string>>;

/** What serves after these sets one after the other, and what is held back. */
async function isolate(...sets: readonly Texts[]): Promise<{
  readonly hooks: readonly string[];
  readonly lastGood: readonly string[];
  readonly leftOut: readonly string[];
  readonly bench: ReconcilerBench;
}> {
  const bench = createReconcilerBench({ policy: 'isolate', prune: 'allow' });
  for (const [index, texts] of sets.entries()) {
    bench.put(`set-${index}`, texts);
    await bench.reconciler.reconcile();
  }
  const report = bench.reports.at(-1);
  if (report?.kind !== 'applied') throw new Error(`Cannot isolate: ${report?.kind}`);
  const named = (as: HeldFile['as']): readonly string[] =>
    report.held.flatMap((one) => (one.as === as ? [one.file] : []));
  return {
    hooks: report.snapshot.hooks.map(({ definition }) => definition.name),
    lastGood: named('last_good'),
    leftOut: named('left_out'),
    bench,
  };
}

describe('isolating a bad file', () => {
  it('tells what is at its last good version from what is left out', async () => {
    const set = await isolate({ 'a.yaml': LOG }, { 'a.yaml': BAD, 'b.yaml': BAD, 'c.yaml': LOG });
    expect(set).toMatchObject({ hooks: ['a', 'c'], lastGood: ['a.yaml'], leftOut: ['b.yaml'] });
    const [, report] = set.bench.reports;
    expect(report && toReconcileData(report)).toMatchObject({ held: ['a.yaml'], left_out: ['b.yaml'] });
  });

  it.each([
    ['a hook', 'name: a\nsource: crud\nhandler: lgo\n'],
    ['a source', 'kind: EventSource\nname: a\nevents: { paid: 7 }\n'],
  ])('leaves %s where it is when it moves to a file that is wrong', async (_what, moved) => {
    const live = moved.startsWith('kind')
      ? { 'a.yaml': 'kind: EventSource\nname: a\nevents: { paid: {} }\n', 'b.yaml': LOG }
      : { 'a.yaml': LOG, 'b.yaml': LOG };
    const set = await isolate(live, { 'moved.yaml': moved, 'b.yaml': LOG });
    expect(set).toMatchObject({ lastGood: ['a.yaml'], leftOut: ['moved.yaml'] });
  });

  it('leaves a source to the file it is live from', async () => {
    const live = { 's.yaml': MINE, 'a.yaml': ON_MINE };
    const taken = { ...live, '0.yaml': 'kind: EventSource\nname: mine\nevents: { lost: {} }\n' };
    expect(await isolate(live, taken)).toMatchObject({ hooks: ['a'], lastGood: [], leftOut: ['0.yaml'] });
  });

  it('leaves a source to the file it is live from also when that changed', async () => {
    const set = await isolate(
      { 's.yaml': MINE, 'a.yaml': ON_MINE },
      { '0.yaml': MINE, 's.yaml': `description: x\n${MINE}`, 'a.yaml': ON_MINE },
    );
    expect(set).toMatchObject({ hooks: ['a'], lastGood: [], leftOut: ['0.yaml'] });
  });

  it('leaves its name to a hook that did not change', async () => {
    const set = await isolate(
      { 'a.yaml': LOG, 'b.yaml': LOG },
      { 'a.yaml': `name: b\n${LOG}`, 'b.yaml': LOG },
    );
    expect(set).toMatchObject({ hooks: ['a', 'b'], lastGood: ['a.yaml'], leftOut: [] });
  });

  it('leaves its id to a hook that did not change', async () => {
    const id = 'id: c57340ab-9fed-40fd-bb7e-1cef8d37c2df\n';
    const set = await isolate({ 'b.yaml': LOG + id }, { 'a.yaml': LOG + id, 'b.yaml': LOG + id });
    expect(set).toMatchObject({ hooks: ['b'], lastGood: [], leftOut: ['a.yaml'] });
  });

  it('gives a name back to the file that is held back with it', async () => {
    const set = await isolate(
      { 'a.yaml': LOG, 'b.yaml': LOG },
      { 'a.yaml': `name: b\n${LOG}`, 'b.yaml': `name: c\n${BAD}` },
    );
    expect(set).toMatchObject({ hooks: ['a', 'b'], lastGood: ['a.yaml', 'b.yaml'], leftOut: [] });
  });
});

describe('isolating a source that hooks need', () => {
  it.each<[string, Texts]>([
    ['went', {}],
    ['has no such event any more', { 's.yaml': 'kind: EventSource\nname: mine\nevents: { lost: {} }\n' }],
    ['is another', { 's.yaml': OTHER }],
    ['is declared by another file, which is bad', { 't.yaml': `${MINE}nonsense: 1\n` }],
    ['is another to another file', { 't.yaml': 'kind: EventSource\nname: mine\nevents: { lost: {} }\n' }],
  ])('brings it back where it %s, and every hook stays', async (_what, change) => {
    const live = { 'a.yaml': ON_MINE, 'b.yaml': LOG };
    const set = await isolate({ ...live, 's.yaml': MINE }, { ...live, ...change });
    expect(set).toMatchObject({ hooks: ['a', 'b'], lastGood: ['s.yaml'] });
    expect(set.leftOut).toEqual('t.yaml' in change ? ['t.yaml'] : []);
  });

  it('lets a source move', async () => {
    const set = await isolate({ 's.yaml': MINE, 'a.yaml': ON_MINE }, { 't.yaml': MINE, 'a.yaml': ON_MINE });
    expect(set).toMatchObject({ hooks: ['a'], lastGood: [], leftOut: [] });
  });

  it('lets it go once no hook needs it', async () => {
    const live = { 'a.yaml': ON_MINE, 's.yaml': MINE };
    const set = await isolate(live, { 'a.yaml': ON_MINE }, { 'a.yaml': LOG });
    expect(set).toMatchObject({ hooks: ['a'], lastGood: [], leftOut: [] });
    expect(set.bench.swapped.at(-1)?.catalogue.sources.has('mine')).toBe(false);
  });

  it('brings it back for a hook that changed, which advances', async () => {
    const set = await isolate({ 'a.yaml': ON_MINE, 's.yaml': MINE }, { 'a.yaml': `${ON_MINE}snooze: 7\n` });
    expect(set).toMatchObject({ lastGood: ['s.yaml'], leftOut: [] });
    expect(set.bench.swapped.at(-1)?.hooks).toMatchObject([{ definition: { snooze: 7 } }]);
  });

  it('brings it back for a hook that is held back for a fault of its own', async () => {
    const set = await isolate(
      { 'a.yaml': ON_MINE, 's.yaml': MINE },
      { 'a.yaml': `${LOG}filter: "data.x =="\n` },
    );
    expect(set).toMatchObject({ hooks: ['a'], lastGood: ['a.yaml', 's.yaml'], leftOut: [] });
  });

  it('leaves out a new hook that wants what went, and the source goes', async () => {
    const set = await isolate({ 'b.yaml': LOG, 's.yaml': MINE }, { 'a.yaml': ON_MINE, 'b.yaml': LOG });
    expect(set).toMatchObject({ hooks: ['b'], lastGood: [], leftOut: ['a.yaml'] });
  });

  it('has a revision that covers what did not go', async () => {
    const live = { 'a.yaml': ON_MINE, 's.yaml': MINE };
    const { bench } = await isolate(live, { 'a.yaml': ON_MINE });
    expect(bench.swapped.at(-1)?.revision).toMatch(/^set-1\+held@sha256:[0-9a-f]{16}$/);
    expect(
      bench.kept
        .at(-1)
        ?.files.map(({ path }) => path)
        .toSorted(),
    ).toEqual(['a.yaml', 's.yaml']);
  });
});

describe('isolating a hook that moves', () => {
  const X = `name: x\n${LOG}`;

  it.each<[string, Texts, Texts]>([
    ['to a new file that is bad', { 'a.yaml': X }, { 'b.yaml': `name: x\n${BAD}` }],
    ['to a file that is bad', { 'a.yaml': X, 'b.yaml': LOG }, { 'b.yaml': `name: b\n${BAD}---\n${X}` }],
    [
      'as another takes its place',
      { 'a.yaml': X, 'b.yaml': LOG },
      { 'a.yaml': `name: b\n${LOG}`, 'b.yaml': `name: x\n${BAD}` },
    ],
  ])('%s leaves it where it was', async (_what, live, next) => {
    const set = await isolate({ ...live, 'c.yaml': LOG }, { ...next, 'c.yaml': LOG });
    expect(set.hooks).toContain('x');
    expect(set.lastGood).toContain('a.yaml');
  });
});
