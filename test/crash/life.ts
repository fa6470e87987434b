import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type RunningCommand, startCommand } from '../helpers/process.ts';
import type { TempDir } from '../helpers/temp-dir.ts';
import type { CrashDefinitions } from './definitions.ts';
import { downgrade } from './downgrade.ts';
import { CRASH_AT, describeKill, type Kill } from './kill-plan.ts';
import type { Load } from './load.ts';
import type { CrashReceiver } from './receiver.ts';

/** What all processes of a run share. */
export interface CrashBench {
  readonly hooks: TempDir;
  readonly state: TempDir;
  readonly definitions: CrashDefinitions;
  readonly receiver: CrashReceiver;
  readonly load: Load;
}

/** How the last process ended. */
export interface LastLife {
  /** Deliveries by state when there was nothing left to do. */
  readonly counts: Readonly<Record<string, number>>;
  readonly exitCode: number | null;
}

const PRELOAD = new URL('./preload.ts', import.meta.url).href;
const LISTENING = /serves .* on (http:\S+)/;
/** How long a process may take to get to the point where it is killed, ms. */
const MAX_LIFE_MS = 30_000;
/** How long the last process may take with what is left, ms. */
const MAX_DRAIN_MS = 120_000;
/** How often the definitions change where a change is what is killed, ms. */
const TOGGLE_MS = 250;

/**
 * One process under load, from its start until it is killed. Rejects when it ends otherwise. It is another process: no
 * clock of its own can be held from here, so a moment to kill it at is waited for.
 */
export async function liveUntilKilled(bench: CrashBench, kill: Kill): Promise<void> {
  if (kill.kind === 'statement' && kill.point === 'upgrade') downgrade(join(bench.state.path, 'journal.db'));
  await using server = start(bench, kill);
  const late = setTimeout(() => server.kill('SIGTERM'), MAX_LIFE_MS);
  const listening = server.printed(LISTENING).catch(() => null);
  using _killing = arrangeKill(bench, { server, kill, listening });
  const url = (await listening)?.[1];
  if (url !== undefined) await bench.load.run(url, server.ended);
  const code = await server.ended;
  clearTimeout(late);
  await bench.receiver.untilAbandoned();
  if (code !== null)
    throw new Error(
      `Cannot kill the server ${describeKill(kill)}: it ended with ${code}: ${server.stderr()}`,
    );
}

/** A process that is let come to the end of its work, and is then told to stop. */
export async function liveToTheEnd(bench: CrashBench): Promise<LastLife> {
  const { definitions, load } = bench;
  definitions.complete();
  await using server = start(bench, null);
  const [, url = ''] = await server.printed(LISTENING);
  await load.finish(url);
  const counts = await drain(url);
  server.kill('SIGTERM');
  return { counts, exitCode: await server.ended };
}

/** A kill that is to come. */
interface Killing {
  readonly server: RunningCommand;
  readonly kill: Kill;
  readonly listening: Promise<unknown>;
}

/** The points of the journal are with what is loaded before the server; what else it takes is done from here. */
function arrangeKill(
  { definitions, receiver }: CrashBench,
  { server, kill, listening }: Killing,
): Disposable {
  const timers: NodeJS.Timeout[] = [];
  if (kill.kind === 'moment') {
    const arm = (): void => void timers.push(setTimeout(() => server.kill('SIGKILL'), kill.afterMs));
    if (kill.since === 'start') arm();
    else void listening.then(arm);
  }
  if (kill.kind === 'request')
    receiver.onRequest = (when, count) => {
      if (when === kill.when && count === kill.nth) server.kill('SIGKILL');
    };
  if (kill.kind === 'statement' && (kill.point === 'swap' || kill.point === 'park'))
    timers.push(setInterval(definitions.toggle, TOGGLE_MS));
  return {
    [Symbol.dispose]() {
      for (const timer of timers) clearTimeout(timer);
      receiver.onRequest = () => {};
    },
  };
}

function start({ hooks, state }: CrashBench, kill: Kill | null): RunningCommand {
  const prunes = kill?.kind === 'statement' && kill.point === 'prune';
  const place = [hooks.path, '--state', state.path, '--listen', '127.0.0.1:0'];
  return startCommand(['serve', ...place, '--log-level', 'silent', '--settings', '/dev/null'], {
    env: {
      HOOKLINE_RECONCILE_PING_ON_CHANGE: 'false',
      ...(kill?.kind === 'statement' && {
        NODE_OPTIONS: `--import ${PRELOAD}`,
        [CRASH_AT]: JSON.stringify(kill),
      }),
      // All that is delivered and older than a second goes.
      ...(prunes && { HOOKLINE_RETENTION_DAYS: '0.00001' }),
    },
  });
}

/** Resolves with the counts once nothing waits. */
async function drain(url: string): Promise<LastLife['counts']> {
  const until = performance.now() + MAX_DRAIN_MS;
  for (;;) {
    const response = await fetch(`${url}/status`);
    const { deliveries } = (await response.json()) as { deliveries: LastLife['counts'] };
    const { pending = 0, parked = 0 } = deliveries;
    if ((pending === 0 && parked === 0) || performance.now() > until) return deliveries;
    await delay(50);
  }
}
