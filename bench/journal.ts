import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createId } from '../src/id.ts';
import type { Entry } from '../src/journal/entry.ts';
import type { Journal } from '../src/journal/journal.ts';
import { openSqliteJournal } from '../src/journal/sqlite.ts';

/** Measures the journal alone: events with one delivery, appended and recorded as succeeded, by many callers at once. */
const EVENTS = 100_000;
const CALLERS = 256;
const BATCH = 1_000;
const DATA = { text: 'x'.repeat(480) };

function toEntry(withDelivery: boolean): Entry {
  const candidates = withDelivery
    ? [{ deliveryId: createId(), hookId: 'hook', hookName: 'hook', orderKey: null, check: null }]
    : [];
  const event = { id: createId(), source: 'bench', event: 'tick', data: DATA, time: '2026-01-01T00:00:00Z' };
  return { event, acceptedAt: Date.now(), revision: 'dir@sha256:1', candidates, stops: [] };
}

async function deliverOne(journal: Journal): Promise<void> {
  const entry = toEntry(true);
  await journal.append([entry]);
  const deliveryId = entry.candidates[0]?.deliveryId ?? '';
  const attempt = {
    id: createId(),
    number: 1,
    startedAt: Date.now(),
    durationMs: 1,
    revision: 'dir@sha256:1',
    outcome: 'success',
    reason: null,
    status: 204,
    error: null,
    response: null,
  } as const;
  await journal.record({ deliveryId, attempt, state: 'succeeded', dueAt: null });
}

async function measure(what: string, work: () => Promise<void>): Promise<void> {
  const cpu = process.cpuUsage();
  const elu = performance.eventLoopUtilization();
  const started = performance.now();
  await work();
  const seconds = (performance.now() - started) / 1000;
  const main = performance.eventLoopUtilization(elu).utilization;
  const used = process.cpuUsage(cpu);
  const rate = Math.round(EVENTS / seconds);
  console.log(
    `${what}: ${rate}/s, main thread ${(main * 100).toFixed(0)} % busy, ${((used.user + used.system) / EVENTS).toFixed(1)} µs CPU each`,
  );
}

const dir = await mkdtemp(join(tmpdir(), 'hookline-bench-'));
const journal = await openSqliteJournal({ file: join(dir, 'journal.db') });
console.log(
  `node ${process.version}, sqlite ${process.versions.sqlite}, ${cpus()[0]?.model}, ${cpus().length} cores`,
);
console.log(`${EVENTS} events of 500 bytes, ${CALLERS} callers, batches of ${BATCH}`);
await measure('append + record, one delivery each', async () => {
  let left = EVENTS;
  const caller = async (): Promise<void> => {
    while (left-- > 0) await deliverOne(journal);
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
});
await measure('append in batches, no hook', async () => {
  for (let done = 0; done < EVENTS; done += BATCH * 2) {
    await Promise.all([0, 1].map(() => journal.append(Array.from({ length: BATCH }, () => toEntry(false)))));
  }
});
await journal.close();
rmSync(dir, { recursive: true });
