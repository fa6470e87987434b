import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { atMost } from './budget.ts';
import { toAmount, toRounds } from './effort.ts';
import { awaitIdleMachine } from './idle-machine.ts';
import { describeMachine } from './machine.ts';
import { toMedian, toRange } from './quantile.ts';
import { type CommandTime, timeCommand } from './time-command.ts';
import { createWorkDirectory } from './work-directory.ts';

/** Measures how long `hookline test` takes, from its start to its end: a quarter each of four kinds of tests. */
const TESTS = toAmount(1_000);
const TESTS_IN_FILE = 50;
const ROUNDS = toRounds(5);
const BUDGET = { limit: 5, unit: 's' };

const HOOKS: Readonly<Record<string, string>> = {
  slack: `handler: webhook-custom
snooze: 60
config: { method: POST, url: "{vault://env/slack-url}", ssl_verify: true, payload: { text: "{{ entity.username }}" } }`,
  webhook: 'handler: webhook\nconfig: { url: "https://receiver.example.com/", ssl_verify: true }',
  lambda: `handler: lambda
config: { functions: ["return function(data) return { who = data.entity.username } end"] }`,
  log: 'handler: log',
};
/** What each test holds besides its name, by the hook it is of. */
const BODIES: Readonly<Record<keyof typeof HOOKS, (event: string, user: string) => string>> = {
  slack: (event, user) => `
    events: [${event}, { at: 59s, ${event.slice(1)}]
    expect: { requests: [{ json: { text: ${user} } }], stopped: [{ at: 59s, reason: snoozed }] }`,
  webhook: (event) => `
    events: [${event}]
    answers: { webhook: [500, timeout] }
    expect: { requests: [{ at: 0 }, { at: 5s }, { at: 1m5s }], deliveries: [{ state: succeeded }] }`,
  lambda: (event, user) => `
    events: [${event}]
    expect: { results: [{ result: { who: ${user} } }] }`,
  log: (event, user) => `
    events: [${event}]
    expect: { logs: [{ data_contains: { entity: { username: ${user} } } }] }`,
};

const work = createWorkDirectory();
writeHooks();
console.log(describeMachine());
console.log(
  `${TESTS} tests in files of ${TESTS_IN_FILE}: a snooze with a template, two retries, a function of Lua, a log line`,
);
const times: CommandTime[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  await awaitIdleMachine();
  times.push(await timeCommand(['test'], work));
}
const elapsed = times.map(({ elapsedS }) => elapsedS);
const processor = times.map(({ processorS }) => processorS);
const median = toMedian(elapsed);
console.log(`${TESTS} hook tests: ${median.toFixed(1)} s, ${toRange(elapsed, 1)} ${atMost(median, BUDGET)}`);
console.log(`their processor time: ${toMedian(processor).toFixed(1)} s, ${toRange(processor, 1)}`);

function writeHooks(): void {
  const dir = join(work, 'hooks.d');
  mkdirSync(dir);
  const names = Object.keys(HOOKS);
  for (const name of names)
    writeFileSync(join(dir, `${name}.yaml`), `source: crud\nevent: consumers\n${HOOKS[name]}\n`);
  for (let from = 0; from < TESTS; from += TESTS_IN_FILE) {
    const tests = Array.from({ length: TESTS_IN_FILE }, (_, index) => {
      const name = names[index % names.length] ?? '';
      const user = `user${from + index}`;
      const event = `{ source: crud, event: consumers, data: { entity: { username: ${user} } } }`;
      return `  - name: "${from + index}"\n    hooks: [${name}]${BODIES[name]?.(event, user)}\n`;
    });
    writeFileSync(join(dir, `${from}.test.yaml`), `kind: HookTest\ntests:\n${tests.join('')}`);
  }
}
