import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { HooklineError } from '../errors.ts';
import { toCommitError, toOpenError } from './sqlite-failure.ts';
import {
  fromWire,
  type MainMessage,
  type Operation,
  type StoreOperations,
  toWire,
  type WireAnswer,
  type WireRequest,
  type WorkerMessage,
} from './sqlite-protocol.ts';

/** `writer`: the one thread that changes the file. `reader`: answers history, so that no question holds up a write. */
export type ThreadRole = 'writer' | 'reader';

/** What a thread is started with. */
export interface ThreadOptions {
  readonly file: string;
  readonly role: ThreadRole;
}

/** What carries the operations of a journal out. */
export interface SqliteCalls {
  /** Has an operation carried out. Rejects with `unavailable`. */
  call<O extends Operation>(
    operation: O,
    argument: Parameters<StoreOperations[O]>[0],
  ): Promise<ReturnType<StoreOperations[O]>>;
  /** Carries out what was asked, then lets go of the database. */
  close(): Promise<void>;
  /** Whether it takes no calls any more. */
  readonly isClosed: boolean;
  /** Resolves with the reason when it ends although nobody closed it; it never comes back. */
  readonly failed: Promise<string>;
  /** How many times it has answered: once for each commit, unless one of its requests could not be carried out. */
  readonly answered: number;
}

/** A call that waits for its answer. */
interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: HooklineError) => void;
}

/** Starts a thread that has the file open. Rejects with `state_unusable` when it cannot be opened. */
export async function startSqliteThread(options: ThreadOptions): Promise<SqliteThread> {
  // The same extension as this file: .ts when run from source, .js when run from the package.
  const file = new URL(`./sqlite-worker${extname(import.meta.url)}`, import.meta.url);
  const worker = new Worker(file, { workerData: options });
  await opened(worker, options.file);
  return new SqliteThread(worker);
}

function opened(worker: Worker, file: string): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once('error', (error) => reject(toOpenError(file, { sqliteCode: null, message: error.message })));
    worker.once('message', (wire: string) => {
      const message = fromWire<WorkerMessage>(wire);
      if (message.kind !== 'refused') return resolve();
      void worker.terminate();
      const { failure, ours } = message;
      return reject(ours ? new HooklineError('state_unusable', failure.message) : toOpenError(file, failure));
    });
  });
}

/**
 * The main thread's side of a worker. Calls of one turn of the event loop go out as one message; the worker commits
 * whatever has arrived as one transaction.
 */
export class SqliteThread implements SqliteCalls {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #queued: WireRequest[] = [];
  #lastId = 0;
  #closed: Promise<void> | null = null;
  #ended = false;
  #answered = 0;
  readonly #failed = Promise.withResolvers<string>();

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.removeAllListeners('error');
    worker.on('message', (wire: string) => this.#receive(wire));
    worker.on('error', (error) => this.#end(error.message));
    worker.on('exit', () => this.#end('its thread ended'));
  }

  get failed(): Promise<string> {
    return this.#failed.promise;
  }

  get answered(): number {
    return this.#answered;
  }

  get isClosed(): boolean {
    return this.#closed !== null || this.#ended;
  }

  call<O extends Operation>(
    operation: O,
    argument: Parameters<StoreOperations[O]>[0],
  ): Promise<ReturnType<StoreOperations[O]>> {
    if (this.isClosed) {
      return Promise.reject(new HooklineError('unavailable', 'Cannot use the journal: it is closed'));
    }
    this.#lastId += 1;
    const id = this.#lastId;
    if (this.#queued.length === 0) setImmediate(() => this.#flush());
    this.#queued.push([id, operation, argument]);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as Waiting['resolve'], reject });
    });
  }

  close(): Promise<void> {
    this.#closed ??= new Promise((resolve) => {
      if (this.#ended) return resolve();
      this.#worker.once('exit', () => resolve());
      this.#flush();
      return this.#post({ kind: 'close' });
    });
    return this.#closed;
  }

  #flush(): void {
    const requests = this.#queued;
    this.#queued = [];
    if (requests.length > 0 && !this.#ended) this.#post({ kind: 'requests', requests });
  }

  #post(message: MainMessage): void {
    this.#worker.postMessage(toWire(message));
  }

  #receive(wire: string): void {
    const message = fromWire<WorkerMessage>(wire);
    if (message.kind !== 'answers') return;
    this.#answered += 1;
    for (const answer of message.answers) this.#settle(answer);
  }

  #settle([id, value, failure]: WireAnswer): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (failure === null) waiting?.resolve(value);
    else waiting?.reject(toCommitError(failure));
  }

  #end(reason: string): void {
    this.#ended = true;
    if (this.#closed === null) this.#failed.resolve(reason);
    const error = new HooklineError('unavailable', `Cannot use the journal: ${reason}`);
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
