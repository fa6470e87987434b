import { FairQueue } from './fair-queue.ts';

/** Tasks handed to a thread at a time: changing threads costs more than a quick function does. */
const MAX_BATCH = 128;
/** Time the tasks of a batch are expected to take together: what a quick function may have to wait for others. */
const BATCH_MS = 10;
/** A task that takes so long is slow: well beyond what a cold start or a collection of garbage adds to a quick one. */
const SLOW_MS = 25;
/** So long after the last quick task no other is expected. */
const QUIET_MS = 1_000;
/** Groups whose time is remembered. */
const MAX_REMEMBERED = 10_000;

/** Tasks to be run one after another on one thread. */
export interface Batch<T> {
  readonly tasks: readonly T[];
  /** A single task that may take long. */
  readonly isSlow: boolean;
}

/**
 * Tasks that wait for a thread; groups take turns. Tasks of groups that are known to be quick are handed out many at a
 * time. Any other is handed out alone and only when the caller can spare a thread for it, in turn with the quick ones:
 * functions that run into their limit hold up each other, not those that do not.
 */
export class TaskQueue<T extends { readonly group: string }> {
  readonly #quick = new FairQueue<T>();
  readonly #slow = new FairQueue<T>();
  /** Processor time a task of each group took last, ms. */
  readonly #durations = new Map<string, number>();
  #slowIsNext = true;
  #lastQuickAt = Number.NEGATIVE_INFINITY;
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  add(task: T): void {
    const queue = this.#queueOf(task.group);
    if (queue === this.#quick) this.#lastQuickAt = this.#now();
    queue.add(task.group, task);
  }

  /** Whether there was no quick task for a while, so that no thread need be kept for one. */
  get isQuiet(): boolean {
    return this.#now() - this.#lastQuickAt > QUIET_MS;
  }

  /** Puts back tasks that were taken but not run, in their order. */
  putBack(tasks: readonly T[]): void {
    for (const task of tasks.toReversed()) this.#queueOf(task.group).addFirst(task.group, task);
  }

  /** Learns how long a task of a group took. */
  note(group: string, cpuMs: number): void {
    const [oldest] = this.#durations.keys();
    if (oldest !== undefined && this.#durations.size >= MAX_REMEMBERED)
      this.#reclassify(oldest, () => this.#durations.delete(oldest));
    this.#reclassify(group, () => this.#durations.set(group, cpuMs));
  }

  /** Tasks that wait follow their group from one queue to the other. */
  #reclassify(group: string, change: () => void): void {
    const before = this.#queueOf(group);
    change();
    const after = this.#queueOf(group);
    if (before !== after) before.moveGroup(group, after);
  }

  /** The next tasks; none when nothing waits, or nothing but slow ones while `slow` is false. */
  take({ slow }: { readonly slow: boolean }): Batch<T> {
    const isSlow = slow && (this.#slowIsNext || this.#quick.isEmpty) && !this.#slow.isEmpty;
    this.#slowIsNext = !isSlow;
    return { tasks: isSlow ? this.#takeSlow() : this.#takeQuick(), isSlow };
  }

  #takeSlow(): readonly T[] {
    const task = this.#slow.take();
    return task === null ? [] : [task];
  }

  #takeQuick(): readonly T[] {
    const batch: T[] = [];
    for (let expectedMs = 0; batch.length < MAX_BATCH && expectedMs < BATCH_MS; ) {
      const task = this.#quick.take();
      if (task === null) break;
      batch.push(task);
      expectedMs += this.#durations.get(task.group) ?? 0;
    }
    return batch;
  }

  /** Takes all that waits. */
  drain(): readonly T[] {
    const all: T[] = [];
    for (const queue of [this.#quick, this.#slow]) {
      for (let task = queue.take(); task !== null; task = queue.take()) all.push(task);
    }
    return all;
  }

  get isEmpty(): boolean {
    return this.#quick.isEmpty && this.#slow.isEmpty;
  }

  #queueOf(group: string): FairQueue<T> {
    return (this.#durations.get(group) ?? SLOW_MS) < SLOW_MS ? this.#quick : this.#slow;
  }
}
