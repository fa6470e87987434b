/**
 * Runs something that makes an error of each thing that is wrong with what it is given, and reads none of their traces:
 * to take those takes most of the time of such an error. Nothing in it may wait.
 */
export function withoutTraces<T>(run: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return run();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
