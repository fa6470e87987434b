import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Runs a script in a shell as it would be pasted: no operating system takes a long one as an argument. */
export async function runShell(shell: string, script: string, env = process.env): Promise<void> {
  const running = execute(shell, [], { env });
  running.child.stdin?.end(`${script}\n`);
  await running;
}
