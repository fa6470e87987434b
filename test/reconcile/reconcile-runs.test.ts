import { describe, expect, it } from 'vitest';
import type { ReconcileStatus } from '../../src/reconcile/status.ts';
import { createReconcilerBench } from '../helpers/reconciler-bench.ts';

const LOG = 'source: crud\nhandler: log\n';

describe('runs of the reconciler', () => {
  it('are one more for all calls during one, and see what came meanwhile', async () => {
    const gate = Promise.withResolvers<void>();
    let held = true;
    const { reconciler, swapped, reads, put } = createReconcilerBench({
      noteHooks: async () => {
        if (held) await gate.promise;
        return [];
      },
    });
    put('one', { 'a.yaml': LOG });
    const first = reconciler.reconcile();
    await Promise.resolve();
    put('two', { 'b.yaml': LOG });
    const [second, third] = [reconciler.reconcile(), reconciler.reconcile()];
    expect(second).toBe(third);
    held = false;
    gate.resolve();
    expect((await first).lastApplied?.revision).toBe('one');
    expect((await second).lastApplied?.revision).toBe('two');
    expect(await third).toBe(await second);
    expect(swapped.map(({ revision }) => revision)).toEqual(['one', 'two']);
    expect(reads()).toBe(2);
    await reconciler.reconcile();
    expect(reads()).toBe(3);
  });

  it('go on after one that could not be reported', async () => {
    let broken = true;
    const { reconciler, swapped, put } = createReconcilerBench({
      report() {
        if (broken) throw new Error('no terminal');
      },
    });
    put('one', { 'a.yaml': LOG });
    const [first, second] = [reconciler.reconcile(), reconciler.reconcile()];
    await expect(first).rejects.toThrow('no terminal');
    expect((await second).lastApplied?.revision).toBe('one');
    broken = false;
    put('two', { 'a.yaml': LOG });
    expect((await reconciler.reconcile()).lastApplied?.revision).toBe('two');
    expect(swapped.map(({ revision }) => revision)).toEqual(['one', 'two']);
  });

  it('are never two at once, however often and whenever it is called', async () => {
    let running = 0;
    let most = 0;
    const { reconciler, swapped } = createReconcilerBench({
      read: async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        return { revision: String(Math.random()), files: [], sources: [] };
      },
    });
    const calls: Promise<ReconcileStatus>[] = [];
    for (let turn = 0; turn < 50; turn += 1) {
      calls.push(reconciler.reconcile());
      await (turn % 3 === 0 ? calls[turn - 2] : new Promise((resolve) => setImmediate(resolve)));
      calls.push(reconciler.reconcile(), reconciler.reconcile());
    }
    await Promise.all(calls);
    expect(most).toBe(1);
    expect(swapped.length).toBeGreaterThan(10);
  });
});
