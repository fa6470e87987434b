import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createTempDir } from './temp-dir.ts';

/** A place for state that can be full. */
export interface SmallDisk extends Disposable {
  readonly path: string;
  /** What a server is to be started with. */
  readonly env: Readonly<Record<string, string>>;
  fill(): void;
  free(): void;
}

/** The variable that names the file which says that the disk is full. */
export const FULL_FLAG = 'FULL_FLAG';
const PRELOAD = new URL('./crash-full-disk.ts', import.meta.url).href;
const SIZE = '4m';

/** The kinds of small disk this machine can make: a file system in memory needs the right to mount, a fault does not. */
export function smallDisks(): readonly (readonly [name: string, create: () => SmallDisk])[] {
  const injected = ['a fault at the commit', createFaultyDisk] as const;
  return canMount() ? [['a small file system', mountSmallDisk], injected] : [injected];
}

function canMount(): boolean {
  try {
    mountSmallDisk()[Symbol.dispose]();
    return true;
  } catch {
    return false;
  }
}

function mountSmallDisk(): SmallDisk {
  const dir = createTempDir();
  const ballast = join(dir.path, 'ballast');
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', dir.path], { stdio: 'ignore' });
  return {
    path: dir.path,
    env: {},
    fill: () => writeUntilFull(ballast),
    free: () => rmSync(ballast),
    [Symbol.dispose]() {
      execFileSync('umount', ['--lazy', dir.path]);
      dir[Symbol.dispose]();
    },
  };
}

/** A disk whose server is told that it is full at its commits. */
export function createFaultyDisk(): SmallDisk {
  const dir = createTempDir();
  const path = join(dir.path, 'state');
  const flag = join(dir.path, 'full');
  mkdirSync(path);
  return {
    path,
    env: { NODE_OPTIONS: `--import ${PRELOAD}`, [FULL_FLAG]: flag },
    fill: () => writeFileSync(flag, ''),
    free: () => rmSync(flag),
    [Symbol.dispose]: () => dir[Symbol.dispose](),
  };
}

function writeUntilFull(file: string): void {
  const handle = openSync(file, 'w');
  const block = Buffer.alloc(4096, 'x');
  try {
    for (;;) writeSync(handle, block);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(handle);
  }
}
