import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { FileSet } from '../../src/definitions/reader.ts';
import { loadTexts } from '../helpers/prepare-texts.ts';
import {
  createReconcilerBench,
  type ReconcilerBench,
  toFileSet,
  truths,
} from '../helpers/reconciler-bench.ts';

const LOG = 'source: crud\nhandler: log\n';
const BAD = 'source: crub\nhandler: log\n';

function kindsOf({ reports }: ReconcilerBench): readonly string[] {
  return reports.map(({ kind }) => kind);
}

function servedBy({ swapped }: ReconcilerBench): readonly (readonly [string, readonly string[]])[] {
  return swapped.map(({ revision, hooks }) => [revision, hooks.map(({ definition }) => definition.name)]);
}

describe('the start of a reconciler', () => {
  it('serves what sources hold, once, when that is good: what was kept is only what it is held against', async () => {
    const bench = createReconcilerBench();
    bench.restore('one', { 'a.yaml': LOG, 'b.yaml': LOG });
    bench.put('two', { 'b.yaml': LOG, 'c.yaml': LOG });
    const status = await bench.reconciler.start();
    expect(status).toMatchObject({ serving: 'live', lastApplied: { revision: 'two' } });
    expect(servedBy(bench)).toEqual([['two', ['b', 'c']]]);
    expect(bench.reports).toMatchObject([
      {
        kind: 'applied',
        previous: 'one',
        changes: {
          created: [{ hook: { name: 'c' } }],
          unchanged: [{ hook: { name: 'b' } }],
          deleted: [{ definition: { name: 'a' } }],
        },
      },
    ]);
  });

  it('changes nothing when the sources hold what was kept', async () => {
    const bench = createReconcilerBench();
    bench.restore('one', { 'a.yaml': LOG });
    bench.put('one', { 'a.yaml': LOG });
    await bench.reconciler.start();
    expect(bench.reports).toMatchObject([
      { kind: 'applied', previous: 'one', changes: { created: [], updated: [], deleted: [] } },
    ]);
  });

  it.each<[string, (bench: ReconcilerBench) => void, string, readonly string[]]>([
    [
      'a source that is down',
      (bench) => bench.lose('no route to host'),
      'FetchFailed',
      ['failed', 'restored'],
    ],
    ['sources that cannot be read', (bench) => bench.fail('broken'), 'FetchFailed', ['failed', 'restored']],
    ['a bad set', (bench) => bench.put('two', { 'a.yaml': BAD }), 'Stalled', ['refused', 'restored']],
    ['an empty set', (bench) => bench.put('two', {}), 'PruneBlocked', ['blocked', 'restored']],
  ])('serves what was kept beside %s', async (_what, arrange, condition, kinds) => {
    const bench = createReconcilerBench();
    bench.restore('one', { 'a.yaml': LOG });
    arrange(bench);
    const status = await bench.reconciler.start();
    expect(status).toMatchObject({ serving: 'persisted', lastApplied: null });
    expect(Object.keys(truths(status))).toEqual([condition]);
    expect(servedBy(bench)).toEqual([['one', ['a']]]);
    expect(kindsOf(bench)).toEqual(kinds);
    expect(bench.kept).toEqual([]);
    bench.put('three', { 'a.yaml': LOG, 'b.yaml': LOG });
    expect(await bench.reconciler.reconcile()).toMatchObject({ serving: 'live' });
    expect(servedBy(bench)[1]).toEqual(['three', ['a', 'b']]);
  });

  it.each<[string, (bench: ReconcilerBench) => void]>([
    ['failed', (bench) => bench.fail('broken')],
    ['refused', (bench) => bench.put('two', { 'a.yaml': BAD })],
    ['blocked', (bench) => bench.put('two', {})],
  ])('has what was kept live before it is told that the first attempt %s', async (kind, arrange) => {
    const told: unknown[] = [];
    const bench = createReconcilerBench({
      report: (report) => {
        const { serving } = bench.reconciler.status();
        told.push([report.kind, serving, bench.swapped.at(-1)?.revision]);
      },
    });
    bench.restore('one', { 'a.yaml': LOG });
    arrange(bench);
    await bench.reconciler.start();
    expect(told).toEqual([
      [kind, 'persisted', 'one'],
      ['restored', 'persisted', 'one'],
    ]);
  });

  it('serves what was kept when the first look takes long, and what it finds once it has ended', async () => {
    const gate = Promise.withResolvers<FileSet>();
    const bench = createReconcilerBench({ read: () => gate.promise });
    bench.restore('one', { 'a.yaml': LOG });
    const starting = bench.reconciler.start();
    while (bench.clock.timers === 0) await setImmediate();
    bench.clock.advance(4_999);
    await setImmediate();
    expect(bench.swapped).toEqual([]);
    bench.clock.advance(1);
    expect(await starting).toMatchObject({ serving: 'persisted', sources: [{ revision: 'one' }] });
    expect(truths(bench.reconciler.status())).toEqual({ Reconciling: 0 });
    gate.resolve(toFileSet('two', loadTexts({ 'a.yaml': LOG, 'b.yaml': LOG })));
    while (bench.reconciler.status().serving !== 'live') await setImmediate();
    expect(servedBy(bench)).toEqual([
      ['one', ['a']],
      ['two', ['a', 'b']],
    ]);
  });

  it('does not wait for a look that takes long when nothing was kept', async () => {
    const bench = createReconcilerBench({ read: () => new Promise(() => undefined) });
    const starting = bench.reconciler.start();
    while (bench.clock.timers === 0) await setImmediate();
    bench.clock.advance(5_000);
    expect(await starting).toMatchObject({ serving: 'none' });
  });

  it('says that what was kept is not good any more, and serves what there is', async () => {
    const bench = createReconcilerBench();
    bench.restore('one', { 'a.yaml': BAD });
    bench.put('two', { 'a.yaml': LOG });
    expect(await bench.reconciler.start()).toMatchObject({ serving: 'live' });
    expect(kindsOf(bench)).toEqual(['failed', 'applied']);
  });

  it('keeps each set that goes live, with the bytes of its files', async () => {
    const bench = createReconcilerBench();
    bench.put('one', { 'a.yaml': LOG });
    await bench.reconciler.start();
    bench.put('two', { 'a.yaml': BAD });
    await bench.reconciler.reconcile();
    expect(bench.kept).toMatchObject([
      { revision: 'one', files: [{ path: 'a.yaml', bytes: Buffer.from(LOG) }] },
    ]);
    expect(bench.kept[0]?.sources.get('')).toEqual({ revision: 'one', commit: null });
  });
});

describe('a set that removes too much', () => {
  const MANY = Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`${n}.yaml`, LOG]));

  it('is held, said once, and live once it is confirmed', async () => {
    const bench = createReconcilerBench();
    bench.put('one', MANY);
    await bench.reconciler.start();
    bench.put('two', { '0.yaml': LOG });
    for (let again = 0; again < 3; again += 1) await bench.reconciler.reconcile();
    expect(truths(bench.reconciler.status())).toEqual({ PruneBlocked: 0 });
    expect(bench.reports.slice(1)).toMatchObject([
      { kind: 'blocked', revision: 'two', prune: { deleted: 11, before: 12, losses: [] } },
    ]);
    const status = await bench.reconciler.confirm('two');
    expect(status).toMatchObject({ lastApplied: { revision: 'two' } });
    expect(truths(status)).toEqual({ Ready: 0 });
    expect(servedBy(bench)[1]).toEqual(['two', ['0']]);
  });

  it('cannot be confirmed by another revision, nor when nothing is held', async () => {
    const bench = createReconcilerBench();
    bench.put('one', MANY);
    await bench.reconciler.start();
    await expect(bench.reconciler.confirm('one')).rejects.toMatchObject({ code: 'conflict' });
    bench.put('two', {});
    await bench.reconciler.reconcile();
    await expect(bench.reconciler.confirm('one')).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('two is held'),
    });
    expect(bench.swapped).toHaveLength(1);
  });

  it('is not live by a confirmation of the one before it', async () => {
    const bench = createReconcilerBench();
    bench.put('one', MANY);
    await bench.reconciler.start();
    bench.put('two', { '0.yaml': LOG });
    await bench.reconciler.reconcile();
    bench.put('three', {});
    expect(truths(await bench.reconciler.confirm('two'))).toEqual({ PruneBlocked: 0 });
    expect(bench.swapped).toHaveLength(1);
    expect(bench.reports.at(-1)).toMatchObject({ kind: 'blocked', revision: 'three' });
  });

  it('has to be confirmed again when another came between', async () => {
    const bench = createReconcilerBench();
    bench.put('one', MANY);
    await bench.reconciler.start();
    bench.put('two', { '0.yaml': LOG });
    await bench.reconciler.reconcile();
    bench.put('three', MANY);
    await bench.reconciler.confirm('two');
    bench.put('two', { '0.yaml': LOG });
    expect(truths(await bench.reconciler.reconcile())).toEqual({ PruneBlocked: 0 });
  });

  it('goes live at once where that is allowed', async () => {
    const bench = createReconcilerBench({ prune: 'allow' });
    bench.put('one', MANY);
    await bench.reconciler.start();
    bench.put('two', {});
    expect(truths(await bench.reconciler.reconcile())).toEqual({ Ready: 0 });
  });
});

describe('the policy isolate', () => {
  async function startIsolated(): Promise<ReconcilerBench> {
    const bench = createReconcilerBench({ policy: 'isolate' });
    bench.put('one', { 'a.yaml': LOG, 'b.yaml': LOG });
    await bench.reconciler.start();
    return bench;
  }

  it('keeps the last good version of a bad file, and the others advance', async () => {
    const bench = await startIsolated();
    bench.put('two', { 'a.yaml': BAD, 'b.yaml': `${LOG}snooze: 1\n`, 'c.yaml': LOG, 'd.yaml': BAD });
    const status = await bench.reconciler.reconcile();
    expect(bench.reports[1]).toMatchObject({
      kind: 'applied',
      held: [
        { file: 'a.yaml', as: 'last_good' },
        { file: 'd.yaml', as: 'left_out' },
      ],
      changes: {
        created: [{ hook: { name: 'c' } }],
        updated: [{ hook: { name: 'b' } }],
        unchanged: [{ hook: { name: 'a' } }],
        deleted: [],
      },
      problems: [{ file: 'a.yaml' }, { file: 'd.yaml' }],
    });
    expect(status).toMatchObject({ serving: 'live', lastApplied: { revision: 'two' } });
    expect(truths(status)).toEqual({ Stalled: 0 });
  });

  it('has a revision that is not that of the set, and the same for the same files', async () => {
    const bench = await startIsolated();
    bench.put('two', { 'a.yaml': BAD, 'b.yaml': LOG });
    await bench.reconciler.reconcile();
    bench.put('one', { 'a.yaml': LOG, 'b.yaml': LOG });
    await bench.reconciler.reconcile();
    bench.put('two', { 'a.yaml': BAD, 'b.yaml': LOG });
    await bench.reconciler.reconcile();
    const [one, held, again, same] = servedBy(bench).map(([revision]) => revision);
    expect([one, again]).toEqual(['one', 'one']);
    expect(held).toMatch(/^two\+held@sha256:[0-9a-f]{16}$/);
    expect(same).toBe(held);
  });

  it('takes the file once it is mended, and keeps what is served', async () => {
    const bench = await startIsolated();
    bench.put('two', { 'a.yaml': BAD, 'b.yaml': LOG });
    await bench.reconciler.reconcile();
    expect(bench.kept[1]?.files.map(({ path, bytes }) => [path, bytes.toString()])).toEqual([
      ['a.yaml', LOG],
      ['b.yaml', LOG],
    ]);
    bench.put('three', { 'a.yaml': `${LOG}snooze: 1\n`, 'b.yaml': LOG });
    expect(truths(await bench.reconciler.reconcile())).toEqual({ Ready: 0 });
    expect(bench.reports.at(-1)).toMatchObject({ held: [], changes: { updated: [{ hook: { name: 'a' } }] } });
  });

  it('leaves out what is bad and never was good', async () => {
    const bench = createReconcilerBench({ policy: 'isolate' });
    bench.put('one', { 'a.yaml': BAD, 'b.yaml': LOG });
    expect(await bench.reconciler.start()).toMatchObject({ serving: 'live' });
    expect(servedBy(bench)).toMatchObject([[expect.stringMatching(/^one\+held@/), ['b']]]);
  });

  it('holds back what breaks by what is held back', async () => {
    const source = 'kind: EventSource\nname: mine\nevents: { paid: {} }\n';
    const bench = createReconcilerBench({ policy: 'isolate' });
    bench.put('one', { 's.yaml': source, 'a.yaml': LOG });
    await bench.reconciler.start();
    bench.put('two', {
      's.yaml': `${source}nonsense: 1\n`,
      'a.yaml': 'source: mine\nevent: refunded\nhandler: log\n',
      'b.yaml': 'source: mine\nevent: paid\nhandler: log\n',
    });
    await bench.reconciler.reconcile();
    expect(bench.reports[1]).toMatchObject({ held: [{ file: 's.yaml' }, { file: 'a.yaml' }] });
    expect(servedBy(bench)[1]?.[1]).toEqual(['a', 'b']);
  });

  it('removes a file that is gone, under the prune guard', async () => {
    const bench = await startIsolated();
    bench.put('two', { 'b.yaml': LOG });
    await bench.reconciler.reconcile();
    bench.put('three', {});
    await bench.reconciler.reconcile();
    expect(kindsOf(bench)).toEqual(['applied', 'applied', 'blocked']);
  });
});
