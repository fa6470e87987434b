import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { isMainThread } from 'node:worker_threads';

/** The variable that names the file which says that the journal's thread is to die. */
export const DIES_FLAG = 'DIES_FLAG';
const flag = process.env[DIES_FLAG] ?? '';
const { exec } = DatabaseSync.prototype;

/** Loaded into a server before its own code, on every thread: while a file says so, the thread ends at its next commit. */
DatabaseSync.prototype.exec = function execUnlessDying(this: DatabaseSync, sql: string): void {
  if (sql === 'COMMIT' && !isMainThread && existsSync(flag)) process.exit(1);
  exec.call(this, sql);
};
