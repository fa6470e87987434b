import { describe, expect, it } from 'vitest';
import { createGitRepo } from '../helpers/git-repo.ts';
import { startProxyServer } from '../helpers/proxy-server.ts';
import { startRecordingServer } from '../helpers/recording-server.ts';
import { runApp } from '../helpers/running-app.ts';
import { startStatusHost } from '../helpers/status-host.ts';

const MANY = 20;

function webhook(url: string): string {
  return `source: crud\nevent: consumers\nhandler: webhook\nconfig: { url: "${url}", ssl_verify: true }\n`;
}

describe('a receiver that egress.deny keeps requests from', () => {
  it('gets nothing: deliveries fail for good at once, and none is held against it', async () => {
    await using receiver = await startRecordingServer();
    await using app = await runApp(
      { 'a.yaml': webhook(receiver.url) },
      { settings: { egress: { deny: ['private'] } } },
    );
    for (let time = 0; time < MANY; time += 1) await app.emit('crud', 'consumers', {});
    const { body } = await app.get('/deliveries?state=failed');
    expect(body).toMatchObject({
      data: Array.from({ length: MANY }, () => ({
        reason: 'egress_refused',
        attempt_count: 1,
        due_at: null,
        last_error: expect.stringMatching(
          /^Cannot dial "127\.0\.0\.1:\d+": egress\.deny has "private": 127\.0\.0\.1 is loopback$/,
        ),
      })),
    });
    expect((await app.get('/status')).body).toMatchObject({ lanes: [] });
    expect(receiver.requests).toEqual([]);
  });

  it('is neither pinged nor tested', async () => {
    await using receiver = await startRecordingServer();
    await using app = await runApp(
      { 'a.yaml': webhook(receiver.url) },
      { settings: { egress: { deny: ['private'] }, reconcile: { ping_on_change: true } } },
    );
    const refusal = expect.stringContaining('egress.deny has "private"');
    expect(await app.get('/event-hooks/a/ping')).toMatchObject({ status: 400, body: { message: refusal } });
    expect(await app.post('/event-hooks/a/test', {})).toMatchObject({ status: 500, body: { err: refusal } });
    expect(receiver.requests).toEqual([]);
  });

  it('gets what is due after all, once it is allowed and asked for again', async () => {
    await using receiver = await startRecordingServer();
    const egress = { allow: [] as string[], deny: ['all'] };
    await using app = await runApp({ 'a.yaml': webhook(receiver.url) }, { settings: { egress } });
    await app.emit('crud', 'consumers', {});
    egress.allow.push(`127.0.0.0/8:${new URL(receiver.url).port}`);
    await app.restart();
    await app.post('/deliveries/redeliver', { hook: 'a' });
    await receiver.received(1);
  });

  it('is come to through the proxy of the settings, whose password is in no log and no answer', async () => {
    await using receiver = await startRecordingServer();
    await using proxy = await startProxyServer();
    await using app = await runApp(
      { 'a.yaml': `${webhook(receiver.url)}retry: { attempts: 1 }\n` },
      {
        env: { PROXY: proxy.url.replace('//', '//user:hunter2@') },
        settings: { egress: { proxy: '{vault://env/proxy}' } },
      },
    );
    await app.emit('crud', 'consumers', {});
    expect(receiver.requests).toHaveLength(1);
    proxy.authorization = 'Basic of another';
    await receiver[Symbol.asyncDispose]();
    await app.emit('crud', 'consumers', {});
    const { body } = await app.get('/deliveries?state=exhausted');
    expect(body).toMatchObject({ data: [{ reason: 'transport', last_error: 'the proxy answered 407' }] });
    expect(proxy.asked).toHaveLength(2);
    expect(app.log.join()).not.toContain('hunter2');
  });

  it('has commit statuses nevertheless: where they go is said in the same settings', async () => {
    using repo = createGitRepo();
    await using host = await startStatusHost();
    repo.commit({ 'a.yaml': 'source: crud\nhandler: log\n' });
    const commit_status = { host: 'github', api: host.url, repository: 'acme/hooks', token: 't' };
    const git = { url: `file://${repo.path}`, ref: 'main', commit_status };
    await using _ = await runApp({}, { settings: { sources: [{ git }], egress: { deny: ['all'] } } });
    await host.until(2);
  });
});
