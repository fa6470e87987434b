import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { undoAtExit } from '../undo-at-exit.ts';

/** One command of git. */
export interface GitCommand {
  /** After `git`; what comes from outside stands behind `--end-of-options` or `--`, so that nothing of it is an option. */
  readonly args: readonly string[];
  /** Written to its standard input. */
  readonly input?: string | Buffer;
  /** Besides what every command has; holds what must not show in a list of processes. */
  readonly env?: Readonly<Record<string, string>>;
  /** The command and all it started are killed then, and when this process ends. */
  readonly timeoutMs: number;
  /** Bytes of its standard output that are read; it is killed after them. */
  readonly maxBytes?: number;
}

/** What a command said that ended well. */
export interface GitOutput {
  readonly stdout: Buffer;
  readonly stderr: string;
  /** Whether there was more than was read. */
  readonly isCut: boolean;
}

/** Runs git in one repository, with no configuration but its own. */
export interface Git {
  /** Rejects with GitError when it ends with anything but 0, except after `maxBytes`. */
  run(command: GitCommand): Promise<GitOutput>;
}

/** A command of git that did not end well. */
export class GitError extends Error {
  override readonly name = 'GitError';
  /** Null when it was killed or could not be started. */
  readonly exitCode: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly timedOut: boolean;
  /** It was ended, for its time or by a stop, or could not be started: that it failed says nothing of the repository. */
  readonly interrupted: boolean;

  constructor(
    message: string,
    about: Pick<GitError, 'exitCode' | 'stdout' | 'stderr' | 'timedOut' | 'interrupted'>,
  ) {
    super(message);
    this.exitCode = about.exitCode;
    this.stdout = about.stdout;
    this.stderr = about.stderr;
    this.timedOut = about.timedOut;
    this.interrupted = about.interrupted;
  }
}

/** What a runner is made with. */
export interface GitOptions {
  /** A bare repository, also one that is still to be made. */
  readonly dir: string;
  /** What git finds its programs and proxies by: PATH and the variables of proxies are taken from it, no more. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends every command, and lets none begin. */
  readonly signal?: AbortSignal;
}

/** Variables git and curl read a proxy or certificates from. */
const PASSED_ON =
  /^(?:PATH|TMPDIR|SSL_CERT_(?:FILE|DIR)|GIT_SSL_CA(?:INFO|PATH)|(?:https?|all|no)_proxy|NO_PROXY|HTTPS?_PROXY|ALL_PROXY)$/;
/** Nothing of the user's or the machine's configuration, no question asked, no hook run, nothing done in the background. */
const SETTINGS = {
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  'credential.helper': '',
  'gc.auto': '0',
  'maintenance.auto': 'false',
  'fetch.unpackLimit': '1',
  'submodule.recurse': 'false',
  'fetch.recurseSubmodules': 'false',
  'safe.directory': '*',
};
const ENVIRONMENT = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  // A command that is to reach a remote names its protocol; no other asks for what it misses.
  GIT_ALLOW_PROTOCOL: 'none',
  // What was signed or is live is what is read: no object stands for another.
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: 'true',
  SSH_ASKPASS: 'true',
  GIT_LFS_SKIP_SMUDGE: '1',
  LC_ALL: 'C',
  HOME: '/nonexistent',
};
const SETTING_ARGS = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
/** Bytes of standard error that are kept. */
const MAX_STDERR = 64 * 1024;
/** Enough for the names of a million files; a remote must not fill the memory. */
const MAX_STDOUT = 256 * 1024 * 1024;

/** How a command ends that was not begun. */
const NOT_RUN = {
  exitCode: null,
  stdout: Buffer.alloc(0),
  stderr: '',
  timedOut: false,
  interrupted: true,
};

/** Creates a runner. */
export function createGit({ dir, env, signal }: GitOptions): Git {
  const passed = Object.fromEntries(Object.entries(env).filter(([name]) => PASSED_ON.test(name)));
  return {
    async run({ args, input = '', env: extra = {}, timeoutMs, maxBytes = MAX_STDOUT }) {
      if (wasStopped(signal)) throw new GitError('git was told to stop', NOT_RUN);
      // A process group of its own: ssh and git's helpers end with it.
      const child = spawn('git', [`--git-dir=${dir}`, ...SETTING_ARGS, ...args], {
        env: { ...passed, ...ENVIRONMENT, ...extra },
        detached: true,
        stdio: 'pipe',
      });
      using limits = limit(child, { timeoutMs, signal });
      const ended = toEnd(child);
      child.stdin.on('error', () => undefined);
      child.stdin.end(input);
      const [out, err, end] = await Promise.all([
        readBounded(child.stdout, { maxBytes, onCut: () => kill(child) }),
        readBounded(child.stderr, { maxBytes: MAX_STDERR, onCut: () => undefined }),
        ended,
      ]);
      const { bytes: stdout, isCut } = out;
      const stderr = err.bytes.toString('utf8');
      const { timedOut } = limits;
      if ((end === 0 || isCut) && !timedOut) return { stdout, stderr, isCut };
      // One whose helper was killed first may still end by itself, and say that this failed.
      const interrupted = timedOut || wasStopped(signal) || end instanceof Error;
      const exitCode = typeof end === 'number' && !interrupted ? end : null;
      const about = { exitCode, stdout, stderr, timedOut, interrupted };
      throw new GitError(toReason({ end, stderr, timedOut }), about);
    },
  };
}

function wasStopped(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

/** What may end a command before its time. */
interface Limits extends Disposable {
  readonly timedOut: boolean;
}

function limit(
  child: ChildProcess,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal | undefined },
): Limits {
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    kill(child);
  }, timeoutMs);
  const stop = (): void => kill(child);
  signal?.addEventListener('abort', stop);
  const undo = undoAtExit(stop);
  return {
    get timedOut() {
      return timedOut;
    },
    [Symbol.dispose]() {
      undo[Symbol.dispose]();
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
    },
  };
}

/** Its exit code, null when it was killed, or why it could not be started. */
type End = number | null | Error;

function toEnd(child: ChildProcess): Promise<End> {
  return new Promise((resolve) => {
    child.once('error', resolve);
    child.once('close', (code) => resolve(code));
  });
}

/** What comes after the bound is read and dropped, so that no writer is held up. */
async function readBounded(
  stream: Readable,
  { maxBytes, onCut }: { readonly maxBytes: number; readonly onCut: () => void },
): Promise<{ readonly bytes: Buffer; readonly isCut: boolean }> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (length <= maxBytes) chunks.push(chunk);
    length += chunk.length;
    if (length > maxBytes) onCut();
  }
  return { bytes: Buffer.concat(chunks).subarray(0, maxBytes), isCut: length > maxBytes };
}

/** What git says of why it failed is in the lines it marks so. */
function toReason({ end, stderr, timedOut }: { end: End; stderr: string; timedOut: boolean }): string {
  if (end instanceof Error) return `git cannot be run: ${end.message}`;
  if (timedOut) return 'git took too long';
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  const marked = lines.filter((line) => /^(?:fatal|error|remote):/.test(line));
  return (marked.length > 0 ? marked : lines).slice(0, 3).join('; ') || 'git failed';
}

function kill({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
