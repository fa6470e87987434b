import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { atMost } from './budget.ts';
import { toAmount, toRounds } from './effort.ts';
import { endWithUs } from './end-with-us.ts';
import { measureChanges, startWatching } from './live-change.ts';
import { openDefinitions } from './live-definitions.ts';
import { describeFileSystem, describeMachine } from './machine.ts';
import { writeDefinitions } from './many-definitions.ts';
import { measureMatching } from './matching.ts';
import { toMedian, toRange } from './quantile.ts';
import { createWorkDirectory } from './work-directory.ts';

/** Measures what many definitions cost: to bring them live, to change one of them, and to match an event among them. */
const HOOKS = toAmount(10_000);
const FEW_HOOKS = 10;
const COLD_LOADS = toRounds(5);
const CHANGES = toRounds(21);
const COLD_LOAD_TIMEOUT_MS = 60_000;
const COLD_LOAD_BUDGET = { limit: 2000, unit: 'ms' };
const CHANGE_BUDGET = { limit: 150, unit: 'ms' };
const MATCHING_BUDGET = { limit: 1.05, unit: '×' };

await using stack = new AsyncDisposableStack();
const work = createWorkDirectory();
const dir = join(work, 'hooks');
const many = await writeDefinitions(dir, HOOKS);

console.log(describeMachine());
console.log(
  `${many.hooks} hooks and ${many.sources} sources, a file each, on ${describeFileSystem(work)}, read before; 4 of 10 hooks webhook, 4 webhook-custom, 2 log; 2 with a filter`,
);
await reportColdLoads();
const live = await openDefinitions(dir, join(work, 'journal.db'));
stack.defer(live.close);
await live.load();
await reportChanges();
reportMatching();

async function reportColdLoads(): Promise<void> {
  const timesMs: number[] = [];
  for (let number = 1; number <= COLD_LOADS; number += 1) {
    timesMs.push(await loadCold(join(work, `cold-${number}.db`)));
  }
  const median = toMedian(timesMs);
  const verdict = atMost(median, COLD_LOAD_BUDGET);
  console.log(`cold load of ${HOOKS} hooks: ${median.toFixed(0)} ms, ${toRange(timesMs, 0)} ${verdict}`);
}

/** In a process of its own, since only the first load of a process is cold. */
async function loadCold(journalFile: string): Promise<number> {
  const script = fileURLToPath(new URL('./cold-load.ts', import.meta.url));
  const child = endWithUs(fork(script, [dir, journalFile], { timeout: COLD_LOAD_TIMEOUT_MS }));
  const exited = once(child, 'exit');
  const failed = exited.then(([code]) =>
    Promise.reject(new Error(`Cannot load cold: it ended with ${code}`)),
  );
  const [elapsedMs] = (await Promise.race([once(child, 'message'), failed])) as [number];
  await exited;
  return elapsedMs;
}

async function reportChanges(): Promise<void> {
  const watched = { dir, many, live };
  await startWatching(watched);
  const timesMs = await measureChanges(watched, CHANGES);
  const median = toMedian(timesMs);
  const range = `${toRange(timesMs, 0)} in ${CHANGES} changes`;
  console.log(
    `one changed file among them live: ${median.toFixed(0)} ms, ${range} ${atMost(median, CHANGE_BUDGET)}`,
  );
}

function reportMatching(): void {
  const { fewNs, allNs, spreadNs } = measureMatching(live.registry.current()?.hooks ?? [], FEW_HOOKS);
  const [few, all, spread] = [fewNs, allNs, spreadNs].map(toMedian) as [number, number, number];
  const ratio = all / few;
  const against = `${all.toFixed(1)} ns against ${few.toFixed(1)} ns`;
  console.log(
    `matching with ${HOOKS} hooks against ${FEW_HOOKS}: ${ratio.toFixed(2)} ×, ${against} ${atMost(ratio, MATCHING_BUDGET)}`,
  );
  console.log(`matching, events of all ${HOOKS} hooks in turn: ${spread.toFixed(1)} ns`);
}
