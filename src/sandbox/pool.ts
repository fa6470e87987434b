import { toMessage } from '../errors.ts';
import type { Json } from '../event.ts';
import type { Sandbox } from './sandbox.ts';
import type { SandboxAnswer, SandboxTask } from './sandbox-protocol.ts';
import { TaskQueue } from './task-queue.ts';
import { SandboxThread, type ThreadTask, toCrash } from './thread.ts';

/** How a sandbox is run. */
export interface SandboxOptions {
  /** Threads functions run on. */
  readonly threads?: number;
}

/** Two, so that one function at its limit leaves a thread for the others. */
const DEFAULT_THREADS = 2;
const CLOSED = 'Function was not run: the sandbox is closed';
/** Whose turn it is when something is compiled: no hook's id is empty. */
const COMPILE_GROUP = '';

/**
 * Creates a sandbox. Threads start with the first task. The pool is our own and not a library's: it has to know which
 * task of a thread runs, since only that one may fail when the thread is stopped, and to take turns between hooks.
 */
export function createSandbox({ threads: limit = DEFAULT_THREADS }: SandboxOptions = {}): Sandbox {
  const queue = new TaskQueue<ThreadTask>();
  const threads = new Set<SandboxThread>();
  /** Threads with a task that may take long: as long as there are quick ones, a thread is kept free of those. */
  const slow = new Set<SandboxThread>();
  let closed = false;

  function submit(group: string, task: SandboxTask): Promise<SandboxAnswer> {
    if (closed) return Promise.resolve(toCrash(CLOSED));
    return new Promise((resolve) => {
      queue.add({ group, task, resolve });
      pump();
    });
  }

  function pump(): void {
    for (const thread of threads) if (thread.isIdle) feed(thread);
    if (!queue.isEmpty && threads.size < limit && !closed) startThread();
  }

  function feed(thread: SandboxThread): void {
    slow.delete(thread);
    const maxSlow = queue.isQuiet ? limit : Math.max(1, limit - 1);
    const { tasks, isSlow } = queue.take({ slow: slow.size < maxSlow });
    if (isSlow) slow.add(thread);
    if (tasks.length > 0) thread.run(tasks);
  }

  function startThread(): void {
    try {
      threads.add(createThread());
    } catch (error) {
      giveUp(toStartFailure(toMessage(error)));
    }
  }

  function createThread(): SandboxThread {
    const thread = new SandboxThread({
      onIdle: pump,
      onFinished: ({ group }, cpuMs) => queue.note(group, cpuMs),
      onEnd({ unfinished, failedToStart }) {
        threads.delete(thread);
        slow.delete(thread);
        queue.putBack(unfinished);
        // Another would fail as well; the next task tries again.
        if (failedToStart !== null && !closed) giveUp(toStartFailure(failedToStart));
        pump();
      },
    });
    return thread;
  }

  function giveUp(message: string): void {
    for (const { resolve } of queue.drain()) resolve(toCrash(message));
  }

  return {
    async compile(source, language) {
      const answer = await submit(COMPILE_GROUP, { kind: 'compile', source, language });
      if (answer.kind === 'compiled' || answer.kind === 'invalid') return answer;
      const message = answer.kind === 'error' ? answer.message : 'it was run';
      return { kind: 'invalid', message: `Error parsing function: ${message}`, line: null };
    },
    async run(program, { hook, data, ...rest }) {
      const args = { ...rest, json: JSON.stringify(data) };
      const answer = await submit(hook, { kind: 'run', hook, program, args });
      if (answer.kind === 'error') return answer;
      if (answer.kind !== 'value') return toCrash('Function was not run: it was compiled');
      return { kind: 'value', value: JSON.parse(answer.json) as Json, output: answer.output };
    },
    async close() {
      closed = true;
      await Promise.all([...threads].map((thread) => thread.stop()));
      giveUp(CLOSED);
    },
  };
}

function toStartFailure(message: string): string {
  return `Function was not run: its thread cannot be started: ${message}`;
}
