import { join } from 'node:path';
import type { AttemptEnd } from '../../src/deliver/attempt.ts';
import type { Health } from '../../src/deliver/breaker.ts';
import { createDispatcher, type Dispatcher } from '../../src/deliver/dispatcher.ts';
import { createId } from '../../src/id.ts';
import type { OutcomeState } from '../../src/journal/delivery.ts';
import type { Entry } from '../../src/journal/entry.ts';
import type { DueDelivery, Journal } from '../../src/journal/journal.ts';
import { openSqliteJournal } from '../../src/journal/sqlite.ts';
import { createLogger } from '../../src/logger.ts';
import type { LiveHook } from '../../src/reconcile/snapshot.ts';
import { createHeldClock, type HeldClock } from './held-clock.ts';
import { toAttempt, toEntry } from './journal-entries.ts';
import { createTempDir } from './temp-dir.ts';

/** How an attempt that is under way is to end. */
export interface Ending {
  /** When to try again, ms since the epoch. Absent: it succeeded. */
  readonly dueAt?: number;
  readonly health?: Health;
  readonly cutOff?: boolean;
}

/** An attempt under way. */
export interface RunningAttempt {
  readonly name: string;
  end(ending?: Ending): Promise<void>;
}

/** A dispatcher over a journal in a real file, with attempts that end when the test says so, on a held clock. */
export interface DispatchBench extends AsyncDisposable {
  readonly dispatcher: Dispatcher;
  readonly journal: Journal;
  readonly clock: HeldClock;
  /** Live hooks by id. */
  readonly hooks: Map<string, LiveHook>;
  /** Names of the events whose attempts began, in order. */
  readonly started: string[];
  readonly running: RunningAttempt[];
  readonly breakers: string[];
  /** Appends an event for a hook, named `hook-n`, to the journal only. */
  append(name: string, orderKey?: string): Promise<void>;
  /** The entry of an event for a hook, to be appended with others. */
  toEntry(name: string): Entry;
  /** Appends and offers, as the pipeline does. */
  accept(name: string, orderKey?: string): Promise<void>;
  /** Moves the time and waits for what that led to. */
  advance(ms: number): Promise<void>;
  /** Waits until the dispatcher has read all it wants from the journal. */
  settle(): Promise<void>;
  /** Another process over the same file: the first is gone, with all that it held in memory. */
  restart(): Promise<void>;
}

/** Creates a dispatcher over hooks; it is not started before `reload`. */
export async function createDispatchBench(hooks: readonly LiveHook[]): Promise<DispatchBench> {
  const dir = createTempDir();
  const file = join(dir.path, 'journal.db');
  const clock = createHeldClock();
  const live = new Map(hooks.map((hook) => [hook.definition.id, hook]));
  const started: string[] = [];
  const running: RunningAttempt[] = [];
  const breakers: string[] = [];
  let journal = await openSqliteJournal({ file });

  const attempt = (hook: LiveHook, delivery: DueDelivery): Promise<AttemptEnd> => {
    const { promise, resolve } = Promise.withResolvers<AttemptEnd>();
    const name = delivery.event.id;
    started.push(name);
    const one: RunningAttempt = {
      name,
      async end({ dueAt, health = dueAt === undefined ? 'good' : 'bad', cutOff = false } = {}) {
        running.splice(running.indexOf(one), 1);
        const state: OutcomeState = dueAt === undefined ? 'succeeded' : 'pending';
        const made = toAttempt({ number: delivery.attempts + 1, startedAt: clock.now() });
        const outcome = { deliveryId: delivery.deliveryId, attempt: made, state, dueAt: dueAt ?? null };
        const released = await journal.record(outcome);
        resolve({ dueAt: dueAt ?? null, released, health, cutOff });
        await settle();
      },
    };
    running.push(one);
    void hook;
    return promise;
  };
  const create = (): Dispatcher =>
    createDispatcher({
      journal,
      findHook: (id) => live.get(id) ?? null,
      attempt,
      onBreaker: ({ definition }, change) => breakers.push(`${definition.name} ${change}`),
      clock,
      logger: createLogger('silent'),
    });
  let dispatcher = create();

  const settle = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    await dispatcher.tick();
  };
  const append: DispatchBench['append'] = async (name, orderKey) => {
    await journal.append([toBenchEntry(name, orderKey, clock.now())]);
  };
  return {
    get dispatcher() {
      return dispatcher;
    },
    get journal() {
      return journal;
    },
    clock,
    hooks: live,
    started,
    running,
    breakers,
    append,
    toEntry: (name) => toBenchEntry(name, undefined, clock.now()),
    async accept(name, orderKey) {
      const entry = toBenchEntry(name, orderKey, clock.now());
      const [appended] = await journal.append([entry]);
      if (appended?.kind === 'accepted') dispatcher.offer(entry.event, appended.deliveries, appended.size);
    },
    async advance(ms) {
      clock.advance(ms);
      await settle();
    },
    settle,
    async restart() {
      clock.cancelAll();
      await journal.close();
      journal = await openSqliteJournal({ file });
      dispatcher = create();
      running.splice(0);
    },
    async [Symbol.asyncDispose]() {
      const stopped = dispatcher.stop(0);
      clock.advance(0);
      await stopped;
      await journal.close();
      dir[Symbol.dispose]();
    },
  };
}

/** The hook of an event is the part of its name before the dash. */
function toBenchEntry(name: string, orderKey: string | undefined, at: number): ReturnType<typeof toEntry> {
  const hookId = name.split('-')[0] ?? '';
  return toEntry({
    event: { id: name },
    acceptedAt: at,
    candidates: [
      { deliveryId: createId(), hookId, hookName: hookId, orderKey: orderKey ?? null, check: null },
    ],
  });
}
