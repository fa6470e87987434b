import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { toFailureMessage } from './engine.ts';
import { FUNCTION_TIMEOUT_MS } from './limits.ts';
import type { SandboxResult } from './sandbox.ts';
import type { SandboxAnswer, SandboxMessage, SandboxTask, SandboxWorkerData } from './sandbox-protocol.ts';

/** A task with whom to tell. */
export interface ThreadTask {
  /** What takes turns with others: the functions. */
  readonly group: string;
  readonly task: SandboxTask;
  readonly resolve: (answer: SandboxAnswer) => void;
}

/** What a thread tells its pool. */
interface ThreadEvents {
  readonly onIdle: () => void;
  /** The thread is gone; what it had not begun is handed back. */
  readonly onEnd: (unfinished: readonly ThreadTask[]) => void;
  readonly onFinished: (task: ThreadTask, durationMs: number) => void;
}

/** How often a busy thread is looked at. */
const WATCH_MS = 50;
/** Time beyond its own limit before the thread of a function is stopped: the engine's own stop comes first where it can. */
const GRACE_MS = 250;

/**
 * A worker thread with the batch it runs. It is starting until it says that it is ready, then idle, then busy with a
 * batch and idle again, until it ends: because it was stopped, because it failed, or because one task did not stop.
 */
export class SandboxThread {
  readonly #worker: Worker;
  readonly #progress = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  readonly #events: ThreadEvents;
  #batch: readonly ThreadTask[] = [];
  #ready = false;
  #watch: NodeJS.Timeout | null = null;
  /** Tasks finished when last looked at, and since when it has been so many. */
  #seen = { finished: 0, since: 0 };
  #ended = false;

  constructor(events: ThreadEvents) {
    this.#events = events;
    const workerData: SandboxWorkerData = { progress: this.#progress };
    // The same extension as this file: .ts when run from source, .js when run from the package.
    const file = new URL(`./sandbox-worker${extname(import.meta.url)}`, import.meta.url);
    this.#worker = new Worker(file, { workerData, stdout: false, stderr: false });
    this.#worker.on('message', (message: SandboxMessage) => this.#receive(message));
    this.#worker.on('error', (error) =>
      this.#end({ reason: 'crash', message: `Function ended its thread: ${error.message}` }),
    );
    this.#worker.on('exit', () => this.#end({ reason: 'crash', message: 'Function ended its thread' }));
  }

  get isIdle(): boolean {
    return this.#ready && this.#batch.length === 0 && !this.#ended;
  }

  /** Runs a batch, in order. The thread must be idle. */
  run(batch: readonly ThreadTask[]): void {
    this.#batch = batch;
    Atomics.store(new Int32Array(this.#progress), 0, 0);
    this.#seen = { finished: 0, since: performance.now() };
    this.#watch ??= setInterval(() => this.#look(), WATCH_MS);
    this.#worker.postMessage(batch.map(({ task }) => task));
  }

  /** Ends the thread; what runs on it ends as `crash`. */
  async stop(): Promise<void> {
    const terminated = this.#worker.terminate();
    this.#end({ reason: 'crash', message: 'Function was stopped with the sandbox' });
    await terminated;
  }

  #receive(message: SandboxMessage): void {
    if (message.kind === 'ready') this.#ready = true;
    else this.#settle(message.answers);
    if (!this.#ended) this.#events.onIdle();
    if (this.isIdle) this.#stopWatching();
  }

  #settle(answers: readonly SandboxAnswer[]): void {
    const batch = this.#batch;
    const each = (performance.now() - this.#seen.since) / Math.max(1, batch.length);
    this.#batch = [];
    for (const [index, task] of batch.entries()) {
      const answer = answers[index];
      this.#events.onFinished(task, each);
      if (answer !== undefined) task.resolve(answer);
    }
  }

  /** Stops the thread when the task it is at has had its time and more. */
  #look(): void {
    const finished = Atomics.load(new Int32Array(this.#progress), 0);
    if (finished !== this.#seen.finished) {
      this.#seen = { finished, since: performance.now() };
      return;
    }
    const task = this.#batch[finished];
    if (task === undefined || performance.now() - this.#seen.since < allowedMs(task.task)) return;
    void this.#worker.terminate();
    this.#end({ reason: 'timeout', message: toFailureMessage('timeout', '') });
  }

  /** The task that ran fails, those before it and after it are handed back: they can be run again, having no effects. */
  #end({ reason, message }: Pick<SandboxResult & { kind: 'error' }, 'reason' | 'message'>): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#stopWatching();
    const running = this.#batch[Atomics.load(new Int32Array(this.#progress), 0)];
    const others = this.#batch.filter((task) => task !== running);
    this.#batch = [];
    running?.resolve({ kind: 'error', reason, message, output: '' });
    if (running !== undefined) this.#events.onFinished(running, Number.POSITIVE_INFINITY);
    this.#events.onEnd(others);
  }

  #stopWatching(): void {
    if (this.#watch !== null) clearInterval(this.#watch);
    this.#watch = null;
  }
}

function allowedMs(task: SandboxTask): number {
  const functions = task.kind === 'run' ? task.program.functions.length : 1;
  return functions * FUNCTION_TIMEOUT_MS + GRACE_MS;
}
