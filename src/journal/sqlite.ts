import { existsSync, statSync } from 'node:fs';
import { HooklineError } from '../errors.ts';
import type { Appended, Candidate, Entry, Stop } from './entry.ts';
import type { Journal } from './journal.ts';
import { SqliteLog } from './sqlite-log.ts';
import {
  fromWireEvent,
  toEventSize,
  toWireEntry,
  toWireOutcome,
  type WireAppended,
  type WireEntry,
} from './sqlite-protocol.ts';
import { type SqliteCalls, startSqliteThread } from './sqlite-thread.ts';

/** Characters of events that may wait to be committed: beyond it the journal cannot keep up, and says so. */
const MAX_WAITING_LENGTH = 64 * 1024 * 1024;
/** Characters an entry is counted for besides its event, and each of its candidates and stops. */
const ENTRY_LENGTH = 300;

/**
 * Opens the journal in one SQLite file, on threads of its own. Rejects with `state_unusable` when the file is damaged,
 * not a journal, or of a newer program; it is never replaced.
 */
export async function openSqliteJournal({ file }: { readonly file: string }): Promise<Journal> {
  refuseOrphanedLog(file);
  const writer = await startSqliteThread({ file, role: 'writer' });
  try {
    return new SqliteJournal(writer, await startSqliteThread({ file, role: 'reader' }));
  } catch (error) {
    await writer.close();
    throw error;
  }
}

/** SQLite would start an empty file, and throw away what the log beside a file that is gone still holds. */
function refuseOrphanedLog(file: string): void {
  const log = `${file}-wal`;
  if (existsSync(file) || !existsSync(log) || statSync(log).size === 0) return;
  throw new HooklineError(
    'state_unusable',
    `Cannot open the journal "${file}": the file is gone, its log "${log}" is not; put the file back, or move the log away to start empty`,
  );
}

/** A journal whose operations `writer` and `reader` carry out, over one database. It closes both. */
export class SqliteJournal implements Journal {
  readonly #writer: SqliteCalls;
  readonly #reader: SqliteCalls;
  readonly #log: SqliteLog;
  #waitingLength = 0;

  readonly failed: Promise<string>;

  constructor(writer: SqliteCalls, reader: SqliteCalls) {
    this.#writer = writer;
    this.#reader = reader;
    this.#log = new SqliteLog({ writer, reader });
    this.failed = Promise.race([writer.failed, reader.failed]);
  }

  async append(entries: readonly Entry[]): Promise<readonly Appended[]> {
    if (this.#waitingLength > MAX_WAITING_LENGTH)
      throw new HooklineError('unavailable', 'Cannot write to the journal: it cannot keep up, try again');
    const wire = entries.map(toWireEntry);
    const length = wire.reduce((sum, entry) => sum + toLength(entry), 0);
    this.#waitingLength += length;
    try {
      const results = await this.#writer.call('append', wire);
      this.#log.wrote(entries.length);
      return entries.map((entry, index) => toAppended(entry, wire[index], results[index] ?? null));
    } finally {
      this.#waitingLength -= length;
    }
  }

  async record(...[outcome]: Parameters<Journal['record']>): Promise<boolean> {
    const released = await this.#writer.call('record', toWireOutcome(outcome));
    this.#log.wrote(1);
    return released;
  }

  async due(...[query]: Parameters<Journal['due']>): ReturnType<Journal['due']> {
    const page = await this.#writer.call('due', { ...query, except: [...query.except] });
    const deliveries = page.deliveries.map((due) => ({
      ...due,
      event: fromWireEvent(due.event),
      size: toEventSize(due.event),
    }));
    return { ...page, deliveries };
  }

  waiting(): ReturnType<Journal['waiting']> {
    return this.#writer.call('waiting', undefined);
  }

  noteHooks(...[sightings, at]: Parameters<Journal['noteHooks']>): ReturnType<Journal['noteHooks']> {
    return this.#writer.call('noteHooks', { sightings, at });
  }

  async markGone(...[hook]: Parameters<Journal['markGone']>): Promise<void> {
    await this.#writer.call('markGone', hook);
  }

  gone(): ReturnType<Journal['gone']> {
    return this.#writer.call('gone', undefined);
  }

  async park(...[hookIds, parkedAt]: Parameters<Journal['park']>): Promise<void> {
    await this.#writer.call('park', { hookIds, parkedAt });
  }

  parked(): ReturnType<Journal['parked']> {
    return this.#writer.call('parked', undefined);
  }

  async abandon(...[options]: Parameters<Journal['abandon']>): Promise<number> {
    const ended = await this.#writer.call('abandon', options);
    this.#log.wrote(ended);
    return ended;
  }

  redeliver(...[id, at]: Parameters<Journal['redeliver']>): ReturnType<Journal['redeliver']> {
    return this.#writer.call('redeliver', { id, at });
  }

  startReplay(...[replay]: Parameters<Journal['startReplay']>): ReturnType<Journal['startReplay']> {
    return this.#writer.call('startReplay', replay);
  }

  async stepReplay(...[options]: Parameters<Journal['stepReplay']>): ReturnType<Journal['stepReplay']> {
    const replay = await this.#writer.call('stepReplay', options);
    this.#log.wrote(options.limit);
    return replay;
  }

  findReplay(id: string): ReturnType<Journal['findReplay']> {
    return this.#reader.call('findReplay', id);
  }

  openReplays(): ReturnType<Journal['openReplays']> {
    return this.#reader.call('openReplays', undefined);
  }

  async prune(...[step]: Parameters<Journal['prune']>): ReturnType<Journal['prune']> {
    const pruned = await this.#writer.call('prune', step);
    this.#log.wrote(pruned.events);
    return pruned;
  }

  gateStates(...[keys]: Parameters<Journal['gateStates']>): ReturnType<Journal['gateStates']> {
    return this.#reader.call('gateStates', keys);
  }

  async findEvents(id: string): ReturnType<Journal['findEvents']> {
    const found = await this.#reader.call('findEvents', id);
    return found.map((recorded) => ({ ...recorded, event: fromWireEvent(recorded.event) }));
  }

  findDelivery(id: string): ReturnType<Journal['findDelivery']> {
    return this.#reader.call('findDelivery', id);
  }

  listDeliveries(...[query]: Parameters<Journal['listDeliveries']>): ReturnType<Journal['listDeliveries']> {
    return this.#reader.call('listDeliveries', query);
  }

  counts(): ReturnType<Journal['counts']> {
    return this.#reader.call('counts', undefined);
  }

  async close(): Promise<void> {
    await this.#reader.close();
    await this.#writer.close();
  }

  isClosed(): boolean {
    return this.#writer.isClosed;
  }
}

/** What an entry takes to hold until it is committed: its event, and about as much as all else of it. */
function toLength(entry: WireEntry): number {
  return toEntrySize(entry) + ENTRY_LENGTH * (1 + entry[7].length + entry[8].length);
}

function toEntrySize(entry: WireEntry): number {
  return toEventSize({ data: entry[4], attributes: entry[9] });
}

function toAppended(
  { candidates, stops }: Entry,
  wire: WireEntry | undefined,
  result: WireAppended,
): Appended {
  if (result === null) return { kind: 'duplicate' };
  const size = wire === undefined ? 0 : toEntrySize(wire);
  if (result.length === 0) return { kind: 'accepted', deliveries: candidates, stops, size };
  const reasons = new Map(result);
  const deliveries: Candidate[] = [];
  const stopped: Stop[] = [...stops];
  for (const [index, candidate] of candidates.entries()) {
    const reason = reasons.get(index);
    if (reason === undefined) deliveries.push(candidate);
    else stopped.push({ hookId: candidate.hookId, hookName: candidate.hookName, reason });
  }
  return { kind: 'accepted', deliveries, stops: stopped, size };
}
