import { describe, expect, it } from 'vitest';
import { type ServerAnswer, type ServerProcess, startServerProcess } from '../helpers/crash-process.ts';
import { smallDisks } from '../helpers/crash-small-disk.ts';
import { startAnswering } from '../helpers/fault-receiver.ts';
import { createTempDir } from '../helpers/temp-dir.ts';

const PATIENCE = { timeout: 20_000 };

function emit(server: ServerProcess, id: string, length = 10): Promise<ServerAnswer> {
  const data = { text: 'x'.repeat(length) };
  return server.post('/events', { source: 'crud', event: 'consumers', data, id });
}

/** Emits until the journal takes no more; answers the ids it took and the one it did not. */
async function emitUntilFull(
  server: ServerProcess,
): Promise<{ readonly taken: string[]; readonly last: ServerAnswer }> {
  const taken: string[] = [];
  for (;;) {
    const id = `late-${taken.length}`;
    const last = await emit(server, id, 50_000);
    if (last.status !== 202) return { taken, last };
    taken.push(id);
  }
}

describe.each(smallDisks())('a journal on a full disk (%s)', (_, createDisk) => {
  it('takes nothing it cannot keep, answers history, and goes on by itself when there is room', async () => {
    using disk = createDisk();
    using hooks = createTempDir();
    const asked: string[] = [];
    const answers: (() => void)[] = [];
    await using receiver = await startAnswering((req, res) => {
      asked.push(String(req.headers['webhook-id']));
      answers.push(() => res.writeHead(204).end());
    });
    hooks.write(
      'a.yaml',
      `source: crud\nevent: consumers\nhandler: webhook\nconcurrency: 64\nconfig: { url: "${receiver.url}", ssl_verify: true }\n`,
    );
    const place = { hooks: hooks.path, state: disk.path, env: disk.env };
    await using server = await startServerProcess(place);
    for (const id of ['early-1', 'early-2']) expect(await emit(server, id)).toMatchObject({ status: 202 });
    await receiver.untilHeard(2);

    disk.fill();
    const { taken, last } = await emitUntilFull(server);
    expect(last).toMatchObject({
      status: 503,
      body: { message: expect.stringContaining('the disk is full; make room, nothing else is needed') },
    });
    expect(last.headers.get('retry-after')).toBe('1');
    expect(await server.get('/events/early-1')).toMatchObject({ status: 200 });
    expect(await server.get(`/events/late-${taken.length}`)).toMatchObject({ status: 404 });
    const pending = 2 + taken.length;
    expect(await server.get('/status')).toMatchObject({ body: { deliveries: { pending, succeeded: 0 } } });

    // What the receiver answers now cannot be recorded now.
    await receiver.untilHeard(pending);
    for (const answer of answers.splice(0)) answer();
    await server.printed('cannot record an outcome, trying again');
    expect(await server.get('/deliveries?state=succeeded')).toMatchObject({ body: { data: [] } });

    disk.free();
    await expect.poll(async () => (await emit(server, 'after')).status, PATIENCE).toBe(202);
    await receiver.untilHeard(pending + 1);
    for (const answer of answers.splice(0)) answer();
    const counts = { pending: 0, succeeded: pending + 1 };
    await expect
      .poll(async () => (await server.get('/status')).body, PATIENCE)
      .toMatchObject({ deliveries: counts });
    expect(new Set(asked).size).toBe(asked.length);
    server.kill('SIGTERM');
    expect(await server.ended).toBe(0);

    await using again = await startServerProcess(place);
    expect(await again.get('/status')).toMatchObject({ body: { deliveries: counts } });
    for (const id of ['early-1', ...taken, 'after'])
      expect(await again.get(`/events/${id}`)).toMatchObject({ status: 200 });
    expect(asked).toHaveLength(pending + 1);
  });

  it('may be stopped, and started again when there is room', async () => {
    using disk = createDisk();
    using hooks = createTempDir();
    hooks.write('other.yaml', 'source: crud\nevent: routes\nhandler: log\n');
    const place = { hooks: hooks.path, state: disk.path, env: disk.env };
    await using server = await startServerProcess(place);
    await emit(server, 'early');
    disk.fill();
    const { taken } = await emitUntilFull(server);
    server.kill('SIGTERM');
    expect(await server.ended).toBe(0);
    disk.free();
    await using again = await startServerProcess(place);
    for (const id of ['early', ...taken])
      expect(await again.get(`/events/${id}`)).toMatchObject({ status: 200 });
    expect(await again.get(`/events/late-${taken.length}`)).toMatchObject({ status: 404 });
    expect(await emit(again, `late-${taken.length}`)).toMatchObject({ status: 202 });
  });
});
