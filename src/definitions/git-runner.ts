import { spawn } from 'node:child_process';
import { buffer } from 'node:stream/consumers';

/** One command of git. */
export interface GitCommand {
  /** After `git`; what comes from outside stands behind `--end-of-options` or `--`, so that nothing of it is an option. */
  readonly args: readonly string[];
  /** Written to its standard input. */
  readonly input?: string | Buffer;
  /** Besides what every command has; holds what must not show in a list of processes. */
  readonly env?: Readonly<Record<string, string>>;
  /** The command and all it started are killed then. */
  readonly timeoutMs: number;
}

/** What a command said that ended well. */
export interface GitOutput {
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs git in one repository, with no configuration but its own. */
export interface Git {
  /** Rejects with GitError when it ends with anything but 0. */
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

  constructor(message: string, about: Pick<GitError, 'exitCode' | 'stdout' | 'stderr' | 'timedOut'>) {
    super(message);
    this.exitCode = about.exitCode;
    this.stdout = about.stdout;
    this.stderr = about.stderr;
    this.timedOut = about.timedOut;
  }
}

/** What a runner is made with. */
export interface GitOptions {
  /** A bare repository, also one that is still to be made. */
  readonly dir: string;
  /** What git finds its programs and proxies by: PATH and the variables of proxies are taken from it, no more. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Variables git and curl read a proxy or certificates from. */
const PASSED_ON =
  /^(?:PATH|TMPDIR|SSL_CERT_(?:FILE|DIR)|(?:https?|all|no)_proxy|NO_PROXY|HTTPS?_PROXY|ALL_PROXY)$/;
/**
 * Nothing of the user's or the machine's configuration, no question asked, no hook run, nothing done in the background,
 * and only protocols that are no way to run a command.
 */
const SETTINGS = {
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  'credential.helper': '',
  'gc.auto': '0',
  'maintenance.auto': 'false',
  'protocol.allow': 'never',
  'protocol.https.allow': 'always',
  'protocol.http.allow': 'always',
  'protocol.ssh.allow': 'always',
  'protocol.git.allow': 'always',
  'protocol.file.allow': 'always',
  'submodule.recurse': 'false',
  'fetch.recurseSubmodules': 'false',
  'safe.directory': '*',
};
const ENVIRONMENT = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
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

/** Creates a runner. */
export function createGit({ dir, env }: GitOptions): Git {
  const passed = Object.fromEntries(Object.entries(env).filter(([name]) => PASSED_ON.test(name)));
  return {
    async run({ args, input = '', env: extra = {}, timeoutMs }) {
      // A process group of its own: ssh and git's helpers end with it.
      const child = spawn('git', [`--git-dir=${dir}`, ...SETTING_ARGS, ...args], {
        env: { ...passed, ...ENVIRONMENT, ...extra },
        detached: true,
        stdio: 'pipe',
      });
      let timedOut = false;
      const timer = setTimeout(() => {
        timedOut = true;
        kill(child.pid);
      }, timeoutMs);
      const ended = new Promise<number | null | Error>((resolve) => {
        child.once('error', resolve);
        child.once('close', (code) => resolve(code));
      });
      child.stdin.on('error', () => undefined);
      child.stdin.end(input);
      const [stdout, stderr, code] = await Promise.all([buffer(child.stdout), buffer(child.stderr), ended]);
      clearTimeout(timer);
      const said = stderr.subarray(0, MAX_STDERR).toString('utf8');
      if (code === 0 && !timedOut) return { stdout, stderr: said };
      const message = code instanceof Error ? `git cannot be run: ${code.message}` : toReason(said, timedOut);
      throw new GitError(message, {
        exitCode: typeof code === 'number' ? code : null,
        stdout,
        stderr: said,
        timedOut,
      });
    },
  };
}

/** What git says of why it failed is in the lines it marks so. */
function toReason(stderr: string, timedOut: boolean): string {
  if (timedOut) return 'git took too long';
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  const marked = lines.filter((line) => /^(?:fatal|error|remote):/.test(line));
  return (marked.length > 0 ? marked : lines).slice(0, 3).join('; ') || 'git failed';
}

function kill(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
