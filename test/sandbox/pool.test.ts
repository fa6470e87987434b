import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/event.ts';
import { createSandbox } from '../../src/sandbox/pool.ts';
import type { Sandbox, SandboxProgram, SandboxResult } from '../../src/sandbox/sandbox.ts';
import { lua } from '../helpers/run-functions.ts';

const run = promisify(execFile);

const POOL = new URL('../../src/sandbox/pool.ts', import.meta.url).href;
const TIMEOUT = {
  kind: 'error',
  reason: 'timeout',
  message: 'Function did not finish within 100 ms',
  output: '',
};

function toProgram(source: string): SandboxProgram {
  return { language: source.startsWith('return function') ? 'lua' : 'javascript', functions: [source] };
}

/** A sandbox with one thread, that is closed with its scope. */
function openSandbox(threads = 1): Sandbox & AsyncDisposable {
  const sandbox = createSandbox({ threads });
  return { ...sandbox, [Symbol.asyncDispose]: () => sandbox.close() };
}

/** Each function is a hook of its own. */
function call(sandbox: Sandbox, source: string, data: Json = {}): Promise<SandboxResult> {
  return sandbox.run(toProgram(source), { hook: source, data, event: 'consumers', source: 'crud', pid: 1 });
}

const QUICK = '(data) => data';
/** No engine can stop these by itself: they are within one step all the time. */
const STUCK = '() => new Array(4e9).join("x").length';
const STUCK_IN_LUA = '("x"):rep(300000):find(".-.-.-.-.-b")';

describe('a sandbox', () => {
  it('runs functions of both languages on its thread', async () => {
    await using sandbox = openSandbox();
    const data = { a: [1, null, 'x'], b: {} };
    expect(await call(sandbox, '(data) => { console.log("seen"); return data; }', data)).toEqual({
      kind: 'value',
      value: data,
      output: 'seen\n',
    });
    expect(await call(sandbox, lua('print("seen") return data'), data)).toEqual({
      kind: 'value',
      value: data,
      output: 'seen\n',
    });
    expect(await sandbox.compile(QUICK, null)).toEqual({ kind: 'compiled', language: 'javascript' });
    expect(await sandbox.compile('x y', 'lua')).toMatchObject({ kind: 'invalid', line: 1 });
  });

  it('answers each of many calls at once with what is its own', async () => {
    await using sandbox = openSandbox(2);
    const sources = [QUICK, '(data) => data ', lua('return data')];
    const calls = Array.from({ length: 600 }, (_, n) => call(sandbox, sources[n % 3] ?? QUICK, { n }));
    const values = (await Promise.all(calls)).map((result) =>
      result.kind === 'value' ? result.value : result,
    );
    expect(values).toEqual(calls.map((_, n) => ({ n })));
  });

  it('replaces a thread that got stuck, and nothing else fails', async () => {
    await using sandbox = openSandbox();
    await call(sandbox, QUICK);
    const calls = [call(sandbox, QUICK, 1), call(sandbox, STUCK), call(sandbox, QUICK, 2)];
    const [first, second, third] = await Promise.all(calls);
    expect(first).toMatchObject({ value: 1 });
    expect(second).toEqual(TIMEOUT);
    expect(third).toMatchObject({ value: 2 });
  });

  it('runs again what shared its batch with a function that got stuck', async () => {
    await using sandbox = openSandbox();
    const sometimes = lua(`if data.stuck then ${STUCK_IN_LUA} end return data.n`);
    const others = [QUICK, '(data) => data ', '(data) => data  '];
    for (const source of [sometimes, ...others]) await call(sandbox, source, { n: 0 });
    const [stuck, ...results] = await Promise.all([
      call(sandbox, sometimes, { stuck: true }),
      ...others.map((source, n) => call(sandbox, source, n)),
      call(sandbox, sometimes, { n: 7 }),
    ]);
    expect(stuck).toEqual(TIMEOUT);
    expect(results.map((result) => result.kind === 'value' && result.value)).toEqual([0, 1, 2, 7]);
  });

  it('has functions that never end wait for each other, not others for them', async () => {
    await using sandbox = openSandbox(2);
    await call(sandbox, QUICK);
    let ended = 0;
    const endless = Array.from({ length: 100 }, async (_, n) => {
      await call(sandbox, `() => { for (;;); } // ${n}`);
      ended += 1;
    });
    for (let n = 0; n < 20; n += 1) expect(await call(sandbox, QUICK, n)).toMatchObject({ value: n });
    expect(ended).toBeLessThan(50);
    await sandbox.close();
    await Promise.all(endless);
  });

  it('ends what runs and what waits when it is closed, and takes nothing more', async () => {
    await using sandbox = openSandbox();
    await call(sandbox, QUICK);
    const calls = [call(sandbox, '() => { for (;;); }'), call(sandbox, QUICK), sandbox.compile(QUICK, null)];
    await sandbox.close();
    const [running, waiting, compiling] = await Promise.all(calls);
    expect(running).toMatchObject({
      kind: 'error',
      reason: 'crash',
      message: expect.stringMatching(/closed$/),
    });
    expect(waiting).toMatchObject({
      reason: 'crash',
      message: 'Function was not run: the sandbox is closed',
    });
    expect(compiling).toMatchObject({
      kind: 'invalid',
      message: expect.stringMatching(/the sandbox is closed$/),
    });
    expect(await call(sandbox, QUICK)).toMatchObject({ reason: 'crash' });
    await sandbox.close();
  });

  it('can be closed while its thread starts', async () => {
    const sandbox = openSandbox();
    const waiting = call(sandbox, QUICK);
    await sandbox.close();
    expect(await waiting).toMatchObject({ message: 'Function was not run: the sandbox is closed' });
  });

  it.each([
    ['is not allowed', ['--permission', '--allow-fs-read=*'], /its thread cannot be started: ./],
    [
      'fails',
      [
        '--import',
        'data:text/javascript,import {isMainThread} from "node:worker_threads"; if (!isMainThread) throw new Error("no luck")',
      ],
      /its thread cannot be started: no luck$/,
    ],
  ])('says so when the start of its thread %s, and lets the process end', async (_, options, message) => {
    const program = JSON.stringify(toProgram(QUICK));
    const script = `
      import { createSandbox } from ${JSON.stringify(POOL)};
      const sandbox = createSandbox();
      const args = { hook: 'hook', data: 1, event: 'e', source: 's', pid: 1 };
      const calls = [sandbox.run(${program}, args), sandbox.run(${program}, args), sandbox.compile('x', null)];
      console.log(JSON.stringify(await Promise.all(calls)));
      await sandbox.close();`;
    const { stdout } = await run(process.execPath, [...options, '--input-type=module', '--eval', script]);
    const crash = { kind: 'error', reason: 'crash', message: expect.stringMatching(message), output: '' };
    expect(JSON.parse(stdout)).toEqual([
      crash,
      crash,
      { kind: 'invalid', message: expect.stringMatching(message), line: null },
    ]);
  });
});
