import { readFileSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';

/** Where the kernel lists what is mounted (proc_pid_mountinfo(5)). */
const MOUNTS = '/proc/self/mountinfo';
/**
 * A version of a volume as the kubelet names it. It resolves the links of a subPath once and mounts what they led to, so
 * that what stands in the mount table is within one version; a volume that is mounted whole is mounted above them. Of a
 * ConfigMap the versions are below the kubelet's own directory, of a Secret or of a projected volume at the root of a
 * file system in memory. (kubernetes: pkg/volume/util/atomic_writer.go, pkg/volume/util/subpath/subpath_linux.go)
 */
const VERSION = /\/\.\.\d{4}_\d\d_\d\d_\d\d_\d\d_\d\d\.\d+(?:\/|$)/;

/**
 * Paths at or below a directory, or that it lies in, that are subPath mounts of Kubernetes: what is there is what was
 * there when the pod began. Empty where the system does not tell.
 */
export function findFrozenMounts(dir: string): readonly string[] {
  const root = toReal(dir);
  return readMounts()
    .filter(({ root: mounted }) => VERSION.test(mounted))
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
