import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Language } from '../src/definitions/definition.ts';
import type { JsonObject } from '../src/event.ts';
import { createSandbox } from '../src/sandbox/pool.ts';
import type { Sandbox, SandboxArguments, SandboxProgram } from '../src/sandbox/sandbox.ts';
import { startHookline } from './child.ts';
import { awaitIdleMachine } from './idle-machine.ts';
import { describeMachine } from './machine.ts';
import { toMedian, toQuantile, toRange } from './quantile.ts';
import { createWorkDirectory } from './work-directory.ts';

/**
 * Measures what a lambda call costs: trivial functions of both languages through the sandbox of one thread, against the
 * same function called in this process; and how soon the API answers while functions that never end are in flight.
 */
const ROUNDS = 5;
const WARM_UP_ROUNDS = 2;
const CALLS = 100_000;
const PLAIN_CALLS = 1_000_000;
const IN_FLIGHT = 256;
const BUDGETS: Readonly<Record<Language, number>> = { javascript: 20_000, lua: 10_000 };

const ENDLESS = 100;
const PROBES_PER_S = 100;
const PROBE_S = 5;
const P99_BUDGET_MS = 50;

const DATA: JsonObject = {
  operation: 'create',
  entity: { id: '7e0fd6a5-1f0c-4d3a-9f5d-0ea2c0b7a1fd', username: 'jane', email: 'jane@example.com' },
};
const PROGRAMS: Readonly<Record<Language, SandboxProgram>> = {
  javascript: { language: 'javascript', functions: ['(data) => ({ user: data.entity.username, ok: true })'] },
  lua: {
    language: 'lua',
    functions: ['return function(data) return { user = data.entity.username, ok = true } end'],
  },
};

await using stack = new AsyncDisposableStack();
const sandbox = createSandbox({ threads: 1 });
stack.defer(() => sandbox.close());

console.log(describeMachine());
console.log(
  `one thread, ${IN_FLIGHT} calls in flight, ${ROUNDS} rounds of ${CALLS} calls; the function reads one field and returns two`,
);
for (const language of ['javascript', 'lua'] as const) await reportCalls(language);
reportPlainCalls();
await sandbox.close();
await reportProbes();

async function reportCalls(language: Language): Promise<void> {
  for (let round = 0; round < WARM_UP_ROUNDS; round += 1) await timeCalls(sandbox, language);
  const perSecond: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await awaitIdleMachine();
    perSecond.push(await timeCalls(sandbox, language));
  }
  const budget = `(budget ≥ ${BUDGETS[language]}/s)`;
  console.log(
    `lambda calls, ${language}: ${toMedian(perSecond).toFixed(0)}/s, ${toRange(perSecond, 0)} ${budget}`,
  );
}

async function timeCalls(target: Sandbox, language: Language): Promise<number> {
  const args: SandboxArguments = { hook: language, data: DATA, event: 'consumers', source: 'crud', pid: 1 };
  let left = CALLS;
  async function callOn(): Promise<void> {
    while (left > 0) {
      left -= 1;
      const result = await target.run(PROGRAMS[language], args);
      if (result.kind === 'error') throw new Error(`Cannot time the calls: ${result.message}`);
    }
  }
  const startedAtMs = performance.now();
  await Promise.all(Array.from({ length: IN_FLIGHT }, callOn));
  return (CALLS * 1000) / (performance.now() - startedAtMs);
}

/** For scale: no sandbox, but the data read anew for each call, as a delivery has its own. */
function reportPlainCalls(): void {
  const json = JSON.stringify(DATA);
  const perSecond = Array.from({ length: ROUNDS }, () => {
    const startedAtMs = performance.now();
    let length = 0;
    for (let call = 0; call < PLAIN_CALLS; call += 1) length += toSummary(JSON.parse(json)).length;
    if (length === 0) throw new Error('Cannot time the calls: they return nothing');
    return (PLAIN_CALLS * 1000) / (performance.now() - startedAtMs);
  });
  console.log(`the same in this process: ${toMedian(perSecond).toFixed(0)}/s, ${toRange(perSecond, 0)}`);
}

function toSummary(data: { readonly entity: { readonly username: string } }): string {
  return JSON.stringify({ user: data.entity.username, ok: true });
}

async function reportProbes(): Promise<void> {
  const url = await startServerOfEndless();
  await probe(url);
  await report('GET /healthz at rest', '');
  let running = true;
  const inFlight = Array.from({ length: ENDLESS }, (_, number) => keepRunning(number));
  await delay(1_000);
  await report(
    `GET /healthz with ${ENDLESS} endless functions in flight`,
    ` (budget p99 ≤ ${P99_BUDGET_MS} ms)`,
  );
  running = false;
  await Promise.all(inFlight);

  async function keepRunning(number: number): Promise<void> {
    while (running) {
      const response = await fetch(`${url}/event-hooks/endless-${number}/test`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      });
      const { err } = (await response.json()) as { err?: string };
      if (err?.includes('did not finish') !== true) throw new Error(`Cannot keep functions running: ${err}`);
    }
  }

  async function report(what: string, budget: string): Promise<void> {
    const latenciesMs = await probe(url);
    const [p50, p99] = [0.5, 0.99].map((share) => toQuantile(latenciesMs, share).toFixed(1));
    console.log(`${what}: p50 ${p50} ms, p99 ${p99} ms${budget}`);
  }
}

/** Hookline with as many hooks as there are functions to be in flight: each is a hook's own. */
async function startServerOfEndless(): Promise<string> {
  const work = createWorkDirectory();
  const dir = join(work, 'hooks');
  await mkdir(dir);
  for (let number = 0; number < ENDLESS; number += 1) {
    const hook = {
      source: 'crud',
      event: 'consumers',
      handler: 'lambda',
      config: { language: number % 2 === 0 ? 'javascript' : 'lua', functions: [toEndless(number)] },
    };
    await writeFile(join(dir, `endless-${number}.yaml`), JSON.stringify(hook));
  }
  const server = await startHookline([dir, '--state', join(work, 'state')], { cwd: work });
  stack.defer(server.stop);
  return server.url;
}

function toEndless(number: number): string {
  return number % 2 === 0 ? '() => { for (;;); }' : 'return function() while true do end end';
}

/** Asks at a fixed rate, whatever the answers take; resolves to what each took, ms. */
async function probe(url: string): Promise<readonly number[]> {
  const startedAtMs = performance.now();
  const answers: Promise<number>[] = [];
  for (let sent = 0; sent < PROBES_PER_S * PROBE_S; sent += 1) {
    const waitMs = startedAtMs + (sent * 1000) / PROBES_PER_S - performance.now();
    if (waitMs > 0) await delay(waitMs);
    answers.push(timeProbe(`${url}/healthz`));
  }
  return Promise.all(answers);
}

async function timeProbe(url: string): Promise<number> {
  const startedAtMs = performance.now();
  const response = await fetch(url);
  await response.arrayBuffer();
  if (response.status !== 200) throw new Error(`Cannot probe "${url}": got ${response.status}`);
  return performance.now() - startedAtMs;
}
