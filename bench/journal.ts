import { join } from 'node:path';
import { openSqliteJournal } from '../src/journal/sqlite.ts';
import { toAmount } from './effort.ts';
import { EVENT_BYTES } from './event-body.ts';
import { createEntry, recordSuccess } from './fill.ts';
import { describeFileSystem, describeMachine } from './machine.ts';
import { createWorkDirectory } from './work-directory.ts';

/** Measures the journal alone: events with one delivery, appended and recorded as succeeded, by many callers at once. */
const EVENTS = toAmount(100_000);
const CALLERS = 256;
const BATCH = 1_000;
const BATCHES_AT_ONCE = 2;
const HOOKS = [{ hookId: 'hook', hookName: 'hook' }];

const dir = createWorkDirectory();
const journal = await openSqliteJournal({ file: join(dir, 'journal.db') });
console.log(describeMachine());
console.log(
  `state on ${describeFileSystem(dir)}; ${EVENTS} events of ${EVENT_BYTES} bytes, ${CALLERS} callers, batches of ${BATCH}`,
);
await measure('append and record, one delivery each', CALLERS, async () => {
  const entry = createEntry(HOOKS, Date.now());
  await journal.append([entry]);
  await recordSuccess(journal, entry);
  return 1;
});
await measure('append in batches, no hook', BATCHES_AT_ONCE, async () => {
  await journal.append(Array.from({ length: BATCH }, () => createEntry([], Date.now())));
  return BATCH;
});
await journal.close();

/** Has `callers` do it one time after another until EVENTS are done; `once` resolves to how many it did. */
async function measure(what: string, callers: number, once: () => Promise<number>): Promise<void> {
  const cpu = process.cpuUsage();
  const utilization = performance.eventLoopUtilization();
  const startedAtMs = performance.now();
  let done = 0;
  const call = async (): Promise<void> => {
    while (done < EVENTS) {
      const count = await once();
      done += count;
    }
  };
  await Promise.all(Array.from({ length: callers }, call));
  const perS = (done * 1000) / (performance.now() - startedAtMs);
  const busy = performance.eventLoopUtilization(utilization).utilization * 100;
  const { user, system } = process.cpuUsage(cpu);
  console.log(
    `${what}: ${perS.toFixed(0)}/s, main thread ${busy.toFixed(0)} % busy, ${((user + system) / done).toFixed(1)} µs CPU each`,
  );
}
