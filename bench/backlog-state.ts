import { mkdir } from 'node:fs/promises';
import { fillJournal } from './fill.ts';
import { type BenchHook, type Installation, install } from './installation.ts';

/** Hooks that share what waits. */
export const HOOKS = 10;
/** Of each of them. */
export const CONCURRENCY = 256;
/** A hook for which nothing waits. */
export const IDLE_HOOK = 'idle';

/** Nothing listens on the port that is there to throw everything away. */
const DOWN_URL = 'http://127.0.0.1:9';

/** An installation whose receiver is down, and all that waits for it. */
export interface Backlog {
  readonly installation: Installation;
  /** When half of it was there, ms since the epoch. */
  readonly middleAt: number;
}

/** The hooks a backlog is for, each for an event of its own. Whatever their receiver, they are the same hooks. */
export function toBacklogHooks(url: string): readonly (BenchHook & { readonly id: string })[] {
  return Array.from({ length: HOOKS }, (_, index) => ({
    name: `hook-${index}`,
    id: `00000000-0000-4000-8000-00000000000${index}`,
    event: `event-${index}`,
    url: `${url}/events`,
    concurrency: CONCURRENCY,
  }));
}

/** Lays out an installation and fills its journal. */
export async function createBacklog(dir: string, deliveries: number): Promise<Backlog> {
  const hooks = toBacklogHooks(DOWN_URL);
  const idle = { name: IDLE_HOOK, event: 'unheard', url: DOWN_URL };
  const installation = await install(dir, { hooks: [...hooks, idle] });
  const { stateDir } = installation;
  await mkdir(stateDir);
  const startedAt = Date.now();
  await fillJournal({
    stateDir,
    events: deliveries,
    hooks: hooks.map(({ id, name }) => ({ hookId: id, hookName: name })),
    acceptedAt: startedAt,
    delivered: false,
  });
  const elapsedMs = Date.now() - startedAt;
  console.log(`  filled in ${(elapsedMs / 1000).toFixed(1)} s`);
  return { installation, middleAt: startedAt + Math.round(elapsedMs / 2) };
}
