/** Runs tasks one after the other, each once those before it have ended, however they ended. */
export type TaskQueue = <Result>(task: () => Promise<Result>) => Promise<Result>;

/** Creates a queue that is empty. */
export function createTaskQueue(): TaskQueue {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const result = last.then(task, task);
    last = result.catch(() => undefined);
    return result;
  };
}
