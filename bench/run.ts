import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { endWithUs } from './end-with-us.ts';

/**
 * Runs the benchmarks its arguments name, or every one, one after another, each in a process of its own, and prints one
 * table of what they measured. A line of theirs that reads `what: figure` is a row; what is indented or has no figure is
 * shown as it comes. Exits 1 when one of them could not be run, 2 when there is none of that name: no figure makes it
 * fail. With BENCH_QUICK=1 each is a trial of a few seconds, to see that it works.
 */
const BENCHMARKS = [
  'throughput',
  'cases',
  'batch',
  'cloudevents',
  'nats',
  'lanes',
  'isolation',
  'backlog',
  'pruning',
  'load',
  'git',
  'lambda',
  'http2',
  'hook-tests',
  'validate',
] as const;
/** How long one benchmark may take. */
const TIMEOUT_MS = 15 * 60_000;
const USAGE_EXIT_CODE = 2;
const ROW = /^(?<what>[^\s:][^:]*): (?<figure>.+)$/;

type Benchmark = (typeof BENCHMARKS)[number];

/** One line of the table. */
interface Row {
  readonly benchmark: Benchmark;
  readonly what: string;
  readonly figure: string;
}

const rows: Row[] = [];
for (const benchmark of chooseBenchmarks(process.argv.slice(2))) rows.push(...(await run(benchmark)));
printTable(rows);

function chooseBenchmarks(names: readonly string[]): readonly Benchmark[] {
  const unknown = names.filter((name) => !BENCHMARKS.some((benchmark) => benchmark === name));
  if (unknown.length > 0) {
    console.error(`Cannot run "${unknown.join('", "')}": the benchmarks are ${BENCHMARKS.join(', ')}`);
    process.exit(USAGE_EXIT_CODE);
  }
  return names.length === 0 ? BENCHMARKS : BENCHMARKS.filter((benchmark) => names.includes(benchmark));
}

async function run(benchmark: Benchmark): Promise<readonly Row[]> {
  const script = fileURLToPath(new URL(`./${benchmark}.ts`, import.meta.url));
  const child = spawn(process.execPath, [script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: TIMEOUT_MS,
  });
  endWithUs(child);
  const closed = once(child, 'close');
  const found: Row[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    console.log(line);
    const { what, figure } = ROW.exec(line)?.groups ?? {};
    if (what !== undefined && figure !== undefined) found.push({ benchmark, what, figure });
  }
  const [code] = await closed;
  if (code === 0) return found;
  process.exitCode = 1;
  return [...found, { benchmark, what: 'not finished', figure: `ended with ${code}` }];
}

function printTable(table: readonly Row[]): void {
  const width = (key: 'benchmark' | 'what'): number => Math.max(...table.map((row) => row[key].length));
  const [benchmarkWidth, whatWidth] = [width('benchmark'), width('what')];
  console.log();
  for (const { benchmark, what, figure } of table) {
    console.log(`${benchmark.padEnd(benchmarkWidth)}  ${what.padEnd(whatWidth)}  ${figure}`);
  }
}
