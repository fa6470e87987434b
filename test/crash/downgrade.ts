import { DatabaseSync } from 'node:sqlite';

/** Takes a journal back to schema 1: what a program that knew no other would have left, with all that it would have kept. */
export function downgrade(file: string): void {
  const db = new DatabaseSync(file);
  try {
    db.exec(`BEGIN; ALTER TABLE events DROP COLUMN attributes; ALTER TABLE gate_states DROP COLUMN event;
      PRAGMA user_version = 1; COMMIT`);
  } finally {
    db.close();
  }
}
