import type { ChildProcess } from 'node:child_process';

/** Status a shell gives a process that was told to end. */
const TERMINATED_EXIT_CODE = 143;

let listening = false;

/** Sees to it that a child ends when this process does, also when it fails or is told to end. Answers the child. */
export function endWithUs<T extends ChildProcess>(child: T): T {
  const kill = (): void => void child.kill();
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  if (!listening) {
    listening = true;
    // Without a listener a signal ends the process with no `exit` event, and what it started would live on.
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => process.exit(TERMINATED_EXIT_CODE));
    }
  }
  return child;
}
