import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { createTempDir } from './temp-dir.ts';

/** A git that is the machine's own but for one command, at which it hangs. */
export interface HangingGit extends Disposable {
  /** The PATH it is found by. */
  readonly path: string;
  /** Has it hang at a command from now on. */
  hangAt(command: string): void;
  /** Resolves once it hangs, with the id of its process. */
  hung(): Promise<number>;
}

const SCRIPT = `#!/bin/sh
dir=$(dirname "$0")
for argument do
  if [ "$argument" = "$(cat "$dir/command")" ]; then
    echo $$ > "$dir/writing" && mv "$dir/writing" "$dir/hung"
    exec sleep 600
  fi
done
PATH=\${PATH#*:} exec git "$@"
`;

/** Creates a git that hangs at nothing yet. */
export function createHangingGit(): HangingGit {
  const dir = createTempDir();
  execFileSync('chmod', ['+x', dir.write('git', SCRIPT), dir.write('command', '')]);
  const hung = join(dir.path, 'hung');
  return {
    path: `${dir.path}:${process.env.PATH}`,
    hangAt: (command) => void dir.write('command', command),
    async hung() {
      await expect.poll(() => existsSync(hung), { timeout: 20_000 }).toBe(true);
      return Number(readFileSync(hung, 'utf8'));
    },
    [Symbol.dispose]: dir[Symbol.dispose],
  };
}
