import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { HooklineError } from '../errors.ts';
import type { HookEvent, JsonObject } from '../event.ts';
import type { Appended, Candidate, Entry, Journal, Stop } from './journal.ts';
import { toCommitError, toOpenError } from './sqlite-failure.ts';
import type {
  MainMessage,
  Operation,
  StoreOperations,
  WireAppended,
  WireEntry,
  WireEvent,
  WireRequest,
  WorkerMessage,
} from './sqlite-protocol.ts';

/** A call that waits for its answer. */
interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: HooklineError) => void;
}

/**
 * Opens the journal in one SQLite file, on a thread of its own. Rejects with `state_unusable` when the file is damaged,
 * not a journal, or of a newer program; it is never replaced.
 */
export async function openSqliteJournal({ file }: { readonly file: string }): Promise<Journal> {
  // The same extension as this file: .ts when run from source, .js when run from the package.
  const worker = new Worker(new URL(`./sqlite-worker${extname(import.meta.url)}`, import.meta.url), {
    workerData: { file },
  });
  await opened(worker, file);
  return new SqliteJournal(worker);
}

function opened(worker: Worker, file: string): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once('error', (error) => reject(toOpenError(file, { sqliteCode: null, message: error.message })));
    worker.once('message', (message: WorkerMessage) => {
      if (message.kind !== 'refused') return resolve();
      void worker.terminate();
      const { failure, ours } = message;
      return reject(ours ? new HooklineError('state_unusable', failure.message) : toOpenError(file, failure));
    });
  });
}

/**
 * The main thread's side. Calls of one turn of the event loop go to the worker as one message; the worker commits
 * whatever has arrived as one transaction.
 */
class SqliteJournal implements Journal {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #queued: WireRequest[] = [];
  #lastId = 0;
  #closed: Promise<void> | null = null;
  #ended = false;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.removeAllListeners('error');
    worker.on('message', (message: WorkerMessage) => this.#receive(message));
    worker.on('error', (error) => this.#end(error.message));
    worker.on('exit', () => this.#end('its thread ended'));
  }

  async append(entries: readonly Entry[]): Promise<readonly Appended[]> {
    const results = await this.#call('append', entries.map(toWireEntry));
    return entries.map((entry, index) => toAppended(entry, results[index] ?? null));
  }

  async record(...[outcome]: Parameters<Journal['record']>): Promise<void> {
    await this.#call('record', outcome);
  }

  async postpone(deliveryIds: readonly string[], dueAt: number): Promise<void> {
    await this.#call('postpone', { deliveryIds, dueAt });
  }

  async due(options: Parameters<Journal['due']>[0]): ReturnType<Journal['due']> {
    return (await this.#call('due', options)).map(fromWire);
  }

  nextDue(after: number): ReturnType<Journal['nextDue']> {
    return this.#call('nextDue', after);
  }

  async findEvents(id: string): ReturnType<Journal['findEvents']> {
    return (await this.#call('findEvents', id)).map(fromWire);
  }

  findDelivery(id: string): ReturnType<Journal['findDelivery']> {
    return this.#call('findDelivery', id);
  }

  listDeliveries(...[query]: Parameters<Journal['listDeliveries']>): ReturnType<Journal['listDeliveries']> {
    return this.#call('listDeliveries', query);
  }

  counts(): ReturnType<Journal['counts']> {
    return this.#call('counts', undefined);
  }

  noteHooks(...[sightings, at]: Parameters<Journal['noteHooks']>): ReturnType<Journal['noteHooks']> {
    return this.#call('noteHooks', { sightings, at });
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

  #call<O extends Operation>(
    operation: O,
    argument: Parameters<StoreOperations[O]>[0],
  ): Promise<ReturnType<StoreOperations[O]>> {
    if (this.#closed !== null || this.#ended) {
      return Promise.reject(new HooklineError('unavailable', 'Cannot use the journal: it is closed'));
    }
    this.#lastId += 1;
    const id = this.#lastId;
    if (this.#queued.length === 0) setImmediate(() => this.#flush());
    this.#queued.push({ id, operation, argument });
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as Waiting['resolve'], reject });
    });
  }

  #flush(): void {
    const requests = this.#queued;
    this.#queued = [];
    if (requests.length > 0 && !this.#ended) this.#post({ kind: 'requests', requests });
  }

  #post(message: MainMessage): void {
    this.#worker.postMessage(message);
  }

  #receive(message: WorkerMessage): void {
    if (message.kind !== 'answers') return;
    for (const answer of message.answers) {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if ('failure' in answer) waiting?.reject(toCommitError(answer.failure));
      else waiting?.resolve(answer.value);
    }
  }

  #end(reason: string): void {
    this.#ended = true;
    const error = new HooklineError('unavailable', `Cannot use the journal: ${reason}`);
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

function toWireEntry(entry: Entry): WireEntry {
  return { ...entry, event: { ...entry.event, data: JSON.stringify(entry.event.data) } };
}

function fromWire<T extends { readonly event: WireEvent }>(
  wire: T,
): Omit<T, 'event'> & { readonly event: HookEvent } {
  return { ...wire, event: { ...wire.event, data: JSON.parse(wire.event.data) as JsonObject } };
}

function toAppended({ candidates, stops }: Entry, result: WireAppended): Appended {
  if (result === null) return { kind: 'duplicate' };
  if (result.length === 0) return { kind: 'accepted', deliveries: candidates, stops };
  const reasons = new Map(result);
  const deliveries: Candidate[] = [];
  const stopped: Stop[] = [...stops];
  for (const [index, candidate] of candidates.entries()) {
    const reason = reasons.get(index);
    if (reason === undefined) deliveries.push(candidate);
    else stopped.push({ hookId: candidate.hookId, hookName: candidate.hookName, reason });
  }
  return { kind: 'accepted', deliveries, stops: stopped };
}
