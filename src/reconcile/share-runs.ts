/** One run at a time. Calls during a run share one more, which starts after it and so sees what they saw. */
export function shareRuns<T>(start: () => Promise<T>): () => Promise<T> {
  let run: Promise<T> | null = null;
  let next: Promise<T> | null = null;
  const begin = (): Promise<T> => {
    run = start().finally(() => {
      run = null;
    });
    return run;
  };
  return () => {
    if (run === null) return begin();
    const again = (): Promise<T> => {
      next = null;
      return run ?? begin();
    };
    next ??= run.then(again, again);
    return next;
  };
}
