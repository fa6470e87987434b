import { spawn } from 'node:child_process';
import { COMPILE_CACHE } from './process.ts';

/** A command on a terminal of its own, as a person has it. */
export interface TerminalCommand extends AsyncDisposable {
  /** Resolves once the screen has shown this since the last time something was typed. Rejects when the command ends before. */
  shows(text: string): Promise<void>;
  type(keys: string): void;
  /** All that was shown, without what moves the cursor and colours. */
  readonly screen: () => string;
  /** The same as the terminal got it. */
  readonly raw: () => string;
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>;
}

/** How a command is run on a terminal. */
export interface TerminalOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly columns?: number;
}

/** Keys of a terminal. */
export const KEYS = { enter: '\r', down: '\u001b[B', interrupt: '\u0003', clear: '\u0015' } as const;

const MAIN = new URL('../../src/main.ts', import.meta.url).pathname;
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what terminals are told with
const CONTROL = /\u001b\[[0-9;?]*[A-Za-z]|\r/g;

/** Starts a command on a pseudo-terminal, which script(1) makes. */
export function startOnTerminal(
  args: readonly string[],
  { cwd, env = {}, columns = 200 }: TerminalOptions,
): TerminalCommand {
  const line = [process.execPath, MAIN, ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn(
    'script',
    ['--quiet', '--return', '--command', `stty cols ${columns}; exec ${line}`, '/dev/null'],
    {
      cwd,
      env: { PATH: process.env.PATH ?? '', TERM: 'xterm', SHELL: '/bin/sh', ...COMPILE_CACHE, ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  let shown = '';
  let typedAt = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  const screen = (): string => shown.replaceAll(CONTROL, '');
  return {
    screen,
    raw: () => shown,
    ended,
    type(keys) {
      typedAt = shown.length;
      child.stdin.write(keys);
    },
    shows: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (shown.slice(typedAt).replaceAll(CONTROL, '').includes(text)) resolve();
        };
        child.stdout.on('data', look);
        void ended.then(() => reject(new Error(`Cannot see ${JSON.stringify(text)}: ${screen()}`)));
        look();
      }),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Runs a command on a terminal to its end. */
export async function runOnTerminal(
  args: readonly string[],
  options: TerminalOptions,
): Promise<{ readonly code: number | null; readonly screen: string; readonly raw: string }> {
  await using terminal = startOnTerminal(args, options);
  const code = await terminal.ended;
  return { code, screen: terminal.screen(), raw: terminal.raw() };
}
