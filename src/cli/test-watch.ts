import { basename } from 'node:path';
import { watch } from 'chokidar';
import { systemClock, type Timer } from '../clock.ts';
import { SNAPSHOT_ENDING } from '../hook-test/snapshot.ts';

/** How a watch runs. */
export interface TestWatchOptions {
  /** Runs everything and answers what it depends on. One run is over before the next. */
  readonly run: () => Promise<readonly string[]>;
  /** Ends the watch, after the run under way. */
  readonly stopped: Promise<void>;
}

/** Saves of several files come in a burst; they are taken together. */
const COALESCE_MS = 50;
const DOT_FILE = /^\.[^.]/;

/** Runs at once, and again whenever something below the places changes, until it is stopped. */
export async function watchTests(
  places: readonly string[],
  { run, stopped }: TestWatchOptions,
): Promise<void> {
  const state: { timer: Timer | null; isOver: boolean; wake: () => void } = {
    timer: null,
    isOver: false,
    wake: () => undefined,
  };
  const watcher = watch([...places], {
    ignoreInitial: true,
    // A run writes snapshots itself, and an editor files of its own.
    ignored: (path) =>
      path.endsWith(SNAPSHOT_ENDING) || (DOT_FILE.test(basename(path)) && !places.includes(path)),
  });
  watcher.on('all', () => {
    state.timer?.cancel();
    state.timer = systemClock.setTimer(COALESCE_MS, () => state.wake());
  });
  void stopped.then(() => {
    state.isOver = true;
    state.wake();
  });
  try {
    await new Promise<void>((resolve) => watcher.once('ready', resolve));
    while (!state.isOver) {
      const changed = new Promise<void>((resolve) => {
        state.wake = resolve;
      });
      watcher.add([...(await run())]);
      if (!state.isOver) await changed;
    }
  } finally {
    state.timer?.cancel();
    await watcher.close();
  }
}
