import { basename, dirname, resolve, sep } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import type { Clock, Timer } from '../clock.ts';
import { toMessage } from '../errors.ts';
import type { Logger } from '../logger.ts';

/** What a watch works with. */
export interface DirectoryWatchOptions {
  readonly dir: string;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
  /** How often to look when nothing was reported. */
  readonly pollMs: number;
  /** The directory may have changed; whether it did, its digest tells. */
  readonly onHint: () => void;
}

/** A watch that can be ended. */
export interface DirectoryWatch {
  /** Why changes are found by polls alone; null while they are watched for. */
  degraded(): string | null;
  close(): Promise<void>;
}

/** How long after a failure a watch is tried again. */
const WATCH_AGAIN_MS = 60_000;
/** Reports of one save come in a burst; they are taken together. */
const COALESCE_MS = 20;

/**
 * Hints at changes of a directory: from file events of its parent, so that its going and coming back is seen, and at
 * every poll, which finds what the events missed. A watcher that fails (the machine has no more watches, say) leaves the
 * polls, and is tried again.
 */
export function watchDirectory({
  dir,
  clock,
  logger,
  pollMs,
  onHint,
}: DirectoryWatchOptions): DirectoryWatch {
  let closed = false;
  let failure: string | null = null;
  let again: Timer | null = null;
  let burst: Timer | null = null;
  let poll = clock.setTimer(pollMs, look);

  function look(): void {
    poll = clock.setTimer(pollMs, look);
    onHint();
  }

  function hint(): void {
    if (closed) return;
    burst ??= clock.setTimer(COALESCE_MS, () => {
      burst = null;
      onHint();
    });
  }

  const root = resolve(dir);

  function start(): FSWatcher {
    const started = watch(dirname(root), { ignoreInitial: true, ignored: (path) => isOutside(root, path) });
    let failed = false;
    started.on('all', hint);
    started.on('ready', () => {
      if (!failed) failure = null;
      // What changed between the first read and now was not reported.
      hint();
    });
    started.on('error', (error) => {
      failed = true;
      degrade(toMessage(error));
    });
    return started;
  }

  function degrade(message: string): void {
    if (closed) return;
    if (failure !== message) logger.warn({ err: message }, 'cannot watch the definitions, polling instead');
    failure = message;
    again ??= clock.setTimer(WATCH_AGAIN_MS, () => {
      again = null;
      void watcher.close();
      watcher = start();
    });
    hint();
  }

  let watcher = start();
  return {
    degraded: () => failure,
    async close() {
      again?.cancel();
      closed = true;
      poll.cancel();
      burst?.cancel();
      await watcher.close();
    },
  };
}

/** The parent is watched for one name only; below the directory itself, dot files other than a mount's are left out. */
function isOutside(root: string, path: string): boolean {
  if (path === dirname(root)) return false;
  if (path !== root && !path.startsWith(`${root}${sep}`)) return true;
  const name = basename(path);
  return path !== root && name.startsWith('.') && !name.startsWith('..');
}
