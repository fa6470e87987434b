import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HURRIED, type ServerProcess, startServerProcess } from '../helpers/crash-process.ts';
import { createFaultyDisk } from '../helpers/crash-small-disk.ts';
import { startAnswering } from '../helpers/fault-receiver.ts';
import { createTempDir, type TempDir } from '../helpers/temp-dir.ts';

const HOOKS = 3;
const EVENTS = 700;
/** Attempts of one hook at once, unless it says otherwise. */
const CONCURRENCY = 16;
/** How long a loaded machine may take. */
const PATIENCE = { timeout: 20_000 };
const EVENT = { source: 'crud', event: 'consumers', data: {} };

function writeHooks(dir: TempDir, url: string, count = HOOKS): void {
  for (let n = 0; n < count; n += 1)
    dir.write(
      `hooks/hook-${n}.yaml`,
      `source: crud\nevent: consumers\nhandler: webhook\nretry: { schedule: [0.05], attempts: 50 }\nconfig: { url: "${url}", ssl_verify: true }\n`,
    );
}

function serve(dir: TempDir, env: Readonly<Record<string, string>> = {}): Promise<ServerProcess> {
  return startServerProcess({ hooks: join(dir.path, 'hooks'), state: join(dir.path, 'state'), env });
}

function emit(server: ServerProcess, count: number): ReturnType<ServerProcess['post']> {
  return server.post(
    '/events',
    Array.from({ length: count }, () => EVENT),
  );
}

describe('a server that is told to stop', () => {
  it('finishes what is in flight, leaves what waits for the next start, and makes no delivery twice', async () => {
    using dir = createTempDir();
    const asked: string[] = [];
    const held: (() => void)[] = [];
    let holds = true;
    await using receiver = await startAnswering((req, res) => {
      asked.push(String(req.headers['webhook-id']));
      const answer = (): void => void res.writeHead(204).end();
      if (holds && asked.length > 100) held.push(answer);
      else answer();
    });
    writeHooks(dir, receiver.url);
    await using server = await serve(dir);
    expect((await emit(server, EVENTS)).status).toBe(202);
    await receiver.untilHeard(100 + HOOKS * CONCURRENCY);
    server.kill('SIGTERM');
    await server.printed('Stopping');
    for (const answer of held) answer();
    expect(await server.ended).toBe(0);
    expect(asked).toHaveLength(100 + HOOKS * CONCURRENCY);
    holds = false;

    await using again = await serve(dir);
    expect((await again.get('/status')).body).toMatchObject({ deliveries: { parked: 0, failed: 0 } });
    await receiver.untilHeard(HOOKS * EVENTS);
    await expect
      .poll(async () => (await again.get('/status')).body, PATIENCE)
      .toMatchObject({ deliveries: { pending: 0, succeeded: HOOKS * EVENTS } });
    expect(new Set(asked).size).toBe(HOOKS * EVENTS);
    expect(asked).toHaveLength(HOOKS * EVENTS);
  });

  it('ends at once when it is told so again, and makes only what was in flight twice', async () => {
    using dir = createTempDir();
    const asked: string[] = [];
    let hangs = true;
    await using receiver = await startAnswering((req, res) => {
      asked.push(String(req.headers['webhook-id']));
      if (!hangs) res.writeHead(204).end();
    });
    writeHooks(dir, receiver.url);
    await using server = await serve(dir);
    await emit(server, 200);
    await receiver.untilHeard(HOOKS * CONCURRENCY);
    server.kill('SIGTERM');
    await server.printed('Stopping');
    server.kill('SIGTERM');
    expect(await server.ended).toBe(130);
    hangs = false;
    await using again = await serve(dir);
    await expect
      .poll(async () => (await again.get('/status')).body, PATIENCE)
      .toMatchObject({ deliveries: { pending: 0, succeeded: HOOKS * 200 } });
    expect(new Set(asked).size).toBe(HOOKS * 200);
    expect(asked).toHaveLength(HOOKS * (200 + CONCURRENCY));
  });

  it('cuts off what hangs when its time is over, and tries it again after the next start', async () => {
    using dir = createTempDir();
    let hangs = true;
    await using receiver = await startAnswering((_, res) => {
      if (!hangs) res.writeHead(204).end();
    });
    writeHooks(dir, receiver.url);
    await using server = await serve(dir, HURRIED);
    await emit(server, 5);
    await receiver.untilHeard(HOOKS * 5);
    server.kill('SIGTERM');
    expect(await server.ended).toBe(0);
    hangs = false;
    await using again = await serve(dir);
    await expect
      .poll(async () => (await again.get('/status')).body, PATIENCE)
      .toMatchObject({ deliveries: { pending: 0, succeeded: HOOKS * 5 } });
  });

  it('ends although an outcome cannot be recorded, and makes that delivery again', async () => {
    using hooks = createTempDir();
    using disk = createFaultyDisk();
    await using receiver = await startAnswering((_, res) => {
      // From the first request on no commit gets through.
      disk.fill();
      res.writeHead(204).end();
    });
    writeHooks(hooks, receiver.url, 1);
    const place = { hooks: join(hooks.path, 'hooks'), state: disk.path };
    const NODE_OPTIONS = `${HURRIED.NODE_OPTIONS} ${disk.env.NODE_OPTIONS}`;
    await using server = await startServerProcess({ ...place, env: { ...disk.env, NODE_OPTIONS } });
    await emit(server, 1);
    await receiver.untilHeard(1);
    server.kill('SIGTERM');
    expect(await server.ended).toBe(0);
    expect(server.stdout()).toContain('after the next start the delivery is made again');
    await using _again = await startServerProcess(place);
    await receiver.untilHeard(2);
  });
});
