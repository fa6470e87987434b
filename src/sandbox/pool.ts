import { FairQueue } from './fair-queue.ts';
import type { Sandbox, SandboxCompilation, SandboxResult } from './sandbox.ts';
import type { SandboxAnswer, SandboxTask } from './sandbox-protocol.ts';
import { SandboxThread, type ThreadTask } from './thread.ts';

/** How a sandbox is run. */
export interface SandboxOptions {
  /** Threads functions run on. */
  readonly threads?: number;
}

/** Two, so that one function at its limit leaves a thread for the others. */
const DEFAULT_THREADS = 2;
/** Tasks handed to a thread at a time: changing threads costs more than a quick function does. */
const MAX_BATCH = 128;
/** Time the tasks of a batch are expected to take together: what a quick function may have to wait for others. */
const BATCH_MS = 10;
/** Expected of a function that was not run yet. */
const UNKNOWN_MS = 1;
/** Functions whose time is remembered. */
const MAX_REMEMBERED = 1_000;

/**
 * Creates a sandbox. Threads start with the first task. The pool is our own and not a library's: it has to know which
 * task of a thread runs, since only that one may fail when the thread is stopped, and to take turns between hooks.
 */
export function createSandbox({ threads: limit = DEFAULT_THREADS }: SandboxOptions = {}): Sandbox {
  const queue = new FairQueue<ThreadTask>();
  /** How long each function took last, ms. */
  const durations = new Map<string, number>();
  const threads = new Set<SandboxThread>();
  let closed = false;

  function submit(group: string, task: SandboxTask): Promise<SandboxAnswer> {
    if (closed) return Promise.resolve(crash('the sandbox is closed'));
    return new Promise((resolve) => {
      queue.add(group, { group, task, resolve });
      pump();
    });
  }

  function pump(): void {
    for (const thread of threads) if (thread.isIdle) feed(thread);
    if (!queue.isEmpty && threads.size < limit && !closed) startThread();
  }

  function startThread(): void {
    const thread = new SandboxThread({
      onIdle: () => feed(thread),
      onEnd(unfinished) {
        threads.delete(thread);
        for (const task of unfinished.toReversed()) queue.addFirst(task.group, task);
        pump();
      },
      onFinished(task, durationMs) {
        if (durations.size >= MAX_REMEMBERED) durations.clear();
        durations.set(task.group, durationMs);
      },
    });
    threads.add(thread);
  }

  function feed(thread: SandboxThread): void {
    const batch: ThreadTask[] = [];
    for (let expectedMs = 0; batch.length < MAX_BATCH && expectedMs < BATCH_MS; ) {
      const task = queue.take();
      if (task === null) break;
      batch.push(task);
      expectedMs += durations.get(task.group) ?? UNKNOWN_MS;
    }
    if (batch.length > 0) thread.run(batch);
  }

  return {
    async compile(source, language) {
      const answer = await submit('', { kind: 'compile', source, language });
      return answer.kind === 'error'
        ? { kind: 'invalid', message: answer.message, line: null }
        : (answer as SandboxCompilation);
    },
    async run(program, args) {
      return (await submit(program.functions.join('\n'), { kind: 'run', program, args })) as SandboxResult;
    },
    async close() {
      closed = true;
      await Promise.all([...threads].map((thread) => thread.stop()));
      for (let task = queue.take(); task !== null; task = queue.take())
        task.resolve(crash('the sandbox is closed'));
    },
  };
}

function crash(message: string): SandboxResult {
  return { kind: 'error', reason: 'crash', message: `Function was not run: ${message}`, output: '' };
}
