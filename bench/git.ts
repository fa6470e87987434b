import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { atMost } from './budget.ts';
import { type ServerProcess, startHookline } from './child.ts';
import { toAmount, toRounds } from './effort.ts';
import { describeFileSystem, describeMachine } from './machine.ts';
import { type ManyDefinitions, writeDefinitions } from './many-definitions.ts';
import { readMemory } from './memory.ts';
import { toMedian, toRange } from './quantile.ts';
import { createWorkDirectory } from './work-directory.ts';

/**
 * Measures what many definitions in a repository cost a server: until the first set is live, until a commit is after the
 * word of its push, a look that finds nothing new, and the memory they take.
 */
const HOOKS = toAmount(10_000);
const STARTS = toRounds(3);
const COMMITS = toRounds(11);
const POLLS = toRounds(21);
const SECRET = 'hunter2';
const BUDGETS = {
  sync: { limit: 3_000, unit: 'ms' },
  commit: { limit: 300, unit: 'ms' },
  memory: { limit: 150, unit: 'MiB' },
};
/** Far apart, and no multiple of the number of kinds: changed hooks are of every kind. */
const STRIDE = 997;
/** Between two looks at whether a commit is live, and two commits: more than the gap receivers keep. */
const LOOK_MS = 5;
const PAUSE_MS = 1_500;
/** A process that has just begun grows for a while. */
const SETTLE_MS = 3_000;
const LIVE_TIMEOUT_MS = 30_000;

await using stack = new AsyncDisposableStack();
const work = createWorkDirectory();
const run = promisify(execFile);
const tree = join(work, 'tree');
const remote = join(work, 'remote.git');

console.log(describeMachine());
console.log(
  `${HOOKS} hooks in a bare repository on ${describeFileSystem(work)}, followed over file://; the time of a start has that of a process without hooks in it`,
);
const many = await createRemote();
const idleMs = await measureStart('idle', await createEmptyRemote());
const syncs: number[] = [];
for (let number = 1; number <= STARTS; number += 1) syncs.push(await measureStart(`sync-${number}`, remote));
const syncMs = toMedian(syncs) - idleMs;
console.log(
  `first sync of ${HOOKS} hooks: ${syncMs.toFixed(0)} ms, ${toRange(
    syncs.map((ms) => ms - idleMs),
    0,
  )} ${atMost(syncMs, BUDGETS.sync)}`,
);
const idle = await startServer('memory-idle', await createEmptyRemote());
await delay(SETTLE_MS);
const idleMiB = readMemory(idle.child.pid).nowMiB;
await idle.stop();
const server = await startServer('live', remote);
stack.defer(server.stop);
await delay(SETTLE_MS);
const { nowMiB } = readMemory(server.child.pid);
console.log(
  `resident memory for ${HOOKS} hooks: ${(nowMiB - idleMiB).toFixed(0)} MiB above ${idleMiB.toFixed(0)} MiB ${atMost(nowMiB - idleMiB, BUDGETS.memory)}`,
);
await reportCommits(server, many);
await reportPolls(server);
const after = readMemory(server.child.pid);
console.log(
  `resident memory after ${COMMITS} commits: ${after.nowMiB.toFixed(0)} MiB, ${after.peakMiB.toFixed(0)} MiB at most`,
);

async function git(...args: readonly string[]): Promise<void> {
  const identity = ['-c', 'user.name=Bench', '-c', 'user.email=bench@example.com', '-c', 'gc.auto=0'];
  await run('git', [...identity, ...args], { maxBuffer: 1e9 });
}

async function createRemote(): Promise<ManyDefinitions> {
  await git('init', '--quiet', '--bare', '--initial-branch=main', remote);
  await git('-C', remote, 'config', 'uploadpack.allowFilter', 'true');
  await git('clone', '--quiet', remote, tree);
  await mkdir(join(tree, 'hooks'), { recursive: true });
  const written = await writeDefinitions(join(tree, 'hooks'), HOOKS);
  await push('All of them');
  return written;
}

async function createEmptyRemote(): Promise<string> {
  const empty = join(work, 'empty.git');
  await git('init', '--quiet', '--bare', '--initial-branch=main', empty);
  return empty;
}

async function push(message: string): Promise<void> {
  await git('-C', tree, 'add', '--all');
  await git('-C', tree, 'commit', '--quiet', '--message', message);
  await git('-C', tree, 'push', '--quiet', 'origin', 'HEAD:main');
}

async function startServer(name: string, url: string): Promise<ServerProcess> {
  const cwd = join(work, name);
  await mkdir(cwd, { recursive: true });
  const settings = {
    sources: [
      { git: { url: `file://${url}`, ref: 'main', path: url === remote ? 'hooks' : '', interval: 3_600 } },
    ],
    receivers: [{ name: 'push', type: 'generic', secret: SECRET }],
    reconcile: { ping_on_change: false },
  };
  await writeFile(join(cwd, 'hookline.yaml'), JSON.stringify(settings));
  return startHookline([], { cwd });
}

/** Resolves to the time from the start of a process until it serves, in milliseconds. */
async function measureStart(name: string, url: string): Promise<number> {
  const startedAtMs = performance.now();
  const { stop } = await startServer(name, url);
  const elapsedMs = performance.now() - startedAtMs;
  await stop();
  return elapsedMs;
}

async function reportCommits({ url }: ServerProcess, { fileOf, textOf }: ManyDefinitions): Promise<void> {
  const timesMs: number[] = [];
  for (let number = 1; number <= COMMITS; number += 1) {
    const index = (number * STRIDE) % HOOKS;
    await writeFile(join(tree, 'hooks', fileOf(index)), textOf(index, number));
    await push(`Revision ${number}`);
    await delay(PAUSE_MS);
    timesMs.push(await measureCommit(url, { name: fileOf(index).replace('.yaml', ''), number }));
  }
  const median = toMedian(timesMs);
  console.log(
    `one commit live after the word of its push: ${median.toFixed(0)} ms, ${toRange(timesMs, 0)} ${atMost(median, BUDGETS.commit)}`,
  );
}

async function measureCommit(
  url: string,
  { name, number }: { readonly name: string; readonly number: number },
): Promise<number> {
  const body = String(number);
  const signature = createHmac('sha256', SECRET).update(body).digest('hex');
  const startedAtMs = performance.now();
  const answer = await fetch(`${url}/receivers/push`, {
    method: 'POST',
    body,
    headers: { 'x-signature': signature },
  });
  if (answer.status !== 202) throw new Error(`Cannot push: got ${answer.status}`);
  while (performance.now() - startedAtMs < LIVE_TIMEOUT_MS) {
    const response = await fetch(`${url}/event-hooks/${name}`);
    const { description } = (await response.json()) as { description: string };
    if (description === `Revision ${number}`) return performance.now() - startedAtMs;
    await delay(LOOK_MS);
  }
  throw new Error(`Cannot measure a commit: not live after ${LIVE_TIMEOUT_MS} ms`);
}

async function reportPolls({ url }: ServerProcess): Promise<void> {
  const timesMs: number[] = [];
  for (let number = 1; number <= POLLS; number += 1) {
    const startedAtMs = performance.now();
    const answer = await fetch(`${url}/reconcile?wait=true`, { method: 'POST' });
    await answer.arrayBuffer();
    if (answer.status !== 200) throw new Error(`Cannot look: got ${answer.status}`);
    timesMs.push(performance.now() - startedAtMs);
  }
  console.log(`a look that finds nothing new: ${toMedian(timesMs).toFixed(0)} ms, ${toRange(timesMs, 0)}`);
}
