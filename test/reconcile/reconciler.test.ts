import { describe, expect, it } from 'vitest';
import type { ReconcilerParts } from '../../src/reconcile/reconciler.ts';
import { START } from '../helpers/held-clock.ts';
import { createReconcilerBench, truths } from '../helpers/reconciler-bench.ts';

const LOG = 'source: crud\nhandler: log\n';
const BAD = 'source: crub\nhandler: log\n';

describe('the reconciler', () => {
  it('has nothing live before it has run', () => {
    const { reconciler } = createReconcilerBench();
    expect(reconciler.status()).toMatchObject({
      serving: 'none',
      lastAttempted: null,
      lastApplied: null,
      problems: [],
    });
    expect(truths(reconciler.status())).toEqual({});
  });

  it('makes a good set live and says so', async () => {
    const { reconciler, swapped, reports, clock, put } = createReconcilerBench();
    put('one', { 'a.yaml': `${LOG}filter: "false"\n` });
    clock.advance(1_000);
    const status = await reconciler.reconcile();
    const mark = { revision: 'one', at: START + 1_000 };
    expect(status).toMatchObject({
      serving: 'live',
      lastAttempted: mark,
      lastApplied: mark,
      problems: [{ code: 'never_matches' }],
    });
    expect(truths(status)).toEqual({ Ready: 1 });
    expect(reconciler.status()).toBe(status);
    expect(swapped.map(({ revision, hooks }) => [revision, hooks.length])).toEqual([['one', 1]]);
    expect(reports).toMatchObject([
      {
        kind: 'applied',
        changes: { created: [{ hook: { name: 'a' } }] },
        problems: [{ code: 'never_matches' }],
      },
    ]);
    expect(reports[0]).toMatchObject({ snapshot: swapped[0] });
  });

  it('makes an empty set live', async () => {
    const { reconciler, swapped } = createReconcilerBench();
    expect((await reconciler.reconcile()).serving).toBe('live');
    expect(swapped).toMatchObject([{ revision: 'none', hooks: [] }]);
  });

  it('keeps the last good snapshot when a set is refused', async () => {
    const { reconciler, swapped, reports, clock, put } = createReconcilerBench();
    put('one', { 'a.yaml': LOG });
    await reconciler.reconcile();
    clock.advance(5_000);
    put('two', { 'a.yaml': LOG, 'b.yaml': BAD });
    const status = await reconciler.reconcile();
    expect(status).toMatchObject({
      serving: 'live',
      lastAttempted: { revision: 'two', at: START + 5_000 },
      lastApplied: { revision: 'one', at: START },
      problems: [{ code: 'unknown_source', file: 'b.yaml' }],
    });
    expect(truths(status)).toEqual({ Stalled: 5 });
    expect(swapped).toHaveLength(1);
    expect(reports.slice(1)).toEqual([
      {
        kind: 'refused',
        revision: 'two',
        problems: status.problems,
        sources: status.sources,
        live: new Map([['', 'one']]),
      },
    ]);
  });

  it('serves nothing when the first set is refused, and the first good one from then on', async () => {
    const { reconciler, swapped, clock, put } = createReconcilerBench();
    put('one', { 'a.yaml': BAD });
    expect(await reconciler.reconcile()).toMatchObject({ serving: 'none', lastApplied: null });
    clock.advance(5_000);
    put('two', { 'a.yaml': LOG });
    const status = await reconciler.reconcile();
    expect(status).toMatchObject({ serving: 'live', problems: [] });
    expect(truths(status)).toEqual({ Ready: 5 });
    expect(swapped.map(({ revision }) => revision)).toEqual(['two']);
  });

  it('comes back to a revision that was live before a refused one', async () => {
    const { reconciler, swapped, reports, put } = createReconcilerBench();
    const texts = { 'a.yaml': LOG };
    put('one', texts);
    await reconciler.reconcile();
    put('two', { 'a.yaml': BAD });
    await reconciler.reconcile();
    put('one', texts);
    expect(truths(await reconciler.reconcile())).toEqual({ Ready: 0 });
    expect(reports.map(({ kind }) => kind)).toEqual(['applied', 'refused', 'applied']);
    expect(reports[2]).toMatchObject({ changes: { created: [], updated: [], deleted: [], unchanged: [{}] } });
    expect(swapped.map(({ revision }) => revision)).toEqual(['one', 'one']);
  });

  it.each([
    ['applied', LOG],
    ['refused', BAD],
  ])('neither prepares nor reports a revision again that was %s', async (kind, text) => {
    const { reconciler, reports, prepared, reads, put, clock } = createReconcilerBench();
    put('one', { 'a.yaml': text });
    const first = await reconciler.reconcile();
    clock.advance(1_000);
    for (let again = 0; again < 3; again += 1)
      expect(truths(await reconciler.reconcile())).toEqual(truths(first));
    expect(reconciler.status()).toMatchObject({
      lastAttempted: first.lastAttempted,
      problems: first.problems,
    });
    expect(reports).toMatchObject([{ kind }]);
    expect([prepared(), reads()]).toEqual([1, 4]);
  });

  it('says once that the definitions cannot be read, and that they can be again', async () => {
    const { reconciler, swapped, reports, clock, put, fail } = createReconcilerBench();
    put('one', { 'a.yaml': LOG });
    await reconciler.reconcile();
    fail('no such directory');
    clock.advance(1_000);
    await reconciler.reconcile();
    clock.advance(1_000);
    const status = await reconciler.reconcile();
    expect(status).toMatchObject({
      serving: 'live',
      lastAttempted: { revision: 'one' },
      lastApplied: { revision: 'one' },
    });
    expect(truths(status)).toEqual({ FetchFailed: 1 });
    fail('permission denied');
    await reconciler.reconcile();
    clock.advance(1_000);
    put('one', { 'a.yaml': LOG });
    expect(truths(await reconciler.reconcile())).toEqual({ Ready: 3 });
    expect(reports.map((report) => (report.kind === 'failed' ? report.message : report.kind))).toEqual([
      'applied',
      'no such directory',
      'permission denied',
      'recovered',
    ]);
    expect(swapped).toHaveLength(1);
  });

  it('says again what was said before something else', async () => {
    const { reconciler, reports, put, fail } = createReconcilerBench();
    for (const step of [
      () => fail('gone'),
      () => put('one', { 'a.yaml': BAD }),
      () => fail('gone'),
      () => put('one', { 'a.yaml': BAD }),
    ]) {
      step();
      await reconciler.reconcile();
    }
    expect(reports.map(({ kind }) => kind)).toEqual(['failed', 'refused', 'failed', 'recovered']);
  });

  it.each([
    ['hooks cannot be noted', { noteHooks: () => Promise.reject(new Error('disk full')) }],
    [
      'the snapshot cannot be made live',
      {
        swap: () => {
          throw new Error('disk full');
        },
      },
    ],
    ['the set cannot be prepared', { prepare: () => Promise.reject(new Error('disk full')) }],
  ])('tries again, saying so once, when %s', async (_what, broken: Partial<ReconcilerParts>) => {
    const { reconciler, swapped, reports, put } = createReconcilerBench(broken);
    put('one', { 'a.yaml': LOG });
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const status = await reconciler.reconcile();
      expect(status).toMatchObject({
        serving: 'none',
        lastAttempted: { revision: 'one' },
        lastApplied: null,
      });
      expect(status.conditions[0]).toMatchObject({
        type: 'Ready',
        status: 'False',
        reason: 'ApplyFailed',
        message: 'disk full',
      });
    }
    expect(reports).toEqual([
      {
        kind: 'failed',
        message: 'disk full',
        sources: [expect.objectContaining({ revision: 'one' })],
        live: new Map(),
      },
    ]);
    expect(swapped).toEqual([]);
  });

  it('says of each revision that it cannot be applied, and of one that is tried again nothing more', async () => {
    const told: unknown[] = [];
    const bench = createReconcilerBench({
      noteHooks: () => Promise.reject(new Error('disk full')),
      onStart: ([source]) => told.push(['start', source?.revision]),
      report: (report) => told.push([report.kind, 'sources' in report && report.sources[0]?.revision]),
    });
    for (const revision of ['one', 'one', 'two', 'two', 'one']) {
      bench.put(revision, { 'a.yaml': LOG });
      await bench.reconciler.reconcile();
    }
    expect(told).toEqual(
      ['one', 'two', 'one'].flatMap((revision) => [
        ['start', revision],
        ['failed', revision],
      ]),
    );
  });

  it('says of a revision that is tried again when it cannot be applied for another reason', async () => {
    const reasons = ['disk full', 'disk full', 'too many files'];
    const bench = createReconcilerBench({ noteHooks: () => Promise.reject(new Error(reasons.shift())) });
    bench.put('one', { 'a.yaml': LOG });
    for (let attempt = 0; attempt < 3; attempt += 1) await bench.reconciler.reconcile();
    expect(bench.reports).toMatchObject([{ message: 'disk full' }, { message: 'too many files' }]);
  });

  it('applies what it could not apply before', async () => {
    let broken = true;
    const { reconciler, swapped, reports, put } = createReconcilerBench({
      noteHooks: async (sightings, at) => {
        if (broken) throw new Error('disk full');
        return sightings.map(() => ({ createdAt: at, updatedAt: at }));
      },
    });
    put('one', { 'a.yaml': LOG });
    await reconciler.reconcile();
    broken = false;
    expect(truths(await reconciler.reconcile())).toEqual({ Ready: 0 });
    expect(swapped).toMatchObject([{ revision: 'one', hooks: [{ createdAt: START }] }]);
    expect(reports.map(({ kind }) => kind)).toEqual(['failed', 'applied']);
  });

  it('says that it is reconciling while it does', async () => {
    const bench = createReconcilerBench({
      swap: () => {
        during.push(truths(bench.reconciler.status()));
      },
    });
    const during: Readonly<Record<string, number>>[] = [];
    bench.clock.advance(1_000);
    await bench.reconciler.reconcile();
    expect(during).toEqual([{ Reconciling: 1 }]);
  });

  it('has its status ready when it reports', async () => {
    const seen: unknown[] = [];
    const bench = createReconcilerBench({
      report: (report) => {
        const { lastApplied, problems, conditions } = bench.reconciler.status();
        seen.push([report.kind, lastApplied?.revision ?? null, problems.length, conditions[0]?.reason]);
      },
    });
    bench.put('one', { 'a.yaml': LOG });
    await bench.reconciler.reconcile();
    bench.put('two', { 'a.yaml': BAD });
    await bench.reconciler.reconcile();
    bench.fail('gone');
    await bench.reconciler.reconcile();
    expect(seen).toEqual([
      ['applied', 'one', 0, 'Applied'],
      ['refused', 'one', 1, 'Refused'],
      ['failed', 'one', 1, 'Refused'],
    ]);
  });
});
