import { type ChildProcess, type ChildProcessByStdio, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { endWithUs } from './end-with-us.ts';
import type { Listening } from './messages.ts';

/** A server in a process of its own. */
export interface ServerProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** Ends the process and waits until it is gone. */
  stop(): Promise<void>;
  /** The same at once, as a crash would. */
  kill(): Promise<void>;
}

/** How long a server may take to listen. */
const START_TIMEOUT_MS = 30_000;
/** How long a process has to end by itself: more than Hookline's own 10 s. */
const STOP_TIMEOUT_MS = 15_000;
/** Lines of Hookline's that are kept to be shown. */
const KEPT_LINES = 50;

/** Starts one of the servers beside this file and waits until it listens. */
export async function startPeer(file: string, args: readonly string[] = []): Promise<ServerProcess> {
  const child = endWithUs(fork(fileURLToPath(new URL(file, import.meta.url)), args));
  const ended = once(child, 'exit').then(() => Promise.reject(new Error(`Cannot start "${file}": it ended`)));
  const [{ url }] = (await inTime(file, [once(child, 'message'), ended])) as [Listening];
  return toServerProcess(child, url);
}

/** Starts Hookline as a user would, on a port of its own and with no setting but those of `args`. */
export async function startHookline(
  args: readonly string[],
  { cwd }: { readonly cwd: string },
): Promise<ServerProcess> {
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const command = [main, 'serve', ...args, '--listen', '127.0.0.1:0', '--log-level', 'error'];
  // The declared types know the words for a stream only; standard output goes to our standard error here.
  const child = spawn(process.execPath, command, {
    cwd,
    env: ownSettingsOnly(),
    stdio: ['ignore', 2, 'pipe'],
  }) as ChildProcessByStdio<null, null, Readable>;
  endWithUs(child);
  return toServerProcess(child, await inTime('hookline', [readUrl(child)]));
}

/** Hookline says where it listens on standard error. What it says is shown only when it ends badly. */
function readUrl(child: ChildProcessByStdio<null, null, Readable>): Promise<string> {
  let said: string[] = [];
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      said = [...said.slice(-KEPT_LINES), line];
      const url = / on (http:\/\/\S+)/.exec(line)?.[1];
      if (url !== undefined) resolve(url);
    });
    child.once('close', (code, signal) => {
      if (code !== 0 && signal !== 'SIGKILL') process.stderr.write(`${said.join('\n')}\n`);
      reject(new Error(`Cannot start "hookline": it ended with ${code ?? signal}`));
    });
  });
}

/** What comes first of several, in time. */
async function inTime<T>(name: string, awaited: readonly Promise<T>[]): Promise<T> {
  const late = delay(START_TIMEOUT_MS, null, { ref: false }).then(() =>
    Promise.reject(new Error(`Cannot start "${name}": it does not listen after ${START_TIMEOUT_MS} ms`)),
  );
  return Promise.race([...awaited, late]);
}

function ownSettingsOnly(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('HOOKLINE_')));
}

function toServerProcess(child: ChildProcess, url: string): ServerProcess {
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    const forced = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await exited;
    clearTimeout(forced);
  };
  return { url, child, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}
