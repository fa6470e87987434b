import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { atMost } from './budget.ts';
import { toAmount, toRounds } from './effort.ts';
import { awaitIdleMachine } from './idle-machine.ts';
import { describeFileSystem, describeMachine } from './machine.ts';
import { writeDefinitions } from './many-definitions.ts';
import { describeRatios, toMedian, toRange, toRatios } from './quantile.ts';
import { type CommandTime, timeCommand, timeScript } from './time-command.ts';
import { createWorkDirectory } from './work-directory.ts';

/** Measures how long `hookline validate` takes, from its start to its end, and what of that parsing YAML takes. */
const FILES = toAmount(10_000);
const ROUNDS = toRounds(5);
const BUDGET = { limit: 2, unit: 's' };

const work = createWorkDirectory();
const { hooks, sources } = await writeDefinitions(join(work, 'hooks.d'), FILES);
console.log(describeMachine());
console.log(
  `${hooks} hooks and ${sources} sources, a file each, on ${describeFileSystem(work)}, read before; 4 of 10 hooks webhook, 4 webhook-custom, 2 log; 2 with a filter`,
);
const parse = fileURLToPath(new URL('./parse-alone.ts', import.meta.url));
const validated: CommandTime[] = [];
const parsed: CommandTime[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  await awaitIdleMachine();
  validated.push(await timeCommand(['validate'], work));
  await awaitIdleMachine();
  parsed.push(await timeScript(parse, ['hooks.d'], work));
}
const elapsed = validated.map(({ elapsedS }) => elapsedS);
const processor = validated.map(({ processorS }) => processorS);
const ratios = toRatios(
  processor,
  parsed.map(({ processorS }) => processorS),
);
const median = toMedian(elapsed);
console.log(
  `validate of ${hooks} files: ${median.toFixed(1)} s, ${toRange(elapsed, 1)} ${atMost(median, BUDGET)}`,
);
console.log(`its processor time: ${toMedian(processor).toFixed(1)} s, ${toRange(processor, 1)}`);
console.log(`that against parsing the same files and nothing else: ${describeRatios(ratios)}`);
