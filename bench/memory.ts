import { readFileSync } from 'node:fs';

const KIB_PER_MIB = 1024;

/** Resident memory of a process, in MiB. */
export interface ResidentMemory {
  readonly nowMiB: number;
  /** The most it ever was. */
  readonly peakMiB: number;
}

/** Asks the system how much memory a process has. It is Linux's answer; throws where there is none. */
export function readMemory(pid: number | undefined): ResidentMemory {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return { nowMiB: toMiB(status, 'VmRSS'), peakMiB: toMiB(status, 'VmHWM') };
}

function toMiB(status: string, key: string): number {
  const kib = new RegExp(`^${key}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
  if (kib === undefined) throw new Error(`Cannot read the memory of a process: there is no ${key}`);
  return Number(kib) / KIB_PER_MIB;
}
