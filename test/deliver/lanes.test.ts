import { describe, expect, it } from 'vitest';
import { PARKED_FOR_MS } from '../../src/deliver/parking.ts';
import { createDispatchBench, type DispatchBench } from '../helpers/dispatch-bench.ts';
import { START } from '../helpers/held-clock.ts';
import { toLiveHook } from '../helpers/live-hook.ts';

async function acceptAll(bench: DispatchBench, names: readonly string[], orderKey?: string): Promise<void> {
  for (const name of names) await bench.accept(name, orderKey);
}

describe('the breaker of a lane', () => {
  it('opens after ten failures, lets one probe go at its time, and all the others when that succeeds', async () => {
    await using bench = await createDispatchBench([toLiveHook({ id: 'a', name: 'a' })]);
    await bench.dispatcher.reload();
    const names = Array.from({ length: 14 }, (_, n) => `a-${n}`);
    await acceptAll(bench, names);
    for (const attempt of bench.running.slice(0, 10)) await attempt.end({ dueAt: START + 3_600_000 });
    for (const attempt of [...bench.running]) await attempt.end({ dueAt: START + 3_600_000 });
    await acceptAll(bench, ['a-x', 'a-y', 'a-z']);
    expect(bench.started).toHaveLength(14);
    await bench.advance(5_000);
    expect(bench.started.slice(14)).toEqual(['a-x']);
    await bench.running[0]?.end();
    expect(bench.started.slice(14)).toEqual(['a-x', 'a-y', 'a-z']);
    expect(bench.breakers).toEqual(['a opened', 'a closed']);
  });

  it('asks again later when the probe fails', async () => {
    await using bench = await createDispatchBench([toLiveHook({ id: 'a', name: 'a', concurrency: 20 })]);
    await bench.dispatcher.reload();
    await acceptAll(
      bench,
      Array.from({ length: 11 }, (_, n) => `a-${n}`),
    );
    for (const attempt of [...bench.running].slice(1)) await attempt.end({ dueAt: START + 3_600_000 });
    await bench.running[0]?.end({ dueAt: START });
    expect(bench.running).toHaveLength(0);
    await bench.advance(5_000);
    expect(bench.running.map(({ name }) => name)).toEqual(['a-0']);
    await bench.running[0]?.end({ dueAt: START });
    await bench.advance(29_000);
    expect(bench.running).toHaveLength(0);
    await bench.advance(1_000);
    expect(bench.running.map(({ name }) => name)).toEqual(['a-0']);
  });

  it('leaves other hooks alone', async () => {
    await using bench = await createDispatchBench(['a', 'b'].map((id) => toLiveHook({ id, name: id })));
    await bench.dispatcher.reload();
    await acceptAll(
      bench,
      Array.from({ length: 10 }, (_, n) => `a-${n}`),
    );
    for (const attempt of [...bench.running]) await attempt.end({ dueAt: START + 3_600_000 });
    await acceptAll(bench, ['a-x', 'b-x']);
    expect(bench.started.slice(10)).toEqual(['b-x']);
  });
});

describe('a new definition', () => {
  it('is tried at once, whatever the breaker made of the one before', async () => {
    await using bench = await createDispatchBench([toLiveHook({ id: 'a', name: 'a' }, { digest: '1' })]);
    await bench.dispatcher.reload();
    await acceptAll(
      bench,
      Array.from({ length: 10 }, (_, n) => `a-${n}`),
    );
    for (const attempt of [...bench.running]) await attempt.end({ dueAt: START + 3_600_000 });
    await bench.accept('a-x');
    expect(bench.running).toHaveLength(0);
    bench.hooks.set('a', toLiveHook({ id: 'a', name: 'a' }, { digest: '2' }));
    await bench.dispatcher.reload();
    expect(bench.running.map(({ name }) => name)).toEqual(['a-x']);
  });
});

describe('the rate of a lane', () => {
  it('lets so many go in a time, and the others in the next', async () => {
    const hook = toLiveHook({ id: 'a', name: 'a', rate: { limit: 2, per: 'second' } });
    await using bench = await createDispatchBench([hook]);
    await bench.dispatcher.reload();
    await acceptAll(bench, ['a-1', 'a-2', 'a-3', 'a-4']);
    expect(bench.started).toEqual(['a-1', 'a-2']);
    await bench.advance(500);
    expect(bench.started).toEqual(['a-1', 'a-2', 'a-3']);
    await bench.advance(500);
    expect(bench.started).toEqual(['a-1', 'a-2', 'a-3', 'a-4']);
  });
});

describe('the order of a lane', () => {
  it('makes the deliveries of one key one at a time, and others beside them', async () => {
    const hook = toLiveHook({ id: 'a', name: 'a', ordered: 'order' });
    await using bench = await createDispatchBench([hook]);
    await bench.dispatcher.reload();
    await acceptAll(bench, ['a-1', 'a-2', 'a-3'], 'A');
    await acceptAll(bench, ['a-b1', 'a-b2'], 'B');
    await bench.settle();
    expect(bench.started).toEqual(['a-1', 'a-b1']);
    await bench.running.find(({ name }) => name === 'a-1')?.end({ dueAt: START + 5_000 });
    expect(bench.started).toEqual(['a-1', 'a-b1']);
    await bench.running.find(({ name }) => name === 'a-b1')?.end();
    expect(bench.started).toEqual(['a-1', 'a-b1', 'a-b2']);
    await bench.advance(5_000);
    for (const _ of ['a-1', 'a-2', 'a-3']) await bench.running.find(({ name }) => name !== 'a-b2')?.end();
    expect(bench.started.slice(3)).toEqual(['a-1', 'a-2', 'a-3']);
  });
});

describe('a parked lane', () => {
  it('waits while its hook is not live, and goes on with it when it is back', async () => {
    await using bench = await createDispatchBench([toLiveHook({ id: 'a', name: 'a', concurrency: 1 })]);
    await bench.dispatcher.reload();
    await acceptAll(bench, ['a-1', 'a-2']);
    const hook = bench.hooks.get('a');
    bench.hooks.delete('a');
    await bench.dispatcher.reload();
    await bench.running[0]?.end();
    expect(bench.started).toEqual(['a-1']);
    expect(await bench.journal.counts()).toMatchObject({ parked: 1, pending: 0 });
    await bench.restart();
    await bench.dispatcher.reload();
    await bench.advance(PARKED_FOR_MS - 1);
    expect(bench.started).toEqual(['a-1']);
    if (hook !== undefined) bench.hooks.set('a', hook);
    await bench.dispatcher.reload();
    expect(bench.started).toEqual(['a-1', 'a-2']);
    expect(await bench.journal.counts()).toMatchObject({ parked: 0, pending: 1 });
  });

  it('gives up what waited for a day, over a restart too', async () => {
    await using bench = await createDispatchBench([]);
    await bench.append('a-1');
    await bench.append('a-2');
    await bench.dispatcher.reload();
    await bench.advance(PARKED_FOR_MS / 2);
    await bench.restart();
    await bench.dispatcher.reload();
    await bench.advance(PARKED_FOR_MS / 2);
    expect(await bench.journal.counts()).toMatchObject({ parked: 0, pending: 0, failed: 2 });
    expect(await bench.journal.parked()).toEqual([]);
    await bench.advance(10);
    await bench.settle();
    expect(bench.dispatcher.lanes()).toEqual([]);
  });

  it('parks what comes for a hook that went meanwhile', async () => {
    await using bench = await createDispatchBench([]);
    await bench.dispatcher.reload();
    await bench.accept('a-1');
    await bench.settle();
    await bench.dispatcher.reload();
    expect(await bench.journal.counts()).toMatchObject({ parked: 1, pending: 0 });
  });
});
