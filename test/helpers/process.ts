import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

/** A command of Hookline in a process of its own. */
export interface RunningCommand extends AsyncDisposable {
  readonly pid: number;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves once the text was printed on either stream. Rejects when the process ends before. */
  printed(text: string | RegExp): Promise<RegExpMatchArray>;
  /** Resolves with the exit code when the process has ended; null when a signal ended it. */
  readonly ended: Promise<number | null>;
  kill(signal: NodeJS.Signals): void;
}

/** How a command is run. */
export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** A program with its arguments that becomes the command, given it as its last ones. */
  readonly wrapper?: readonly string[];
}

const MAIN = new URL('../../src/main.ts', import.meta.url).pathname;
/** What Node made of the code is kept for the next command, which starts in a little more than half the time. */
export const COMPILE_CACHE = {
  NODE_COMPILE_CACHE: new URL('../../node_modules/.cache/compiled', import.meta.url).pathname,
};

/** Starts a command. */
export function startCommand(
  args: readonly string[],
  { cwd, env = {}, input, wrapper = [] }: CommandOptions = {},
): RunningCommand {
  const options = {
    cwd: cwd ?? process.cwd(),
    env: { PATH: process.env.PATH ?? '', NO_COLOR: '1', ...COMPILE_CACHE, ...env },
  };
  const [program = '', ...rest] = [...wrapper, process.execPath, MAIN, ...args];
  const child = spawn(program, rest, { ...options, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(input ?? '');
  const output = follow(child);
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  return {
    pid: child.pid ?? 0,
    ...output,
    ended,
    kill: (signal) => child.kill(signal),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function follow(
  child: ChildProcessByStdio<import('node:stream').Writable, Readable, Readable>,
): Pick<RunningCommand, 'stdout' | 'stderr' | 'printed'> {
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const printed = (text: string | RegExp): Promise<RegExpMatchArray> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const match = (stdout + stderr).match(text);
        if (match !== null) resolve(match);
      };
      child.stdout.on('data', look);
      child.stderr.on('data', look);
      child.once('close', () => {
        look();
        reject(new Error(`Cannot find ${text} in what was printed: ${stdout}${stderr}`));
      });
      look();
    });
  return { stdout: () => stdout, stderr: () => stderr, printed };
}

/** Runs a command to its end. */
export async function runCommand(
  args: readonly string[],
  options: CommandOptions = {},
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  await using command = startCommand(args, options);
  const code = await command.ended;
  return { code, stdout: command.stdout(), stderr: command.stderr() };
}
