import { randomFillSync } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';

/** Random bytes one id takes. */
const ID_BYTES = 16;
/** Asking the system for random bytes costs far more than the bytes do, so they are taken for many ids at once. */
const pool = new Uint8Array(ID_BYTES * 512);
let used = pool.length;

/** The counter of a millisecond starts below this, so that it has room to count. */
const FIRST_SEQUENCE = 2 ** 24;
let lastMs = 0;
let sequence = 0;

/**
 * A new UUIDv7. Each sorts after the one before it in this process, within a millisecond and when the clock is set back
 * too: the order of ids is the order things happened in.
 */
export function createId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const random = pool.subarray(used, used + ID_BYTES);
  used += ID_BYTES;
  // The machine's clock, not a `Clock`: ids are unique and in order whatever time a caller is held at.
  const now = Date.now();
  if (now > lastMs) {
    lastMs = now;
    sequence = Math.floor(Math.random() * FIRST_SEQUENCE);
  } else sequence += 1;
  return uuidv7({ random, msecs: lastMs, seq: sequence });
}
