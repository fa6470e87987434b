import { readFileSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';

/** Where the kernel lists what is mounted (proc_pid_mountinfo(5)). */
const MOUNTS = '/proc/self/mountinfo';
/** Where the kubelet keeps what it mounts for a subPath: a copy of one moment, as links are resolved once. */
const SUB_PATH = /\/volume-subpaths\//;

/**
 * Paths at or below a directory, or that it lies in, that are subPath mounts of Kubernetes: what is there is what was
 * there when the pod began. Empty where the system does not tell.
 */
export function findFrozenMounts(dir: string): readonly string[] {
  const root = toReal(dir);
  return readMounts()
    .filter(({ root: mounted }) => SUB_PATH.test(mounted))
    .map(({ path }) => path)
    .filter((path) => isWithin(path, root) || isWithin(root, path));
}

/** What of its file system is mounted where. */
interface Mount {
  readonly root: string;
  readonly path: string;
}

function readMounts(): readonly Mount[] {
  try {
    return readFileSync(MOUNTS, 'utf8')
      .split('\n')
      .map((line) => line.split(' '))
      .flatMap(([, , , root, path]) =>
        root === undefined || path === undefined ? [] : [{ root: fromOctal(root), path: fromOctal(path) }],
      );
  } catch {
    return [];
  }
}

/** Blanks and backslashes stand as octal escapes. */
function fromOctal(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}

function toReal(dir: string): string {
  try {
    return realpathSync(dir);
  } catch {
    return resolve(dir);
  }
}

function isWithin(path: string, dir: string): boolean {
  return path === dir || path.startsWith(dir === '/' ? dir : `${dir}/`);
}
