import { basename, dirname, resolve, sep } from 'node:path';
import { watch } from 'chokidar';
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
  close(): Promise<void>;
}

/** Reports of one save come in a burst; they are taken together. */
const COALESCE_MS = 20;

/**
 * Hints at changes of a directory: from file events of its parent, so that its going and coming back is seen, and at
 * every poll, which finds what the events missed. A watcher that fails leaves the polls.
 */
export function watchDirectory({
  dir,
  clock,
  logger,
  pollMs,
  onHint,
}: DirectoryWatchOptions): DirectoryWatch {
  let closed = false;
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
  const watcher = watch(dirname(root), { ignoreInitial: true, ignored: (path) => isOutside(root, path) });
  watcher.on('all', hint);
  // What changed between the first read and now was not reported.
  watcher.on('ready', hint);
  watcher.on('error', (error) =>
    logger.warn({ err: toMessage(error) }, 'cannot watch the definitions, polling instead'),
  );
  return {
    async close() {
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
