import { execFileSync } from 'node:child_process';
import { closeSync, constants, existsSync, openSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';

/** A directory that hangs for a program that sick-directory.ts was loaded into. */
export interface Hang {
  /** Resolves when somebody is held. */
  held(): Promise<void>;
  release(): void;
}

/** Makes a directory hang. */
export function hang(dir: string): Hang {
  const pipe = join(dir, '.hung');
  execFileSync('mkfifo', [pipe]);
  return {
    async held() {
      while (!existsSync(join(dir, '.held'))) await setImmediate();
    },
    release() {
      // Nobody new may come to it after those that wait were let go.
      renameSync(pipe, `${pipe}.before`);
      closeSync(openSync(`${pipe}.before`, constants.O_RDWR));
    },
  };
}
