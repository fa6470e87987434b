import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createGitRepo } from '../helpers/git-repo.ts';
import { startGitServer } from '../helpers/git-server.ts';
import { startRecordingServer } from '../helpers/recording-server.ts';
import { runApp } from '../helpers/running-app.ts';
import { createTempDir } from '../helpers/temp-dir.ts';

const MARKER = 'marker-of-settings';
/** A private key a hook could sign with. */
const KEY = `whsk_${Buffer.alloc(32, 7).toString('base64')}`;
const RECEIVER = { name: 'push', type: 'gitlab', secret: '{vault://file/token}' };

describe('what settings refer to', () => {
  it('keeps a commit that refers to it from going live, and is there for the settings', async () => {
    await using receiver = await startRecordingServer();
    using repo = createGitRepo();
    const hook = `source: crud\nevent: consumers\nhandler: webhook\nconfig:\n  url: ${receiver.url}\n`;
    repo.commit({ 'a.yaml': hook });
    await using server = await startGitServer({ root: repo.parent });
    server.authorization = `Bearer ${MARKER}`;
    const git = { url: `${server.url}/hooks.git`, ref: 'main', auth: { token: '{vault://env/git-token}' } };
    await using app = await runApp({}, { env: { GIT_TOKEN: MARKER }, settings: { sources: [{ git }] } });
    expect(app.reports.at(-1)).toMatchObject({ kind: 'applied' });

    repo.commit({ 'a.yaml': `${hook}  headers: { x-a: "{vault://env/Token?prefix=git-#1}" }\n` });
    await app.post('/reconcile?wait=true', '');
    expect(app.reports.at(-1)).toMatchObject({
      kind: 'refused',
      problems: [{ code: 'reference_reserved', line: 6, column: 19 }],
    });
    await app.emit('crud', 'consumers', {});
    expect(receiver.requests).toHaveLength(1);
    expect(JSON.stringify(receiver.requests)).not.toContain(MARKER);
  });

  it('is sent by no handler, no ping and no test, and its public half is not shown, once a link leads there', async () => {
    await using receiver = await startRecordingServer();
    using secrets = createTempDir();
    secrets.write('token', KEY);
    secrets.write('other', `whsk_${Buffer.alloc(32, 8).toString('base64')}`);
    secrets.write('url', receiver.url);
    const pointTo = (target: string): void => {
      rmSync(join(secrets.path, 'link'), { force: true });
      symlinkSync(target, join(secrets.path, 'link'));
    };
    const webhook = (config: string): string =>
      `source: crud\nevent: consumers\nhandler: webhook\nconfig: { ${config} }\n`;
    const custom = (config: string): string =>
      `source: crud\nevent: consumers\nhandler: webhook-custom\nconfig: { method: POST, ${config} }\n`;
    const hooks = {
      header: webhook(`url: "${receiver.url}", headers: { x-a: "{vault://file/link}" }`),
      secret: webhook(`url: "${receiver.url}", secret: "{vault://file/link}"`),
      'custom-header': custom(`url: "${receiver.url}", headers: { x-a: "{vault://file/link}" }`),
      'custom-secret': custom(`url: "${receiver.url}", payload: { a: b }, secret: ["{vault://file/link}"]`),
      'custom-payload': custom(`url: "${receiver.url}", payload: { a: [{ b: "{vault://file/link}" }] }`),
      url: webhook('url: "{vault://file/link}"'),
      'custom-url': custom('url: "{vault://file/link}"'),
    };
    const names = Object.keys(hooks);
    pointTo('other');
    await using app = await runApp(
      Object.fromEntries(Object.entries(hooks).map(([name, text]) => [`${name}.yaml`, text])),
      { settings: { secrets: { file_root: secrets.path }, receivers: [RECEIVER] } },
    );
    pointTo('url');
    for (const name of names)
      expect(await app.post(`/event-hooks/${name}/test`, {}), name).toMatchObject({ status: 200 });
    const before = receiver.requests.length;
    expect(before).toBe(names.length);

    pointTo('token');
    await app.emit('crud', 'consumers', {});
    for (const name of names) {
      const tested = await app.post(`/event-hooks/${name}/test`, {});
      expect(JSON.stringify(tested.body), name).toContain("file link is the settings' own");
    }
    for (const name of ['header', 'secret', 'url']) {
      const pinged = await app.get(`/event-hooks/${name}/ping`);
      expect(JSON.stringify(pinged.body), name).toContain("file link is the settings' own");
    }
    expect(await app.get('/.well-known/jwks.json')).toMatchObject({ status: 200, body: { keys: [] } });
    const { data } = (await app.get('/deliveries')).body as { data: readonly object[] };
    expect(data).toHaveLength(names.length);
    for (const delivery of data) expect(delivery).toMatchObject({ state: 'pending', reason: 'secret' });
    expect(receiver.requests).toHaveLength(before);

    const pushed = await app.post('/receivers/push', '{}', {
      'x-gitlab-token': KEY,
      'x-gitlab-event': 'Push Hook',
    });
    expect(pushed, 'the settings have it still').toMatchObject({ status: 202 });
  });
});
