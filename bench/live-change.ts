import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { LiveDefinitions } from './live-definitions.ts';
import type { ManyDefinitions } from './many-definitions.ts';

/** A watched directory whose files are to be changed. */
export interface WatchedDefinitions {
  readonly dir: string;
  readonly many: ManyDefinitions;
  readonly live: LiveDefinitions;
}

/** Between two changes, so that each is found by itself. */
const PAUSE_MS = 250;
/** Between two tries to be noticed by a watcher that is still starting. */
const NOTICE_MS = 500;
const NOTICE_TRIES = 120;
/** How long one change may take to count as noticed at all. */
const CHANGE_TIMEOUT_MS = 10_000;
/** Far apart, and no multiple of the number of kinds: changed hooks are of every kind. */
const STRIDE = 997;

/** Starts watching and waits until a change is noticed: a watcher takes its time over many files and says nothing of it. */
export async function startWatching({ dir, many, live }: WatchedDefinitions): Promise<void> {
  live.watch();
  const noticed = live.nextSwap().then(() => true);
  for (let revision = 1; revision <= NOTICE_TRIES; revision += 1) {
    await writeFile(join(dir, many.fileOf(0)), many.textOf(0, revision));
    if (await Promise.race([noticed, delay(NOTICE_MS, false)])) return delay(PAUSE_MS);
  }
  throw new Error(`Cannot watch "${dir}": no change was noticed`);
}

/** Changes one file after another; resolves to the time from before each write until it was live, in milliseconds. */
export async function measureChanges(watched: WatchedDefinitions, count: number): Promise<readonly number[]> {
  const timesMs: number[] = [];
  for (let change = 1; change <= count; change += 1) {
    timesMs.push(await measureChange(watched, (change * STRIDE) % watched.many.hooks));
    await delay(PAUSE_MS);
  }
  return timesMs;
}

/** A revision no warm-up writes. */
const CHANGED = NOTICE_TRIES + 1;

async function measureChange({ dir, many, live }: WatchedDefinitions, index: number): Promise<number> {
  const file = many.fileOf(index);
  const swapped = live.nextSwap();
  const startedAtMs = performance.now();
  await writeFile(join(dir, file), many.textOf(index, CHANGED));
  const late = delay(CHANGE_TIMEOUT_MS, null, { ref: false });
  const liveAtMs = await Promise.race([swapped, late]);
  if (liveAtMs === null)
    throw new Error(`Cannot measure a change of "${file}": not live after ${CHANGE_TIMEOUT_MS} ms`);
  const description = live.registry.find(file.replace('.yaml', ''))?.definition.description;
  if (description !== `Revision ${CHANGED}`)
    throw new Error(`Cannot measure a change of "${file}": live is "${description}"`);
  return liveAtMs - startedAtMs;
}
