import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createTempDir } from '../helpers/temp-dir.ts';

const run = promisify(execFile);
const PRELOAD = toUrl('../helpers/sick-directory.ts');
/** Longer than such a story takes, for one that is held to the end. */
const TIMEOUT_MS = 20_000;

function toUrl(path: string): string {
  return new URL(path, import.meta.url).href;
}

/** Runs a story of a source of a directory that can be sick, in a process of its own; answers what it returns. */
async function tell(dir: string, story: string): Promise<unknown> {
  const script = `
    import { rmSync, writeFileSync } from 'node:fs';
    import { join } from 'node:path';
    import { setImmediate } from 'node:timers/promises';
    import { createDirectorySource } from '${toUrl('../../src/definitions/directory-source.ts')}';
    import { hang } from '${toUrl('../helpers/hang.ts')}';
    import { createSettlingClock } from '${toUrl('../helpers/settling-clock.ts')}';
    const dir = ${JSON.stringify(dir)};
    const clock = createSettlingClock();
    const logger = { warn: () => undefined };
    const source = createDirectorySource({ name: 'x', dir, labelled: false, clock, logger, pollMs: 1_000 });
    const read = () => source.read({ live: null }).then(
      ({ files }) => files.map(({ file }) => file),
      ({ reason, message }) => [reason, message],
    );
    const pass = async (ms, promise) => {
      let isSettled = false;
      promise.finally(() => { isSettled = true; });
      for (; !isSettled; clock.advance(ms)) await setImmediate();
      return promise;
    };
    const tell = async () => { ${story} };
    console.log(JSON.stringify(await tell()));
    await source.close();`;
  using program = createTempDir();
  const args = ['--import', PRELOAD, program.write('story.mjs', script)];
  const { stdout } = await run(process.execPath, args, { timeout: TIMEOUT_MS, killSignal: 'SIGKILL' });
  return JSON.parse(stdout);
}

describe('a directory that hangs', () => {
  it('is given up, at once when it still hangs, and read when it answers again', async () => {
    using dir = createTempDir();
    dir.write('a.yaml', '');
    const story = `
      const before = await read();
      const hung = hang(dir);
      writeFileSync(join(dir, 'b.yaml'), '');
      const reading = read();
      await hung.held();
      const first = await pass(10_000, reading);
      const second = await read();
      hung.release();
      let after = await read();
      for (; after[0] === 'Timeout'; after = await read()) await setImmediate();
      return { before, first, second, after };`;
    const failed = ['Timeout', `Cannot read directory "${dir.path}": nothing was heard from it for 10 s`];
    expect(await tell(dir.path, story)).toEqual({
      before: ['a.yaml'],
      first: failed,
      second: failed,
      after: ['a.yaml', 'b.yaml'],
    });
  });

  it('is waited for while it makes steps, however slow they are', async () => {
    using dir = createTempDir();
    for (const name of ['a/a.yaml', 'b/b.yaml']) dir.write(name, '');
    const story = `
      const hangs = ['a', 'b'].map((name) => hang(join(dir, name)));
      const reading = read();
      for (const hung of hangs) {
        await hung.held();
        clock.advance(10_000);
        hung.release();
      }
      return reading;`;
    expect(await tell(dir.path, story)).toEqual(['a/a.yaml', 'b/b.yaml']);
  });

  it('can be closed: what was being read is given up, its thread is left behind', async () => {
    using dir = createTempDir();
    dir.write('a.yaml', '');
    const story = `
      const hung = hang(dir);
      const reading = read();
      await hung.held();
      await pass(1_000, source.close());
      const outcome = await reading;
      hung.release();
      return outcome;`;
    const closed = `Cannot read directory "${dir.path}": it is closed`;
    expect(await tell(dir.path, story)).toEqual(['Unreadable', closed]);
  });
});

describe('a directory whose thread dies', () => {
  it('is unreadable until another thread reads it', async () => {
    using dir = createTempDir();
    dir.write('a.yaml', '');
    const story = `
      const before = await read();
      writeFileSync(join(dir, '.deadly'), '');
      writeFileSync(join(dir, 'b.yaml'), '');
      const dead = await read();
      rmSync(join(dir, '.deadly'));
      return { before, dead, after: await read() };`;
    expect(await tell(dir.path, story)).toEqual({
      before: ['a.yaml'],
      dead: ['Unreadable', `Cannot read directory "${dir.path}": its thread ended`],
      after: ['a.yaml', 'b.yaml'],
    });
  });
});
