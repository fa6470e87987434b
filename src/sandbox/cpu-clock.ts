/**
 * Tells the processor time this thread has had so far, ms. A function is held against this and not against the clock on
 * the wall: how busy the machine is with other things is not the function's fault.
 */
export type CpuClock = () => number;

/** Creates the clock of this thread. `onRead` is called whenever an engine looks at it. */
export function createCpuClock(onRead: () => void): CpuClock {
  return () => {
    onRead();
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  };
}
