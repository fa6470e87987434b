import { statfsSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { IS_QUICK } from './effort.ts';

const BYTES_PER_GIB = 2 ** 30;

/** Names of the file systems a state directory is likely to be on, by the number Linux gives them. */
const FILE_SYSTEMS: Readonly<Record<number, string>> = {
  61267: 'ext4',
  1481003842: 'xfs',
  2435016766: 'btrfs',
  2035054128: 'overlayfs',
  16914836: 'tmpfs (a commit costs nothing there)',
};

/** One line with what a figure depends on: processor, memory, versions. Two figures compare only where it is the same. */
export function describeMachine(): string {
  const memory = (totalmem() / BYTES_PER_GIB).toFixed(1);
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const machine = `${model}, ${cpus().length} cores, ${memory} GiB, node ${process.version}, sqlite ${process.versions.sqlite}`;
  return IS_QUICK ? `${machine}; a quick trial, its figures mean nothing` : machine;
}

/** The file system a directory is on: it decides what a durable commit costs. */
export function describeFileSystem(dir: string): string {
  const { type } = statfsSync(dir);
  return FILE_SYSTEMS[type] ?? `file system 0x${type.toString(16)}`;
}

/** Milliseconds of a clock that all processes of one machine share and nothing sets. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
