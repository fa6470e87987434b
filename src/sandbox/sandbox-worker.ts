import { parentPort, workerData } from 'node:worker_threads';
import { createCpuClock } from './cpu-clock.ts';
import { createLuaEngine } from './lua.ts';
import { createPrograms } from './programs.ts';
import { createQuickJsEngine } from './quickjs.ts';
import {
  BEATS,
  FINISHED,
  type SandboxMessage,
  type SandboxTask,
  type SandboxWorkerData,
  type TimedAnswer,
} from './sandbox-protocol.ts';

/** A thread that runs functions, one after another. What ends the thread itself is seen by the pool. */
const port = parentPort;
if (port === null) throw new Error('Cannot run the sandbox worker: it must be started as a thread');
const progress = new Int32Array((workerData as SandboxWorkerData).progress);
const cpuMs = createCpuClock(() => Atomics.add(progress, BEATS, 1));
const [javascript, lua] = await Promise.all([createQuickJsEngine(cpuMs), createLuaEngine(cpuMs)]);
const programs = createPrograms({ javascript, lua }, cpuMs);

// The next batch comes when this one is answered.
port.on('message', async (tasks: readonly SandboxTask[]) => {
  const answers: TimedAnswer[] = [];
  for (const task of tasks) {
    answers.push(await perform(task));
    Atomics.add(progress, FINISHED, 1);
  }
  port.postMessage({ kind: 'answers', answers } satisfies SandboxMessage);
});
port.postMessage({ kind: 'ready' } satisfies SandboxMessage);

function perform(task: SandboxTask): Promise<TimedAnswer> {
  return task.kind === 'compile' ? programs.compile(task.source, task.language) : programs.run(task);
}
