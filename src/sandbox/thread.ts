import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { toMessage } from '../errors.ts';
import { toFailureMessage } from './engine.ts';
import type { SandboxError, SandboxFailure } from './sandbox.ts';
import {
  BEATS,
  FINISHED,
  PROGRESS_BYTES,
  type SandboxAnswer,
  type SandboxMessage,
  type SandboxTask,
  type SandboxWorkerData,
  type TimedAnswer,
} from './sandbox-protocol.ts';

/** A task with whom to tell. */
export interface ThreadTask {
  /** What takes turns with others: the hook. */
  readonly group: string;
  readonly task: SandboxTask;
  readonly resolve: (answer: SandboxAnswer) => void;
}

/** What a thread tells its pool. */
interface ThreadEvents {
  readonly onIdle: () => void;
  readonly onFinished: (task: ThreadTask, cpuMs: number) => void;
  /** The thread is gone. What it did not finish is handed back, but for the task that ended it. */
  readonly onEnd: (end: ThreadEnd) => void;
}

/** How a thread ended. */
interface ThreadEnd {
  readonly unfinished: readonly ThreadTask[];
  /** Why it never got as far as running anything; null when it did. */
  readonly failedToStart: string | null;
}

/** Why a thread ended, for the task that ran. */
interface Ending {
  readonly reason: SandboxFailure;
  readonly message: string;
}

/** How often a busy thread is looked at. */
const WATCH_MS = 50;
/**
 * How long nothing may be heard of a busy thread. An engine stops a function that is out of time by itself; it cannot while
 * the function is in the midst of a single long step, such as matching a pattern.
 */
const SILENCE_MS = 400;
/** Processor time this process must have had meanwhile: else the thread may only have been kept from running. */
const SILENCE_CPU_MS = 300;

/**
 * A worker thread with the batch it runs. It is starting until it says that it is ready, then idle, then busy with a
 * batch and idle again, until it ends: because it was stopped, because it failed, or because one task did not stop.
 */
export class SandboxThread {
  readonly #worker: Worker;
  readonly #progress = new Int32Array(new SharedArrayBuffer(PROGRESS_BYTES));
  readonly #events: ThreadEvents;
  #batch: readonly ThreadTask[] = [];
  #ready = false;
  #watch: NodeJS.Timeout | null = null;
  /** The beats when last looked at, and since when it has been so many. */
  #seen = { beats: 0, ...now() };
  #ended = false;

  constructor(events: ThreadEvents) {
    this.#events = events;
    const workerData: SandboxWorkerData = { progress: this.#progress.buffer };
    // The same extension as this file: .ts when run from source, .js when run from the package.
    const file = new URL(`./sandbox-worker${extname(import.meta.url)}`, import.meta.url);
    this.#worker = new Worker(file, { workerData });
    this.#worker.on('message', (message: SandboxMessage) => this.#receive(message));
    this.#worker.on('error', (error) => this.#end({ reason: 'crash', message: toMessage(error) }));
    this.#worker.on('exit', () => this.#end({ reason: 'crash', message: 'it ended' }));
  }

  get isIdle(): boolean {
    return this.#ready && this.#batch.length === 0 && !this.#ended;
  }

  /** Runs a batch, in order. The thread must be idle. */
  run(batch: readonly ThreadTask[]): void {
    this.#batch = batch;
    Atomics.store(this.#progress, FINISHED, 0);
    this.#seen = { beats: Atomics.load(this.#progress, BEATS), ...now() };
    this.#watch ??= setInterval(() => this.#look(), WATCH_MS);
    this.#worker.postMessage(batch.map(({ task }) => task));
  }

  /** Ends the thread; what runs on it ends as `crash`. */
  async stop(): Promise<void> {
    const terminated = this.#worker.terminate();
    this.#end({ reason: 'crash', message: 'the sandbox is closed' });
    await terminated;
  }

  #receive(message: SandboxMessage): void {
    if (this.#ended) return;
    if (message.kind === 'ready') this.#ready = true;
    else this.#settle(message.answers);
    this.#events.onIdle();
    if (this.isIdle) this.#stopWatching();
  }

  #settle(answers: readonly TimedAnswer[]): void {
    const batch = this.#batch;
    this.#batch = [];
    for (const [index, task] of batch.entries()) {
      const timed = answers[index];
      if (timed === undefined) continue;
      this.#events.onFinished(task, timed.cpuMs);
      task.resolve(timed.answer);
    }
  }

  /** Stops the thread when nothing was heard of it for too long. */
  #look(): void {
    const finished = Atomics.load(this.#progress, FINISHED);
    // Its answers are on their way.
    if (finished === this.#batch.length) return;
    const beats = Atomics.load(this.#progress, BEATS) + finished;
    const { timeMs, cpuMs } = now();
    if (beats !== this.#seen.beats) this.#seen = { beats, timeMs, cpuMs };
    if (timeMs - this.#seen.timeMs < SILENCE_MS || cpuMs - this.#seen.cpuMs < SILENCE_CPU_MS) return;
    void this.#worker.terminate();
    this.#end({ reason: 'timeout', message: toFailureMessage('timeout', '') });
  }

  /** The task that ran fails; those before it and after it are handed back: they can be run again, having no effects. */
  #end({ reason, message }: Ending): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#stopWatching();
    const running = this.#batch[Atomics.load(this.#progress, FINISHED)];
    const unfinished = this.#batch.filter((task) => task !== running);
    this.#batch = [];
    if (running !== undefined) {
      const text = reason === 'crash' ? `Function was stopped with its thread: ${message}` : message;
      running.resolve({ kind: 'error', reason, message: text, output: '' });
      this.#events.onFinished(running, Number.POSITIVE_INFINITY);
    }
    this.#events.onEnd({ unfinished, failedToStart: this.#ready ? null : message });
  }

  #stopWatching(): void {
    if (this.#watch !== null) clearInterval(this.#watch);
    this.#watch = null;
  }
}

/** The answer to a task whose thread is gone, or never was. */
export function toCrash(message: string): SandboxError {
  return { kind: 'error', reason: 'crash', message, output: '' };
}

/** Now, on the wall and of this process. */
function now(): { readonly timeMs: number; readonly cpuMs: number } {
  const { user, system } = process.cpuUsage();
  return { timeMs: performance.now(), cpuMs: (user + system) / 1000 };
}
