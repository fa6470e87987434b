import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DEFINITION_ENDING } from '../definitions/file-text.ts';
import { HooklineError, toMessage } from '../errors.ts';
import { type NewHook, toFileName } from './new-hook.ts';

/** The output that is standard output. */
export const STDOUT = '-';

/** Where a hook goes on a terminal when nothing else is said. */
export function toDefaultOutput(hook: NewHook, dir: string): string {
  return join(dir, `${hook.name ?? toFileName(hook)}.yaml`);
}

/** Throws HooklineError for a file that is there, or that nobody would read as a definition. */
export function checkOutput(output: string): void {
  if (output === STDOUT) return;
  if (!DEFINITION_ENDING.test(output))
    throw new HooklineError('usage', `Cannot write "${output}": a definition is a file that ends in .yaml`);
  if (existsSync(output)) throw isThere(output);
}

/** Writes a file and the directories it is in. Throws HooklineError, also when the file came to be since it was checked. */
export function writeNew(output: string, text: string): void {
  try {
    mkdirSync(dirname(output), { recursive: true });
    writeFileSync(output, text, { flag: 'wx' });
  } catch (cause) {
    // Where a directory should be, a file may be too.
    const { code, syscall } = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST' && syscall === 'open') throw isThere(output);
    throw new HooklineError('usage', `Cannot write "${output}": ${toMessage(cause)}`, { cause });
  }
}

function isThere(output: string): HooklineError {
  return new HooklineError('conflict', `Cannot write "${output}": it is there already, and stays as it is`);
}
