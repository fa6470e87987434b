import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type RecordingServer, startRecordingServer } from '../helpers/recording-server.ts';
import { type RunningApp, runApp } from '../helpers/running-app.ts';

const EVENT = { source: 'crud', event: 'consumers', data: {} };
/** Fails at once whatever the receiver does, and says nothing of it: no breaker opens. */
const NOWHERE = '{vault://env/nowhere}';

function webhook(url: string, more = 'retry: { attempts: 1 }'): string {
  return `source: crud\nevent: consumers\nhandler: webhook\n${more}\nconfig: { url: "${url}", ssl_verify: true }\n`;
}

async function emitMany(app: RunningApp, count: number): Promise<void> {
  const { status } = await app.post(
    '/events',
    Array.from({ length: count }, () => EVENT),
  );
  expect(status).toBe(202);
  await app.app.idle();
}

/** Changes the definitions and waits until that is live. */
async function change(app: RunningApp, write: () => void): Promise<void> {
  const report = app.nextReport();
  write();
  expect(await report).toMatchObject({ kind: 'applied' });
}

/** The page of deliveries a query names. */
async function listDeliveries(app: RunningApp, query = ''): Promise<readonly { readonly id: string }[]> {
  const { body } = await app.get(`/deliveries?size=1000${query}`);
  return (body as { data: { id: string }[] }).data;
}

function untilReplayed(app: RunningApp, path: string): Promise<unknown> {
  const isFinished = { finished_at: expect.any(String) };
  return expect.poll(async () => (await app.get(path)).body, { timeout: 20_000 }).toMatchObject(isFinished);
}

function idsOf({ requests }: RecordingServer): readonly unknown[] {
  return requests.map(({ headers }) => headers['webhook-id']);
}

describe('POST /deliveries/{id}/redeliver', () => {
  it('makes a delivery again with the live definition and the same webhook-id, and goes on counting', async () => {
    await using receiver = await startRecordingServer();
    await using app = await runApp({ 'a.yaml': webhook(NOWHERE) });
    await emitMany(app, 1);
    const [{ id = '' } = {}] = await listDeliveries(app, '&state=exhausted');
    await change(app, () => app.hooks.write('a.yaml', webhook(receiver.url)));
    expect(await app.post(`/deliveries/${id}/redeliver`, '')).toMatchObject({
      status: 202,
      body: { id, state: 'pending', attempt_count: 1 },
    });
    await receiver.received(1);
    await app.app.idle();
    expect(idsOf(receiver)).toEqual([id]);
    expect((await app.get(`/deliveries/${id}`)).body).toMatchObject({
      state: 'succeeded',
      attempts: [
        { number: 1, reason: 'secret' },
        { number: 2, outcome: 'success' },
      ],
    });
  });

  it('makes one that was delivered again, too', async () => {
    await using receiver = await startRecordingServer();
    await using app = await runApp({ 'a.yaml': webhook(receiver.url) });
    await emitMany(app, 1);
    const [{ id = '' } = {}] = await listDeliveries(app);
    await app.post(`/deliveries/${id}/redeliver`, '');
    await receiver.received(2);
    expect(idsOf(receiver)).toEqual([id, id]);
  });

  it('knows when there is no such delivery', async () => {
    await using app = await runApp({});
    const id = '019c2f6e-8a53-7d10-b0a4-9a5f0a6c2c77';
    expect(await app.post(`/deliveries/${id}/redeliver`, '')).toMatchObject({ status: 404 });
  });
});

describe('POST /deliveries/redeliver', () => {
  it('makes what was never delivered of a hook again, and leaves the rest alone', async () => {
    await using receiver = await startRecordingServer();
    const good = webhook(`${receiver.url}/good`);
    await using app = await runApp({
      'a.yaml': webhook(NOWHERE),
      'b.yaml': webhook(NOWHERE),
      'good.yaml': good,
    });
    await emitMany(app, 3);
    const wanted = (await listDeliveries(app, '&hook=a')).map(({ id }) => id);
    await change(app, () => app.hooks.write('a.yaml', webhook(`${receiver.url}/a`)));
    const { status, headers, body } = await app.post('/deliveries/redeliver', { hook: 'a' });
    expect({ status, body }).toMatchObject({ status: 202, body: { finished_at: null, redelivered: 0 } });
    const path = headers.get('location') ?? '';
    await untilReplayed(app, path);
    expect((await app.get(path)).body).toMatchObject({ redelivered: 3 });
    await receiver.received(6);
    await app.app.idle();
    const again = receiver.requests.filter(({ url }) => url === '/a');
    expect(again.map((request) => request.headers['webhook-id']).toSorted()).toEqual(wanted.toSorted());
    expect((await app.get('/status')).body).toMatchObject({ deliveries: { succeeded: 6, exhausted: 3 } });
  });

  it('is narrowed by state and time', async () => {
    await using receiver = await startRecordingServer();
    await using app = await runApp({ 'a.yaml': webhook(receiver.url) });
    await emitMany(app, 2);
    const since = new Date(Date.now() + 60_000).toISOString();
    for (const [filter, redelivered] of [
      [{ state: 'succeeded', since }, 0],
      [{ state: 'exhausted' }, 0],
      [{ state: 'succeeded', until: since, event: 'consumers' }, 2],
    ] as const) {
      const { headers } = await app.post('/deliveries/redeliver', filter);
      const path = headers.get('location') ?? '';
      await untilReplayed(app, path);
      expect((await app.get(path)).body).toMatchObject({ redelivered });
    }
    await receiver.received(4);
  });

  it('goes on after a restart in the middle, and makes each delivery once', async () => {
    const count = 2_000;
    await using receiver = await startRecordingServer();
    await using app = await runApp({ 'a.yaml': webhook(NOWHERE) });
    await emitMany(app, count);
    await change(app, () => app.hooks.write('a.yaml', webhook(receiver.url)));
    const { headers } = await app.post('/deliveries/redeliver', { hook: 'a' });
    const path = headers.get('location') ?? '';
    await receiver.received(1);
    await app.restart();
    await untilReplayed(app, path);
    await receiver.received(count);
    await app.app.idle();
    expect((await app.get(path)).body).toMatchObject({ redelivered: count });
    expect(new Set(idsOf(receiver)).size).toBe(count);
    expect(receiver.requests).toHaveLength(count);
  });
});

describe('a receiver that answers that it is gone', () => {
  it('rests its hook until the definition changes, over a restart too', async () => {
    await using receiver = await startRecordingServer();
    await using watcher = await startRecordingServer();
    receiver.status = 410;
    await using app = await runApp({
      'a.yaml': webhook(`${receiver.url}/one`, 'concurrency: 1'),
      'own.yaml': `source: hookline\nevent: hook-disabled\nhandler: webhook\nconfig: { url: "${watcher.url}", ssl_verify: true }\n`,
    });
    await app.post('/events', [EVENT, EVENT, EVENT]);
    await watcher.received(1);
    await app.app.idle();
    expect(watcher.requests.map(({ body }) => JSON.parse(body))).toMatchObject([
      { event: 'hook-disabled', hook: 'a', reason: 'gone', until: null },
    ]);
    expect(receiver.requests).toHaveLength(1);

    for (const _ of ['before', 'after']) {
      expect((await app.emit('crud', 'consumers', {})).body).toMatchObject({
        hooks: [],
        stopped: [{ hook: 'a', reason: 'gone' }],
      });
      expect((await app.get('/status')).body).toMatchObject({
        deliveries: { failed: 1, parked: 2, pending: 0 },
        lanes: [{ hook: 'a', state: 'parked' }],
      });
      await app.restart();
    }
    expect(await listDeliveries(app, '&state=failed')).toMatchObject([{ reason: 'gone', last_status: 410 }]);

    receiver.status = 204;
    await change(app, () => app.hooks.write('a.yaml', webhook(`${receiver.url}/two`)));
    await receiver.received(3);
    expect((await app.emit('crud', 'consumers', {})).body).toMatchObject({
      hooks: [{ hook: 'a' }],
      stopped: [],
    });
    expect(receiver.requests.map(({ url }) => url)).toEqual(['/one', '/two', '/two', '/two']);
    expect(watcher.requests).toHaveLength(1);
  });
});

describe('the definition a delivery is made with', () => {
  it('is the live one: a fix helps what waits, and each attempt says with which revision it ran', async () => {
    await using receiver = await startRecordingServer();
    const retry = 'retry: { schedule: [0.5] }';
    await using app = await runApp({ 'a.yaml': webhook(`${receiver.url}/wrong`, retry) });
    const { revision: first } = (await app.get('/status')).body as { revision: string };
    receiver.status = 500;
    const { body } = await app.post('/events', EVENT);
    const { delivery } = (body as { hooks: { delivery: string }[] }).hooks[0] ?? {};
    await receiver.received(1);
    receiver.status = 204;
    await change(app, () => app.hooks.write('a.yaml', webhook(`${receiver.url}/right`, retry)));
    const { revision: second } = (await app.get('/status')).body as { revision: string };
    await receiver.received(2);
    await app.app.idle();
    expect(receiver.requests.map(({ url }) => url)).toEqual(['/wrong', '/right']);
    expect((await app.get(`/deliveries/${delivery}`)).body).toMatchObject({
      revision: first,
      attempts: [{ revision: first }, { revision: second }],
    });
  });

  it('may come back within a day: what waited for it goes on, over a restart too', async () => {
    await using receiver = await startRecordingServer();
    const retry = 'retry: { attempts: 50, schedule: [0.3], jitter: 0 }';
    await using app = await runApp({
      'a.yaml': webhook(NOWHERE, retry),
      'other.yaml': 'source: balancer\nhandler: log\n',
    });
    const { revision: first } = (await app.get('/status')).body as { revision: string };
    await emitMany(app, 3);
    await change(app, () => rmSync(join(app.hooks.path, 'a.yaml')));
    expect((await app.emit('crud', 'consumers', {})).body).toMatchObject({ hooks: [], stopped: [] });
    await app.restart();
    expect((await app.get('/status')).body).toMatchObject({ deliveries: { parked: 3, pending: 0 } });
    await change(app, () => app.hooks.write('a.yaml', webhook(receiver.url, retry)));
    const { revision: second } = (await app.get('/status')).body as { revision: string };
    await receiver.received(3);
    await app.app.idle();
    const deliveries = await listDeliveries(app);
    expect(deliveries.map(({ id }) => id).toSorted()).toEqual(idsOf(receiver).toSorted());
    for (const { id } of deliveries) {
      const { body } = await app.get(`/deliveries/${id}`);
      const { attempts } = body as { attempts: { revision: string }[] };
      expect(body).toMatchObject({ state: 'succeeded', revision: first });
      expect(attempts.at(-1)).toMatchObject({ outcome: 'success', revision: second });
    }
  });
});
