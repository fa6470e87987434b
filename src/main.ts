#!/usr/bin/env node
import { CommanderError } from 'commander';
import { toPrintable } from './cli/printable.ts';
import { createProgram } from './cli/program.ts';
import { ERROR_CODES, HooklineError, toMessage } from './errors.ts';
import { hideUsers } from './shown-url.ts';

/** A second signal, of either kind, ends the process at once, with the status a shell gives a process that was killed. */
const KILLED_EXIT_CODE = 130;

let isStopping = false;
const stopped = new Promise<void>((resolve) => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (isStopping) process.exit(KILLED_EXIT_CODE);
      isStopping = true;
      resolve();
    });
  }
  // Whoever read the output has seen enough: a command that runs until it is stopped has nothing left to do.
  process.stdout.on('error', (error) => {
    reportWriteError(error);
    resolve();
  });
});
process.stderr.on('error', reportWriteError);

const { stdin, stdout, stderr, env } = process;
let isOutputLost = false;
const onHangup = (callback: () => void): void => void process.on('SIGHUP', callback);
const program = createProgram({ stdin, stdout, stderr, env, stopped, onHangup }, (code) => {
  process.exitCode = isOutputLost ? 1 : code;
});

try {
  await program.parseAsync(process.argv);
} catch (error) {
  process.exitCode = toExitCode(error);
}

/** A pipe whose reader has gone is no mistake; the exit code is still the command's. */
function reportWriteError(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') return;
  isOutputLost = true;
  process.exitCode = 1;
  if (stderr.writable) stderr.write(`hookline: Cannot write the output: ${error.message}\n`);
}

function toExitCode(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  // A server's address or a repository's may have a token in it, which a list of jobs would show.
  stderr.write(`hookline: ${toPrintable(hideUsers(toMessage(error)))}\n`);
  return error instanceof HooklineError ? ERROR_CODES[error.code].exit : 1;
}
