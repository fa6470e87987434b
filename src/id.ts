import { randomFillSync } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';

/** Random bytes one id takes. */
const ID_BYTES = 16;
/** Asking the system for random bytes costs far more than the bytes do, so they are taken for many ids at once. */
const pool = new Uint8Array(ID_BYTES * 512);
let used = pool.length;

/** A new UUIDv7: unique, and sorted by time to the millisecond. */
export function createId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const random = pool.subarray(used, used + ID_BYTES);
  used += ID_BYTES;
  return uuidv7({ random });
}
