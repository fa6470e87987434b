import { describe, expect, it } from 'vitest';
import type { LiveHook } from '../../src/reconcile/snapshot.ts';
import { createDispatchBench } from '../helpers/dispatch-bench.ts';
import { START } from '../helpers/held-clock.ts';
import { toLiveHook } from '../helpers/live-hook.ts';

function hook(id: string, concurrency = 16): LiveHook {
  return toLiveHook({ id, name: id, concurrency });
}

function names(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) => `${prefix}-${n}`);
}

describe('the dispatcher', () => {
  it('starts nothing before it knows which hooks are live', async () => {
    await using bench = await createDispatchBench([hook('a')]);
    await bench.accept('a-1');
    await bench.settle();
    expect(bench.started).toEqual([]);
    await bench.dispatcher.reload();
    expect(bench.started).toEqual(['a-1']);
  });

  it('starts what is offered at once, up to the concurrency of the hook', async () => {
    await using bench = await createDispatchBench([hook('a', 2)]);
    await bench.dispatcher.reload();
    for (const name of names('a', 3)) await bench.accept(name);
    expect(bench.started).toEqual(['a-0', 'a-1']);
    await bench.running[0]?.end();
    expect(bench.started).toEqual(['a-0', 'a-1', 'a-2']);
  });

  it('goes on with other hooks while one hangs', async () => {
    await using bench = await createDispatchBench([hook('a', 1), hook('b', 1)]);
    await bench.dispatcher.reload();
    for (const name of ['a-1', 'a-2', 'b-1', 'b-2']) await bench.accept(name);
    expect(bench.started).toEqual(['a-1', 'b-1']);
    await bench.running.find(({ name }) => name === 'b-1')?.end();
    expect(bench.started).toEqual(['a-1', 'b-1', 'b-2']);
  });

  it('takes turns between hooks under the global bound, and leaves room for those that have none under way', async () => {
    await using bench = await createDispatchBench([hook('a', 256), hook('b', 256), hook('c')]);
    for (const name of [...names('a', 300), 'b-0', 'b-1']) await bench.accept(name);
    await bench.dispatcher.reload();
    expect(bench.started).toHaveLength(192);
    await bench.accept('c-0');
    await bench.accept('c-1');
    expect(bench.started.slice(192)).toEqual(['c-0']);
    await bench.running.find(({ name }) => name === 'c-0')?.end();
    expect(bench.started.slice(192)).toEqual(['c-0', 'c-1']);
    expect(bench.started.slice(0, 5)).toEqual(['a-0', 'b-0', 'a-1', 'b-1', 'a-2']);
  });

  it('starts a delivery again when it falls due, and not before', async () => {
    await using bench = await createDispatchBench([hook('a')]);
    await bench.dispatcher.reload();
    await bench.accept('a-1');
    await bench.running[0]?.end({ dueAt: START + 5_000 });
    await bench.advance(4_999);
    expect(bench.started).toEqual(['a-1']);
    await bench.advance(1);
    expect(bench.started).toEqual(['a-1', 'a-1']);
  });

  it('starts what an earlier process left behind, once', async () => {
    await using bench = await createDispatchBench([hook('a')]);
    await bench.dispatcher.reload();
    for (const name of names('a', 2)) await bench.accept(name);
    await bench.running[0]?.end({ dueAt: START + 5_000 });
    await bench.restart();
    await bench.dispatcher.reload();
    await bench.settle();
    expect(bench.started).toEqual(['a-0', 'a-1', 'a-1']);
    await bench.advance(5_000);
    expect(bench.started).toEqual(['a-0', 'a-1', 'a-1', 'a-0']);
  });

  it('keeps what does not fit in memory in the journal, and gets to all of it once', async () => {
    await using bench = await createDispatchBench([hook('a', 256), hook('b', 256)]);
    await bench.dispatcher.reload();
    const all = [...names('a', 1_500), ...names('b', 700)];
    await Promise.all(all.map((name) => bench.accept(name)));
    const inMemory = bench.dispatcher.lanes().reduce((sum, lane) => sum + lane.ids.size, 0);
    expect(inMemory).toBeLessThan(all.length);
    while (bench.running.length > 0) await Promise.all([...bench.running].map((attempt) => attempt.end()));
    expect(bench.started.toSorted()).toEqual(all.toSorted());
  });

  it('has room for a hook that moves beside many that do not, however much waits for those', async () => {
    const stuck = Array.from({ length: 30 }, (_, n) => hook(`s${n}`, 1));
    await using bench = await createDispatchBench([...stuck, hook('a', 1)]);
    await bench.dispatcher.reload();
    await bench.journal.append(
      stuck.flatMap(({ definition }) => names(definition.id, 520).map(bench.toEntry)),
    );
    await bench.dispatcher.wakeAll();
    for (const name of names('a', 20)) await bench.accept(name);
    for (let n = 0; n < 20; n += 1) await bench.running.find(({ name }) => name.startsWith('a-'))?.end();
    expect(bench.started.filter((name) => name.startsWith('a-'))).toEqual(names('a', 20));
  });

  it('looks again within half a minute, whatever the clock was set to', async () => {
    await using bench = await createDispatchBench([hook('a')]);
    await bench.dispatcher.reload();
    await bench.accept('a-1');
    await bench.running[0]?.end({ dueAt: START + 7_200_000 });
    // The time of day jumps: timers run on as they were set.
    bench.clock.jump(3_600_000);
    await bench.accept('a-2');
    await bench.running[0]?.end({ dueAt: START + 3_605_000 });
    await bench.advance(30_000);
    expect(bench.started).toEqual(['a-1', 'a-2', 'a-2']);
  });

  it('stops by starting nothing more and waiting for what runs', async () => {
    await using bench = await createDispatchBench([hook('a', 1)]);
    await bench.dispatcher.reload();
    for (const name of names('a', 2)) await bench.accept(name);
    let stopped = false;
    const stop = bench.dispatcher.stop(10_000).then(() => {
      stopped = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(stopped).toBe(false);
    await bench.running[0]?.end();
    await stop;
    expect(bench.started).toEqual(['a-0']);
    expect((await bench.journal.counts()).pending).toBe(1);
    expect(bench.clock.timers).toBe(0);
  });

  it('stops waiting when the grace is over', async () => {
    await using bench = await createDispatchBench([hook('a')]);
    await bench.dispatcher.reload();
    await bench.accept('a-1');
    const stop = bench.dispatcher.stop(10_000);
    bench.clock.advance(10_000);
    await stop;
    expect(bench.running).toHaveLength(1);
  });

  it('takes up what was asked for again', async () => {
    await using bench = await createDispatchBench([hook('a')]);
    await bench.dispatcher.reload();
    await bench.accept('a-1');
    await bench.running[0]?.end();
    const [delivery] = await bench.journal.listDeliveries({
      hook: 'a',
      state: null,
      source: null,
      event: null,
      since: null,
      until: null,
      after: null,
      size: 1,
    });
    await bench.journal.redeliver(delivery?.id ?? '', bench.clock.now());
    bench.dispatcher.wake('a');
    await bench.settle();
    expect(bench.started).toEqual(['a-1', 'a-1']);
  });
});
