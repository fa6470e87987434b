import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startRecordingServer } from '../helpers/recording-server.ts';
import { runApp } from '../helpers/running-app.ts';

function webhook(url: string, more = ''): string {
  return `source: crud\nevent: consumers\nhandler: webhook\nretry: { schedule: [0.05], jitter: 0 }\n${more}config: { url: "${url}", ssl_verify: true }\n`;
}

describe('a running Hookline', () => {
  it('takes up a file that is added, changed and removed, and keeps what was good when one breaks', async () => {
    await using receiver = await startRecordingServer();
    await using app = await runApp({ 'other.yaml': 'source: balancer\nhandler: log\n' });
    const report = async (change: () => void): Promise<unknown> => {
      const next = app.nextReport();
      change();
      return next;
    };
    expect(await report(() => app.hooks.write('a.yaml', webhook(`${receiver.url}/one`)))).toMatchObject({
      kind: 'applied',
      changes: { created: [{}], deleted: [] },
    });
    await app.emit('crud', 'consumers', {});
    expect(receiver.requests.map(({ url }) => url)).toEqual(['/one']);

    expect(await report(() => app.hooks.write('a.yaml', webhook(`${receiver.url}/two`)))).toMatchObject({
      kind: 'applied',
      changes: { updated: [{}] },
    });
    expect(await report(() => app.hooks.write('b.yaml', 'source: crud\nhandler: webhok\n'))).toMatchObject({
      kind: 'refused',
      problems: [{ code: 'unknown_handler', file: 'b.yaml', line: 2, column: 10 }],
    });
    await app.emit('crud', 'consumers', {});
    expect(receiver.requests.map(({ url }) => url)).toEqual(['/one', '/two']);
    expect((await app.get('/status')).body).toMatchObject({ serving: 'live', hooks: 2, problems: [{}] });
    expect((await app.get('/readyz')).status).toBe(200);

    expect(await report(() => rmSync(join(app.hooks.path, 'b.yaml')))).toMatchObject({
      kind: 'applied',
      changes: { unchanged: [{}, {}] },
    });
    expect(
      await report(() => renameSync(join(app.hooks.path, 'a.yaml'), join(app.hooks.path, 'a.txt'))),
    ).toMatchObject({ kind: 'applied', changes: { deleted: [{}] } });
    expect((await app.emit('crud', 'consumers', {})).body).toMatchObject({ hooks: [] });
  });

  it('neither loses nor doubles an event while a hook is added beside the stream', async () => {
    await using receiver = await startRecordingServer();
    await using app = await runApp({ 'first.yaml': webhook(`${receiver.url}/first`) });
    const accepted = new Map<string, readonly string[]>();
    let adding = true;
    const applied = app.nextReport().finally(() => {
      adding = false;
    });
    const emit = async (id: string): Promise<void> => {
      const { body } = await app.post('/events', { source: 'crud', event: 'consumers', data: { id }, id });
      const { hooks } = body as { hooks: { hook: string }[] };
      accepted.set(
        id,
        hooks.map(({ hook }) => hook),
      );
    };
    let sent = 0;
    const stream = async (): Promise<void> => {
      while (adding) {
        sent += 1;
        await emit(`n-${sent}`);
      }
    };
    const streams = [stream(), stream(), stream(), stream()];
    app.hooks.write('second.yaml', webhook(`${receiver.url}/second`));
    await applied;
    await Promise.all(streams);
    for (let more = 0; more < 20; more += 1) await emit(`after-${more}`);
    await app.app.idle();

    const expected = [...accepted].flatMap(([id, hooks]) => hooks.map((hook) => `/${hook} ${id}`)).sort();
    const got = receiver.requests
      .map(({ url, body }) => `${url} ${(JSON.parse(body) as { id: string }).id}`)
      .sort();
    expect(got).toEqual(expected);
    expect(accepted.get('after-19')).toEqual(['first', 'second']);
    expect(sent).toBeGreaterThan(0);
  });

  it('tries again what was refused and what could not be reached, with the same webhook-id', async () => {
    await using receiver = await startRecordingServer();
    await using app = await runApp({ 'a.yaml': webhook(receiver.url, '') });
    receiver.status = 500;
    const { body } = await app.post('/events', { source: 'crud', event: 'consumers', data: {} });
    await receiver.received(1);
    receiver.status = 200;
    await receiver.received(2);
    await app.app.idle();
    const { delivery } = (body as { hooks: { delivery: string }[] }).hooks[0] ?? { delivery: '' };
    expect(receiver.requests.map(({ headers }) => headers['webhook-id'])).toEqual([delivery, delivery]);
    expect((await app.get(`/deliveries/${delivery}`)).body).toMatchObject({
      state: 'succeeded',
      attempts: [
        { number: 1, outcome: 'retry', status: 500, error: 'receiver answered 500' },
        { number: 2, outcome: 'success', status: 200, error: null },
      ],
    });
  });

  it('gives up after the last attempt and says so as an event of its own', async () => {
    await using receiver = await startRecordingServer();
    await using app = await runApp({
      'a.yaml': webhook(`${receiver.url}/fails`),
      'alarm.yaml': `source: hookline\nevent: delivery-exhausted\nhandler: webhook\nretry: { attempts: 1 }\nconfig: { url: "${receiver.url}/alarm", ssl_verify: true }\n`,
    });
    receiver.status = 503;
    await app.post('/events', { source: 'crud', event: 'consumers', data: {}, id: 'e-1' });
    await receiver.received(3);
    await app.app.idle();
    expect(receiver.requests.map(({ url }) => url)).toEqual(['/fails', '/fails', '/alarm']);
    expect(JSON.parse(receiver.requests[2]?.body ?? '')).toMatchObject({
      hook: 'a',
      attempts: 2,
      error: 'receiver answered 503',
      event: 'delivery-exhausted',
    });
    expect((await app.get('/deliveries?state=exhausted')).body).toMatchObject({
      data: [{ hook: 'alarm' }, { hook: 'a', event_id: 'e-1' }],
    });
  });

  it('ends a delivery for good at 410', async () => {
    await using receiver = await startRecordingServer();
    await using app = await runApp({ 'a.yaml': webhook(receiver.url) });
    receiver.status = 410;
    await app.emit('crud', 'consumers', {});
    expect((await app.get('/deliveries')).body).toMatchObject({
      data: [{ state: 'failed', attempt_count: 1, last_status: 410 }],
    });
  });

  it('delivers after the next start what was pending at a stop, with the definition that is live then', async () => {
    await using receiver = await startRecordingServer();
    await using app = await runApp({ 'a.yaml': webhook('http://127.0.0.1:1/') });
    await app.post('/events', { source: 'crud', event: 'consumers', data: { some: 'data' }, id: 'e-1' });
    await app.app.stop();
    app.hooks.write('a.yaml', webhook(`${receiver.url}/mended`));
    await app.restart();
    await receiver.received(1);
    await app.app.idle();
    expect(receiver.requests).toMatchObject([
      { url: '/mended', body: '{"some":"data","event":"consumers","source":"crud"}' },
    ]);
    const { body } = await app.get('/events/e-1');
    expect(body).toMatchObject({ deliveries: [{ state: 'succeeded' }] });
  });

  it('keeps gate state over a restart', async () => {
    await using app = await runApp({
      'a.yaml': 'source: crud\nevent: consumers\nhandler: log\nsnooze: 3600\n',
    });
    expect((await app.emit('crud', 'consumers', {})).body).toMatchObject({ hooks: [{ hook: 'a' }] });
    await app.restart();
    expect((await app.emit('crud', 'consumers', {})).body).toMatchObject({
      hooks: [],
      stopped: [{ hook: 'a', reason: 'snoozed' }],
    });
  });

  it('lets functions that never end fail alone', async () => {
    await using app = await runApp({
      'loop.yaml':
        'source: crud\nevent: consumers\nhandler: lambda\nconfig: { functions: ["() => { for (;;); }"] }\n',
      'fine.yaml':
        'source: crud\nevent: routes\nhandler: lambda\nconfig: { functions: ["(data) => data.n + 1"] }\n',
    });
    await app.post(
      '/events',
      Array.from({ length: 20 }, () => ({ source: 'crud', event: 'consumers', data: {} })),
    );
    expect((await app.post('/event-hooks/fine/test', { n: 41 })).body).toMatchObject({ result: 42 });
    await app.app.idle();
    const { body } = await app.get('/deliveries?hook=loop&size=1000');
    const { data } = body as { data: { state: string; last_error: string }[] };
    expect(data).toHaveLength(20);
    expect(new Set(data.map(({ state, last_error }) => `${state}: ${last_error}`))).toEqual(
      new Set(['failed: Function did not finish within 100 ms']),
    );
  });
});
