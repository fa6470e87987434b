import type { IncomingMessage, ServerResponse } from 'node:http';

/** Bytes of bodies, beyond the first of each, that are held at once by all requests of the process: four of the largest. */
const MAX_HELD_BYTES = 64 * 1024 * 1024;
/** So much of each is not counted: what is ordinary is taken however much others hold. */
const FREE_BYTES = 16 * 1024;

/** Counted bytes of each request that has some. */
const counted = new Map<IncomingMessage, number>();
let held = 0;

/**
 * Whether a request may hold so many bytes of its body in all, from now until `releaseBody`. Slow bodies come as slowly
 * as a sender likes, and of a thousand senders together they would be all the memory there is.
 */
export function holdBody(req: IncomingMessage, bytes: number): boolean {
  if (bytes <= FREE_BYTES) return true;
  const more = bytes - FREE_BYTES - (counted.get(req) ?? 0);
  if (held + more > MAX_HELD_BYTES) return false;
  held += more;
  counted.set(req, bytes - FREE_BYTES);
  return true;
}

/** Gives back what a request holds, once its answer is read or nobody waits for it any more. */
export function releaseBody(req: IncomingMessage, res: ServerResponse): void {
  if (!counted.has(req)) return;
  if (res.closed) release(req);
  else res.once('close', () => release(req));
}

function release(req: IncomingMessage): void {
  held -= counted.get(req) ?? 0;
  counted.delete(req);
}
