import { describe, expect, it } from 'vitest';
import { createDispatchBench } from '../helpers/dispatch-bench.ts';
import { toLiveHook } from '../helpers/live-hook.ts';

const HOUR_MS = 3_600_000;

describe('a lane that has nothing to do', () => {
  it('is forgotten, but not before its rate would let as many go as that of a new one', async () => {
    const hook = toLiveHook({ id: 'a', name: 'a', rate: { limit: 1, per: 'hour' } });
    await using bench = await createDispatchBench([hook]);
    await bench.dispatcher.reload();
    await bench.accept('a-1');
    await bench.running[0]?.end();
    await bench.advance(HOUR_MS - 1);
    await bench.accept('a-2');
    expect(bench.started).toEqual(['a-1']);
    await bench.advance(1);
    expect(bench.started).toEqual(['a-1', 'a-2']);
    await bench.running[0]?.end();
    await bench.advance(HOUR_MS);
    expect(bench.dispatcher.lanes()).toEqual([]);
  });
});

describe('a lane whose receiver answers more than is read', () => {
  const NAMES = Array.from({ length: 30 }, (_, n) => `a-${n}`);

  it('makes 20 attempts a second, until an answer is read to its end', async () => {
    await using bench = await createDispatchBench([toLiveHook({ id: 'a', name: 'a', concurrency: 1 })]);
    await bench.dispatcher.reload();
    for (const name of NAMES) await bench.accept(name);
    while (bench.running.length > 0) await bench.running[0]?.end({ cutOff: true });
    expect(bench.started).toHaveLength(21);
    await bench.advance(49);
    expect(bench.started).toHaveLength(21);
    await bench.advance(1);
    expect(bench.started).toHaveLength(22);
    while (bench.running.length > 0) await bench.running[0]?.end();
    expect(bench.started).toHaveLength(30);
  });

  it('begins anew with a new definition', async () => {
    const hook = toLiveHook({ id: 'a', name: 'a', concurrency: 1 });
    await using bench = await createDispatchBench([hook]);
    await bench.dispatcher.reload();
    for (const name of NAMES) await bench.accept(name);
    while (bench.running.length > 0) await bench.running[0]?.end({ cutOff: true });
    bench.hooks.set('a', { ...hook, digest: 'another' });
    await bench.dispatcher.reload();
    while (bench.running.length > 0) await bench.running[0]?.end();
    expect(bench.started).toHaveLength(30);
  });
});
