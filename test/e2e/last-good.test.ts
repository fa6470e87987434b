import { readdirSync, renameSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startRecordingServer } from '../helpers/recording-server.ts';
import { type RunningApp, runApp } from '../helpers/running-app.ts';

function webhook(url: string, more = ''): string {
  return `source: crud\nevent: consumers\nhandler: webhook\n${more}config: { url: "${url}", ssl_verify: true }\n`;
}

function hide(app: RunningApp): void {
  renameSync(app.hooks.path, `${app.hooks.path}.away`);
}

function show(app: RunningApp): void {
  renameSync(`${app.hooks.path}.away`, app.hooks.path);
}

async function statusOf(app: RunningApp): Promise<Record<string, unknown>> {
  return (await app.get('/status')).body as Record<string, unknown>;
}

/** What is damaged of the copies, newest first. */
function truncateCopies(app: RunningApp, count: number): void {
  const dir = join(app.stateDir, 'last-good');
  for (const name of readdirSync(dir).sort().toReversed().slice(0, count)) truncateSync(join(dir, name), 200);
}

describe('the last good definitions', () => {
  it('serve after a restart while the source is away, deliver what waits, and make way when it is back', async () => {
    await using receiver = await startRecordingServer();
    await using app = await runApp({ 'a.yaml': webhook(receiver.url) });
    const { revision } = await statusOf(app);
    hide(app);
    await app.restart();
    expect(await statusOf(app)).toMatchObject({ serving: 'persisted', revision, hooks: 1 });
    expect((await app.get('/readyz')).status).toBe(200);
    expect((await app.get('/readyz?max_age=60')).body).toMatchObject({
      message: expect.stringMatching(/^Not ready: source ".*" was not read in this run$/),
    });
    await app.emit('crud', 'consumers', {});
    expect(receiver.requests).toHaveLength(1);
    show(app);
    app.hooks.write('b.yaml', webhook(receiver.url));
    await app.app.reconcile();
    expect(await statusOf(app)).toMatchObject({ serving: 'live', hooks: 2 });
    expect((await app.get('/readyz?max_age=60')).status).toBe(200);
  });

  it('are those of before the newest when that copy is damaged, with a line in the log', async () => {
    await using app = await runApp({ 'a.yaml': 'source: crud\nhandler: log\n' });
    const { revision } = await statusOf(app);
    app.hooks.write('b.yaml', 'source: crud\nhandler: log\n');
    await app.app.reconcile();
    await app.app.stop();
    truncateCopies(app, 1);
    hide(app);
    await app.restart();
    expect(await statusOf(app)).toMatchObject({ serving: 'persisted', revision, hooks: 1 });
    expect(app.log.join('\n')).toContain('a kept copy of the definitions is broken, trying the one before');
    show(app);
  });

  it('are none when every copy is damaged: the server waits for the source', async () => {
    await using app = await runApp({ 'a.yaml': 'source: crud\nhandler: log\n' });
    await app.app.stop();
    truncateCopies(app, 3);
    hide(app);
    await app.restart();
    expect(await statusOf(app)).toMatchObject({ serving: 'none', hooks: 0 });
    expect((await app.get('/readyz')).status).toBe(503);
    show(app);
    await app.app.reconcile();
    expect(await statusOf(app)).toMatchObject({ serving: 'live', hooks: 1 });
  });

  it('hold an empty directory after a restart, until that is confirmed', async () => {
    await using app = await runApp({ 'a.yaml': 'source: crud\nhandler: log\n' });
    renameSync(join(app.hooks.path, 'a.yaml'), join(app.hooks.path, 'a.txt'));
    await app.restart();
    expect(await statusOf(app)).toMatchObject({ serving: 'persisted', hooks: 1 });
    expect(app.reports.map(({ kind }) => kind)).toEqual(['applied', 'blocked', 'restored']);
  });

  it('are mixed as they were served when a file was held back', async () => {
    await using app = await runApp(
      { 'a.yaml': 'source: crud\nhandler: log\n', 'b.yaml': 'source: crud\nhandler: log\n' },
      { settings: { reconcile: { policy: 'isolate' } } },
    );
    app.hooks.write('a.yaml', 'source: crud\nhandler: lag\n');
    app.hooks.write('b.yaml', 'source: crud\nhandler: log\nsnooze: 5\n');
    await app.app.reconcile();
    const { revision } = await statusOf(app);
    expect(revision).toMatch(/\+held@sha256:/);
    const hooks = (await app.get('/event-hooks')).body;
    hide(app);
    await app.restart();
    expect(await statusOf(app)).toMatchObject({ serving: 'persisted', revision, hooks: 2 });
    expect((await app.get('/event-hooks')).body).toEqual(hooks);
    show(app);
    await app.app.reconcile();
    expect(await statusOf(app)).toMatchObject({ serving: 'live', revision });
  });
});
