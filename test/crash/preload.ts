import { DatabaseSync } from 'node:sqlite';
import { type CommitPoint, CRASH_AT, type StatementKill } from './kill-plan.ts';

/**
 * Loaded into a server before its own code, on every thread: ends the process at a named point of the journal's work.
 * A commit is told by the statements that were run in it.
 */
const kill = JSON.parse(process.env[CRASH_AT] ?? 'null') as StatementKill | null;

/** What tells that a transaction does what a point is about. */
const MARKS: Readonly<Record<CommitPoint, RegExp>> = {
  append: /INSERT INTO events/,
  record: /UPDATE deliveries SET state = \?/,
  prune: /DELETE FROM events/,
  swap: /UPDATE hooks SET created_at/,
  park: /UPDATE hooks SET parked_at/,
};

/** What only a migration says. */
const MIGRATION = 'PRAGMA user_version =';

/** How long the other threads go on before a kill that comes before a commit, ms. */
const EARLY_MS = 50;

const { prepare, exec } = DatabaseSync.prototype;
let isMarked = false;
let passed = 0;

if (kill !== null) {
  DatabaseSync.prototype.prepare = prepareMarked;
  DatabaseSync.prototype.exec = execUntilKilled;
  if (kill.point === 'prune') await import('../helpers/crash-hurry.ts');
}

function prepareMarked(this: DatabaseSync, sql: string): ReturnType<typeof prepare> {
  const statement = prepare.call(this, sql);
  if (kill === null || !(kill.point in MARKS) || !MARKS[kill.point as CommitPoint].test(sql))
    return statement;
  const { run, get } = statement;
  const mark = <A extends unknown[], R>(call: (...args: A) => R) =>
    function (this: unknown, ...args: A): R {
      isMarked = true;
      return call.apply(statement, args);
    };
  return Object.assign(statement, { run: mark(run), get: mark(get) });
}

function execUntilKilled(this: DatabaseSync, sql: string): void {
  if (sql.startsWith('BEGIN')) isMarked = false;
  const isDue = isPoint(sql) && ++passed === kill?.nth;
  if (isDue && kill.when === 'before') {
    // A migration is one text with its own commit: all of it but that.
    if (sql.includes(MIGRATION)) exec.call(this, sql.slice(0, sql.lastIndexOf('COMMIT')));
    // Whatever is said too early is heard by then.
    sleep(EARLY_MS);
    end();
  }
  exec.call(this, sql);
  if (isDue) end();
}

function isPoint(sql: string): boolean {
  switch (kill?.point) {
    case undefined:
      return false;
    case 'migration':
    case 'upgrade':
      return sql.includes(MIGRATION);
    case 'checkpoint':
      return sql.includes('wal_checkpoint');
    default:
      return isMarked && sql === 'COMMIT';
  }
}

/** Nothing of this process runs on, on any thread. */
function end(): never {
  process.kill(process.pid, 'SIGKILL');
  for (;;) sleep(Number.POSITIVE_INFINITY);
}

/** Stops this thread; the others go on. */
function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
