import { HooklineError } from '../errors.ts';
import type { WireFailure } from './sqlite-protocol.ts';

/** SQLite's result codes that say something a user can act on (the low byte of an extended code). */
const ADVICE: ReadonlyMap<number, string> = new Map([
  [5, 'another process has it open; stop that one'],
  [8, 'it is read-only; make the state directory writable'],
  [10, 'the disk failed; check it and its space'],
  [11, 'it is damaged; restore a copy, or move it away to start empty. It was not changed'],
  [13, 'the disk is full; make room, nothing else is needed'],
  [14, 'it cannot be opened; check that the state directory exists and may be written'],
  [26, 'it is not a journal; restore a copy, or move it away to start empty. It was not changed'],
]);

/** Whether a failure is of the file or the disk, and so of every request alike. */
export function isOfFile({ sqliteCode }: WireFailure): boolean {
  return sqliteCode !== null && ADVICE.has(sqliteCode & 0xff);
}

/** A journal that cannot be opened: the program stops. */
export function toOpenError(file: string, { sqliteCode, message }: WireFailure): HooklineError {
  return new HooklineError(
    'state_unusable',
    `Cannot open the journal "${file}": ${explain(sqliteCode, message)}`,
  );
}

/** A change that could not be made durable: the caller may try again. */
export function toCommitError({ sqliteCode, message }: WireFailure): HooklineError {
  return new HooklineError('unavailable', `Cannot write to the journal: ${explain(sqliteCode, message)}`);
}

function explain(sqliteCode: number | null, message: string): string {
  const advice = sqliteCode === null ? undefined : ADVICE.get(sqliteCode & 0xff);
  return advice === undefined ? message : `${advice} (${message})`;
}
