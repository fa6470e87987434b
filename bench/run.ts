import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { endWithUs } from './end-with-us.ts';

/**
 * Runs every benchmark, one after another, each in a process of its own, and prints one table of what they measured. A
 * line of theirs that reads `what: figure` is a row; what is indented or has no figure is shown as it comes. Exits 1
 * when one of them could not be run: no figure makes it fail.
 */
const BENCHMARKS = ['throughput', 'load', 'lambda'] as const;
/** How long one benchmark may take. */
const TIMEOUT_MS = 10 * 60_000;
const ROW = /^(?<what>[^\s:][^:]*): (?<figure>.+)$/;

/** One line of the table. */
interface Row {
  readonly benchmark: string;
  readonly what: string;
  readonly figure: string;
}

const rows: Row[] = [];
for (const benchmark of BENCHMARKS) rows.push(...(await run(benchmark)));
printTable(rows);

async function run(benchmark: string): Promise<readonly Row[]> {
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
