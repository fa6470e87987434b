import { writeSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

/**
 * Loaded before a command that is measured: when its process ends, it writes the processor time it took, in seconds, to
 * file descriptor 3. Threads are counted in.
 */
const USAGE_FD = 3;

if (isMainThread)
  process.once('exit', () => {
    const { userCPUTime, systemCPUTime } = process.resourceUsage();
    writeSync(USAGE_FD, String((userCPUTime + systemCPUTime) / 1e6));
  });
