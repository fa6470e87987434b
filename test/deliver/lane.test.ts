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
