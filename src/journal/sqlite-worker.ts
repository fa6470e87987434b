import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { HooklineError, toMessage } from '../errors.ts';
import { isOfFile } from './sqlite-failure.ts';
import {
  fromWire,
  type MainMessage,
  toWire,
  type WireAnswer,
  type WireFailure,
  type WireRequest,
  type WorkerMessage,
} from './sqlite-protocol.ts';
import { openSqliteStore, READS, type SqliteStore } from './sqlite-store.ts';
import type { ThreadOptions } from './sqlite-thread.ts';

/**
 * A thread that has the database open. All requests that have come in are run in one transaction, in their order, and
 * answered after its commit with one message: the more requests are waiting, the less each pays for the disk.
 */
const port = parentPort;
if (port === null) throw new Error('Cannot run the journal worker: it must be started as a thread');

const store = open(workerData as ThreadOptions);
if (store !== null) {
  say({ kind: 'opened' });
  port.on('message', (wire: string) => receive(store, fromWire(wire)));
}

function open(options: ThreadOptions): SqliteStore | null {
  try {
    return openSqliteStore(options);
  } catch (error) {
    say({ kind: 'refused', failure: toFailure(error), ours: error instanceof HooklineError });
    return null;
  }
}

function say(message: WorkerMessage): void {
  port?.postMessage(toWire(message));
}

function receive(open: SqliteStore, first: MainMessage): void {
  const requests: WireRequest[] = [];
  let closing = false;
  for (let message: MainMessage | undefined = first; message !== undefined; message = next()) {
    if (message.kind === 'close') closing = true;
    else requests.push(...message.requests);
  }
  // The log cannot be taken over from within a transaction.
  const { after = [], first: writes = [] } = Object.groupBy(requests, ([, operation]) =>
    operation === 'checkpoint' ? 'after' : 'first',
  );
  for (const group of [writes, after]) {
    if (group.length > 0) say({ kind: 'answers', answers: run(open, group) });
  }
  if (closing) close(open);
}

function next(): MainMessage | undefined {
  const wire = port === null ? undefined : receiveMessageOnPort(port)?.message;
  return wire === undefined ? undefined : fromWire(wire);
}

function close(open: SqliteStore): void {
  try {
    open.close();
  } finally {
    say({ kind: 'closed' });
    port?.close();
  }
}

function run(open: SqliteStore, requests: readonly WireRequest[]): readonly WireAnswer[] {
  const answers: WireAnswer[] = [];
  const work = (): void => {
    for (const request of requests) answers.push([request[0], call(open, request), null]);
  };
  try {
    if (requests.every(([, operation]) => READS.has(operation))) work();
    else open.transact(work);
    return answers;
  } catch (error) {
    const failure = toFailure(error);
    // One request that cannot be carried out must not take its neighbours down: each then goes alone. Where the file or
    // the disk is at fault each would fail alike, and wait for it as long.
    if (requests.length > 1 && !isOfFile(failure)) return requests.flatMap((request) => run(open, [request]));
    return requests.map(([id]) => [id, null, failure]);
  }
}

function call({ operations }: SqliteStore, [, operation, argument]: WireRequest): unknown {
  return (operations[operation] as (argument: unknown) => unknown)(argument);
}

function toFailure(error: unknown): WireFailure {
  const code = (error as { errcode?: unknown }).errcode;
  return { sqliteCode: typeof code === 'number' ? code : null, message: toMessage(error) };
}
