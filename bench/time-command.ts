import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { endWithUs } from './end-with-us.ts';

/** What a command took, from the start of its process to its end. */
export interface CommandTime {
  readonly elapsedS: number;
  /** Processor time: others who use the machine make it longer by little. */
  readonly processorS: number;
}

/** Runs a script with Node.js, in a process of its own, as a person runs it. Throws when it ends with another code than 0. */
export async function timeScript(script: string, args: readonly string[], cwd: string): Promise<CommandTime> {
  const preload = new URL('./report-usage.ts', import.meta.url).href;
  const startedAtMs = performance.now();
  const child = spawn(process.execPath, ['--import', preload, script, ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  });
  endWithUs(child);
  const usage = text(child.stdio[3] as Readable);
  const [output, [code]] = await Promise.all([text(child.stdio[1] as Readable), once(child, 'close')]);
  if (code !== 0) throw new Error(`Cannot time ${args.join(' ')}: it ended with ${code}: ${output}`);
  return { elapsedS: (performance.now() - startedAtMs) / 1000, processorS: Number(await usage) };
}

/** Runs a command of Hookline. */
export function timeCommand(args: readonly string[], cwd: string): Promise<CommandTime> {
  return timeScript(fileURLToPath(new URL('../src/main.ts', import.meta.url)), args, cwd);
}
