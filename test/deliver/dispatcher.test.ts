import { describe, expect, it } from 'vitest';
import { createDispatcher, type Dispatcher } from '../../src/deliver/dispatcher.ts';
import type { Candidate, DueDelivery } from '../../src/journal/journal.ts';
import { createLogger } from '../../src/logger.ts';
import type { LiveHook } from '../../src/reconcile/snapshot.ts';
import { createHeldClock, type HeldClock, START } from '../helpers/held-clock.ts';
import { toHookEvent, toLiveHook } from '../helpers/live-hook.ts';

/** A dispatcher over a journal in memory, with attempts that end when the test says so. */
interface Bench {
  readonly dispatcher: Dispatcher;
  readonly clock: HeldClock;
  /** Deliveries by id: what the journal holds as pending. */
  readonly pending: Map<string, DueDelivery>;
  readonly running: { readonly id: string; readonly end: (dueAt: number | null) => Promise<void> }[];
  readonly started: string[];
  readonly postponed: string[];
  offer(...ids: readonly string[]): void;
}

/** A delivery's hook is the part of its id before the dash. */
function hookOf(id: string): string {
  return id.split('-')[0] ?? '';
}

function createBench(hooks: readonly LiveHook[]): Bench {
  const clock = createHeldClock();
  const pending = new Map<string, DueDelivery>();
  const running: Bench['running'] = [];
  const started: string[] = [];
  const postponed: string[] = [];
  const setDue = (id: string, dueAt: number): void => {
    const delivery = pending.get(id);
    if (delivery !== undefined) pending.set(id, { ...delivery, dueAt });
  };
  const dispatcher = createDispatcher({
    journal: {
      due: async ({ until, limit, except }) =>
        [...pending.values()]
          .filter(({ deliveryId, dueAt }) => dueAt <= until && !except.has(deliveryId))
          .sort((a, b) => a.dueAt - b.dueAt)
          .slice(0, limit),
      nextDue: async (after) => {
        const later = [...pending.values()].map(({ dueAt }) => dueAt).filter((dueAt) => dueAt > after);
        return later.length === 0 ? null : Math.min(...later);
      },
      postpone: async (ids, dueAt) => {
        for (const id of ids) setDue(id, dueAt);
        postponed.push(...ids);
      },
    },
    findHook: (id) => hooks.find((hook) => hook.definition.id === id) ?? null,
    attempt: (_hook, { deliveryId }) => {
      started.push(deliveryId);
      const { promise, resolve } = Promise.withResolvers<number | null>();
      const end = async (dueAt: number | null): Promise<void> => {
        if (dueAt === null) pending.delete(deliveryId);
        else setDue(deliveryId, dueAt);
        running.splice(
          running.findIndex(({ id }) => id === deliveryId),
          1,
        );
        resolve(dueAt);
        await settle();
      };
      running.push({ id: deliveryId, end });
      return promise;
    },
    clock,
    logger: createLogger('silent'),
  });
  const add = (id: string): Candidate => {
    pending.set(id, {
      deliveryId: id,
      hookId: hookOf(id),
      event: toHookEvent(),
      attempts: 0,
      dueAt: clock.now(),
    });
    return { deliveryId: id, hookId: hookOf(id), hookName: hookOf(id), check: null };
  };
  return {
    dispatcher,
    clock,
    pending,
    running,
    started,
    postponed,
    offer: (...ids) => dispatcher.offer(toHookEvent(), ids.map(add)),
  };
}

/** Lets every promise that is ready go on. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function hook(id: string, concurrency = 16, enabled = true): LiveHook {
  return toLiveHook({ id, name: id, concurrency, enabled });
}

describe('the dispatcher', () => {
  it('starts what is offered at once, up to the concurrency of the hook', async () => {
    const bench = createBench([hook('a', 2)]);
    bench.offer('a-1', 'a-2', 'a-3');
    expect(bench.started).toEqual(['a-1', 'a-2']);
    await bench.running[0]?.end(null);
    expect(bench.started).toEqual(['a-1', 'a-2', 'a-3']);
  });

  it('goes on with other hooks while one hangs', async () => {
    const bench = createBench([hook('a', 1), hook('b', 1)]);
    bench.offer('a-1', 'a-2', 'b-1', 'b-2');
    expect(bench.started).toEqual(['a-1', 'b-1']);
    await bench.running.find(({ id }) => id === 'b-1')?.end(null);
    expect(bench.started).toEqual(['a-1', 'b-1', 'b-2']);
  });

  it('takes turns between hooks under the global bound', async () => {
    const bench = createBench([hook('a', 256), hook('b', 256)]);
    bench.offer(...Array.from({ length: 300 }, (_, n) => `a-${n}`), 'b-0', 'b-1');
    expect(bench.started).toHaveLength(256);
    expect(bench.started.slice(0, 5)).toEqual(['a-0', 'b-0', 'a-1', 'b-1', 'a-2']);
  });

  it('starts a delivery again when it falls due, and not before', async () => {
    const bench = createBench([hook('a')]);
    bench.offer('a-1');
    await bench.running[0]?.end(START + 5_000);
    bench.clock.advance(4_999);
    await settle();
    expect(bench.started).toEqual(['a-1']);
    bench.clock.advance(1);
    await settle();
    expect(bench.started).toEqual(['a-1', 'a-1']);
  });

  it('starts what an earlier process left behind, once', async () => {
    const bench = createBench([hook('a')]);
    for (const id of ['a-1', 'a-2'])
      bench.pending.set(id, {
        deliveryId: id,
        hookId: 'a',
        event: toHookEvent(),
        attempts: 1,
        dueAt: START - 1,
      });
    await bench.dispatcher.tick();
    await bench.dispatcher.tick();
    expect(bench.started).toEqual(['a-1', 'a-2']);
  });

  it('keeps what does not fit in memory in the journal, and gets to all of it', async () => {
    const bench = createBench([hook('a', 256)]);
    const ids = Array.from({ length: 5_000 }, (_, n) => `a-${n}`);
    bench.offer(...ids);
    expect(bench.dispatcher.size()).toBeLessThan(ids.length);
    while (bench.running.length > 0) {
      for (const attempt of [...bench.running]) await attempt.end(null);
      await settle();
    }
    expect(bench.started).toHaveLength(ids.length);
    expect(new Set(bench.started).size).toBe(ids.length);
  });

  it('lets the deliveries of a hook that is gone or switched off wait', async () => {
    const bench = createBench([hook('off', 1, false)]);
    bench.offer('gone-1', 'off-1');
    await settle();
    expect(bench.started).toEqual([]);
    expect(bench.postponed).toEqual(['gone-1', 'off-1']);
    expect(bench.pending.size).toBe(2);
  });

  it('stops by starting nothing more and waiting for what runs', async () => {
    const bench = createBench([hook('a', 1)]);
    bench.offer('a-1', 'a-2');
    let stopped = false;
    const stop = bench.dispatcher.stop(10_000).then(() => {
      stopped = true;
    });
    await settle();
    expect(stopped).toBe(false);
    await bench.running[0]?.end(null);
    await stop;
    expect(bench.started).toEqual(['a-1']);
    expect([...bench.pending.keys()]).toEqual(['a-2']);
    expect(bench.clock.timers).toBe(0);
  });

  it('stops waiting when the grace is over', async () => {
    const bench = createBench([hook('a')]);
    bench.offer('a-1');
    const stop = bench.dispatcher.stop(10_000);
    bench.clock.advance(10_000);
    await stop;
    expect(bench.running).toHaveLength(1);
  });
});
