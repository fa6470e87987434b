import { describe, expect, it } from 'vitest';
import { TaskQueue } from '../../src/sandbox/task-queue.ts';

interface Task {
  readonly group: string;
  readonly number: number;
}

const QUICK_MS = 0.01;
const SLOW_MS = 50;

function createQueue(durations: Readonly<Record<string, number>> = {}): TaskQueue<Task> {
  const queue = new TaskQueue<Task>();
  for (const [group, durationMs] of Object.entries(durations)) queue.note(group, durationMs);
  return queue;
}

function addTasks(queue: TaskQueue<Task>, group: string, count: number): void {
  for (let number = 1; number <= count; number += 1) queue.add({ group, number });
}

function takeNames(queue: TaskQueue<Task>, slow = true): readonly string[] {
  return queue.take({ slow }).tasks.map(({ group, number }) => `${group}${number}`);
}

describe('a TaskQueue', () => {
  it('hands out tasks of quick groups together, in turns', () => {
    const queue = createQueue({ a: QUICK_MS, b: QUICK_MS });
    addTasks(queue, 'a', 3);
    addTasks(queue, 'b', 2);
    expect(takeNames(queue)).toEqual(['a1', 'b1', 'a2', 'b2', 'a3']);
    expect(queue.isEmpty).toBe(true);
  });

  it('hands out 128 tasks at most, and what is expected to take 10 ms', () => {
    const queue = createQueue({ a: QUICK_MS, b: 4 });
    addTasks(queue, 'a', 200);
    expect([takeNames(queue).length, takeNames(queue).length]).toEqual([128, 72]);
    addTasks(queue, 'b', 5);
    expect([takeNames(queue).length, takeNames(queue).length]).toEqual([3, 2]);
  });

  it('hands out a task that is not known to be quick alone', () => {
    const queue = createQueue({ slow: SLOW_MS });
    addTasks(queue, 'slow', 1);
    addTasks(queue, 'unknown', 1);
    expect(queue.take({ slow: true })).toEqual({ tasks: [{ group: 'slow', number: 1 }], isSlow: true });
    expect(queue.take({ slow: true })).toEqual({ tasks: [{ group: 'unknown', number: 1 }], isSlow: true });
    expect(queue.take({ slow: true })).toEqual({ tasks: [], isSlow: false });
  });

  it('keeps slow tasks when no thread can be spared for one', () => {
    const queue = createQueue({ slow: SLOW_MS, quick: QUICK_MS });
    addTasks(queue, 'slow', 1);
    expect(takeNames(queue, false)).toEqual([]);
    addTasks(queue, 'quick', 1);
    expect(takeNames(queue, false)).toEqual(['quick1']);
    expect(queue.isEmpty).toBe(false);
  });

  it('lets slow tasks and quick ones take turns', () => {
    const queue = createQueue({ slow: SLOW_MS, quick: 9 });
    addTasks(queue, 'slow', 2);
    addTasks(queue, 'quick', 4);
    const taken = [1, 2, 3, 4].map(() => takeNames(queue));
    expect(taken).toEqual([['slow1'], ['quick1', 'quick2'], ['slow2'], ['quick3', 'quick4']]);
  });

  it('hands out what waited as soon as its group proves quick, and holds it back when it proves slow', () => {
    const queue = createQueue({ b: QUICK_MS });
    addTasks(queue, 'a', 3);
    addTasks(queue, 'b', 2);
    expect(takeNames(queue)).toEqual(['a1']);
    queue.note('a', QUICK_MS);
    queue.note('b', SLOW_MS);
    expect(takeNames(queue, false)).toEqual(['a2', 'a3']);
    expect(takeNames(queue, false)).toEqual([]);
    expect([takeNames(queue), takeNames(queue)]).toEqual([['b1'], ['b2']]);
  });

  it('puts back what was not run, before what came later', () => {
    const queue = createQueue({ a: QUICK_MS });
    addTasks(queue, 'a', 3);
    const { tasks } = queue.take({ slow: true });
    queue.add({ group: 'a', number: 4 });
    queue.putBack(tasks.slice(1));
    expect(takeNames(queue)).toEqual(['a2', 'a3', 'a4']);
  });

  it('forgets the group that was learned first, and loses none of its tasks', () => {
    const queue = createQueue({ first: QUICK_MS });
    addTasks(queue, 'first', 2);
    for (let group = 0; group < 10_000; group += 1) queue.note(`group-${group}`, QUICK_MS);
    expect(takeNames(queue, false)).toEqual([]);
    addTasks(queue, 'first', 1);
    queue.note('first', QUICK_MS);
    expect(takeNames(queue)).toEqual(['first1', 'first2', 'first1']);
  });

  it('is quiet when no quick task came for a second', () => {
    let nowMs = 0;
    const queue = new TaskQueue<Task>(() => nowMs);
    queue.note('quick', QUICK_MS);
    expect(queue.isQuiet).toBe(true);
    addTasks(queue, 'quick', 1);
    nowMs = 1_000;
    addTasks(queue, 'unknown', 1);
    expect(queue.isQuiet).toBe(false);
    nowMs = 1_001;
    expect(queue.isQuiet).toBe(true);
  });

  it('gives up all that waits', () => {
    const queue = createQueue({ quick: QUICK_MS });
    addTasks(queue, 'quick', 2);
    addTasks(queue, 'unknown', 1);
    expect(queue.drain()).toHaveLength(3);
    expect(queue.isEmpty).toBe(true);
  });
});
