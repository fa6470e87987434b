import type { Arrival } from './nats-intake.ts';

/** Messages that wait, of which memory has a bound whatever comes. */
export interface NatsQueue {
  /** Keeps a message; false when there is no room for it. */
  push(arrival: Arrival): boolean;
  /** Takes out what is told the journal at once; nothing when nothing waits. */
  shift(): readonly Arrival[];
}

/** As much as a commit is worth, and no more than holds up others for a moment. */
const BATCH_MESSAGES = 1_000;
const BATCH_BYTES = 4 * 1024 * 1024;
const MAX_MESSAGES = 10_000;
const MAX_BYTES = 32 * 1024 * 1024;

/** Creates a queue of nothing. */
export function createNatsQueue(): NatsQueue {
  let waiting: Arrival[] = [];
  let waitingBytes = 0;
  return {
    push(arrival) {
      const bytes = sizeOf(arrival);
      // One that is larger than all that may wait comes in alone, to be refused.
      const isFull = waiting.length >= MAX_MESSAGES || waitingBytes + bytes > MAX_BYTES;
      if (isFull && waiting.length > 0) return false;
      waiting.push(arrival);
      waitingBytes += bytes;
      return true;
    },
    shift() {
      let [count, bytes] = [0, 0];
      for (const arrival of waiting) {
        const size = sizeOf(arrival);
        if (count === BATCH_MESSAGES || (count > 0 && bytes + size > BATCH_BYTES)) break;
        count += 1;
        bytes += size;
      }
      const batch = waiting.slice(0, count);
      waiting = waiting.slice(count);
      waitingBytes -= bytes;
      return batch;
    },
  };
}

/** A server bounds headers and data together: either may be nearly all of a message. */
function sizeOf({ message: { headers, data } }: Arrival): number {
  return headers.reduce((bytes, [name, value]) => bytes + name.length + value.length, data.length);
}
