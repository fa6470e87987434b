import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startRecordingServer } from '../helpers/recording-server.ts';
import { type RunningApp, runApp } from '../helpers/running-app.ts';

function webhook(url: string, more = ''): string {
  return `source: crud\nevent: consumers\nhandler: webhook\n${more}config: { url: "${url}", ssl_verify: true }\n`;
}

async function change(app: RunningApp, act: () => unknown): Promise<void> {
  const next = app.nextReport();
  act();
  await next;
}

/** What the pings said, in order. */
function pingsOf({
  requests,
}: {
  readonly requests: readonly { readonly body: string }[];
}): readonly unknown[] {
  return requests
    .map(({ body }) => JSON.parse(body))
    .filter(({ event }) => event === 'ping')
    .map(({ operation, event_hooks }) => [operation, event_hooks.name, event_hooks.snooze]);
}

describe('a hook that changes', () => {
  it('is told to its receiver once for each change, not again after a restart', async () => {
    await using receiver = await startRecordingServer();
    await using app = await runApp(
      { 'a.yaml': webhook(receiver.url), 'b.yaml': webhook(receiver.url) },
      { settings: { reconcile: { ping_on_change: true } } },
    );
    await receiver.received(2);
    await app.restart();
    await change(app, () => app.hooks.write('a.yaml', webhook(receiver.url, 'snooze: 5\n')));
    await receiver.received(3);
    await change(app, () => renameSync(join(app.hooks.path, 'a.yaml'), join(app.hooks.path, 'a.txt')));
    await receiver.received(4);
    await app.restart();
    expect(pingsOf(receiver)).toEqual([
      ['create', 'a', null],
      ['create', 'b', null],
      ['update', 'a', 5],
      ['delete', 'a', 5],
    ]);
  });

  it('is told with another id each time, in order, also when it comes back to what it was', async () => {
    await using receiver = await startRecordingServer();
    const [one, other] = [webhook(receiver.url), webhook(receiver.url, 'snooze: 5\n')];
    await using app = await runApp({ 'a.yaml': one }, { settings: { reconcile: { ping_on_change: true } } });
    for (const text of [other, one, other, one]) await change(app, () => app.hooks.write('a.yaml', text));
    await receiver.received(5);
    expect(pingsOf(receiver)).toEqual([
      ['create', 'a', null],
      ['update', 'a', 5],
      ['update', 'a', null],
      ['update', 'a', 5],
      ['update', 'a', null],
    ]);
    expect(new Set(receiver.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(5);
  });

  it('is told to nobody where that is switched off', async () => {
    await using receiver = await startRecordingServer();
    await using app = await runApp(
      { 'a.yaml': webhook(receiver.url) },
      { settings: { reconcile: { ping_on_change: false } } },
    );
    await app.emit('crud', 'consumers', {});
    expect(pingsOf(receiver)).toEqual([]);
  });
});

describe('the events of reconciling', () => {
  const LISTENER = 'source: hookline\nhandler: log\n';

  /** What the listener logged of these events. */
  function heard(app: RunningApp): readonly Record<string, unknown>[] {
    return app.log
      .map((line) => JSON.parse(line))
      .filter(({ source }) => source === 'hookline')
      .map(({ event, data }) => ({ ...data, event }));
  }

  async function settle(app: RunningApp, count: number): Promise<readonly Record<string, unknown>[]> {
    await app.untilLogged(() => heard(app).length >= count);
    await app.app.idle();
    return heard(app);
  }

  it('say that a set went live, with what changed, that one was refused, and that one is held', async () => {
    await using app = await runApp({ 'listener.yaml': LISTENER });
    await settle(app, 2);
    await change(app, () => app.hooks.write('a.yaml', 'source: crud\nhandler: log\n'));
    const said = await settle(app, 4);
    expect(said.slice(2)).toMatchObject([
      {
        event: 'reconcile',
        outcome: 'applied',
        revision: expect.stringMatching(/^dir@sha256:/),
        previous: expect.stringMatching(/^dir@sha256:/),
        hooks: { total: 2, created: 1, updated: 0, deleted: 0 },
        problems: [],
      },
      { event: 'hook', operation: 'create', hook: 'a', handler: 'log' },
    ]);
    await change(app, () => app.hooks.write('b.yaml', 'source: crud\nhandler: lag\n'));
    expect((await settle(app, 5)).slice(4)).toMatchObject([
      { event: 'reconcile', outcome: 'refused', problem_count: 1, problems: [{ file: 'b.yaml', line: 2 }] },
    ]);
    await app.restart();
    expect((await settle(app, 6)).slice(5)).toMatchObject([{ event: 'reconcile', outcome: 'refused' }]);
    await change(app, () => renameSync(app.hooks.path, `${app.hooks.path}.away`));
    await change(app, () => renameSync(`${app.hooks.path}.away`, app.hooks.path));
    expect(await settle(app, 6)).toHaveLength(6);
  });
});
