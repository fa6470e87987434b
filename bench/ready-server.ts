import type { ServerProcess } from './child.ts';
import type { Installation } from './installation.ts';
import { monotonicMs } from './machine.ts';

/** A server that said it is ready, with when it was started and when it said so, in milliseconds of the monotonic clock. */
export interface ReadyServer {
  readonly server: ServerProcess;
  readonly startedAtMs: number;
  readonly readyAtMs: number;
}

const READY_TIMEOUT_MS = 30_000;

/** Starts a server and asks it until it is ready. */
export async function startReady(installation: Installation): Promise<ReadyServer> {
  const startedAtMs = monotonicMs();
  const server = await installation.start();
  while (!(await isReady(server.url))) {
    if (monotonicMs() > startedAtMs + READY_TIMEOUT_MS)
      throw new Error(`Cannot start a server: it is not ready after ${READY_TIMEOUT_MS} ms`);
  }
  return { server, startedAtMs, readyAtMs: monotonicMs() };
}

async function isReady(url: string): Promise<boolean> {
  const response = await fetch(`${url}/readyz`);
  await response.arrayBuffer();
  return response.ok;
}
