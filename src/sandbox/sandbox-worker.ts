import { parentPort, workerData } from 'node:worker_threads';
import { createLuaEngine } from './lua.ts';
import { createPrograms } from './programs.ts';
import { createQuickJsEngine } from './quickjs.ts';
import type { SandboxAnswer, SandboxMessage, SandboxTask, SandboxWorkerData } from './sandbox-protocol.ts';

/** A thread that runs functions, one after another. What ends the thread itself is seen by the pool. */
const port = parentPort;
if (port === null) throw new Error('Cannot run the sandbox worker: it must be started as a thread');
const progress = new Int32Array((workerData as SandboxWorkerData).progress);
const [javascript, lua] = await Promise.all([createQuickJsEngine(), createLuaEngine()]);
const programs = createPrograms({ javascript, lua });

port.on('message', (tasks: readonly SandboxTask[]) => {
  Atomics.store(progress, 0, 0);
  const answers = tasks.map((task) => {
    const answer = perform(task);
    Atomics.add(progress, 0, 1);
    return answer;
  });
  port.postMessage({ kind: 'answers', answers } satisfies SandboxMessage);
});
port.postMessage({ kind: 'ready' } satisfies SandboxMessage);

function perform(task: SandboxTask): SandboxAnswer {
  return task.kind === 'compile'
    ? programs.compile(task.source, task.language)
    : programs.run(task.program, task.args);
}
