import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { FULL_FLAG } from './crash-small-disk.ts';

/**
 * Loaded into a server before its own code, on every thread, where no small disk can be made: while a file says so, a
 * commit fails as it does on a full disk.
 */
const SQLITE_FULL = 13;
const flag = process.env[FULL_FLAG] ?? '';
const { exec } = DatabaseSync.prototype;

DatabaseSync.prototype.exec = function execUnlessFull(this: DatabaseSync, sql: string): void {
  if (sql === 'COMMIT' && existsSync(flag)) {
    throw Object.assign(new Error('database or disk is full'), { errcode: SQLITE_FULL });
  }
  exec.call(this, sql);
};
