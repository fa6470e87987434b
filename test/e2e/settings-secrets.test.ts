import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createGitRepo } from '../helpers/git-repo.ts';
import { startGitServer } from '../helpers/git-server.ts';
import { runCommand, startCommand } from '../helpers/process.ts';
import { type RunningApp, runApp } from '../helpers/running-app.ts';
import { startStatusHost } from '../helpers/status-host.ts';
import { createTempDir } from '../helpers/temp-dir.ts';

const LOG = 'source: crud\nevent: consumers\nhandler: log\n';
const TOKEN = 'marker-of-who-asks';

/** Everything an app shows, logs and keeps. */
async function shownBy(app: RunningApp): Promise<string> {
  const answers = await Promise.all(
    ['/status', '/readyz', '/event-hooks', '/deliveries'].map((path) => app.get(path)),
  );
  const files = readdirSync(app.stateDir, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
  return [
    ...answers.map(({ body }) => JSON.stringify(body)),
    ...app.log,
    JSON.stringify(app.reports),
    ...files,
  ].join('\n');
}

describe('who asks, in the URL of a repository', () => {
  it.each(['well', 'refused', 'down'] as const)(
    'is shown nowhere by a server whose remote is %s',
    async (how) => {
      using repo = createGitRepo();
      repo.commit({ 'a.yaml': LOG });
      await using server = await startGitServer({ root: repo.parent });
      const basic = Buffer.from(`${TOKEN}:`).toString('base64');
      server.authorization = `Basic ${how === 'refused' ? 'other' : basic}`;
      if (how === 'down') server.mode = 'down';
      const url = `${server.url.replace('//', `//${TOKEN}@`)}/hooks.git`;
      await using app = await runApp({}, { settings: { sources: [{ git: { url, ref: 'main' } }] } });
      const shown = await shownBy(app);
      expect(shown).toContain(how === 'well' ? 'main@sha1' : 'Cannot fetch');
      for (const form of [TOKEN, basic, basic.replace(/=+$/, '')]) expect(shown).not.toContain(form);
    },
  );

  it('is not printed by hookline serve', async () => {
    using dir = createTempDir();
    const args = ['serve', `http://${TOKEN}@127.0.0.1:3/hooks.git`, '--listen', '127.0.0.1:0'];
    await using server = startCommand(args, { cwd: dir.path });
    await server.printed('Hookline serves http://127.0.0.1:3/hooks.git on http');
    expect(server.stderr() + server.stdout()).not.toContain(TOKEN);
  });

  it.each([
    ['diff', `http://${TOKEN}@127.0.0.1:3`, `http://jane:${TOKEN}@127.0.0.1:3`],
    ['diff', `htps://${TOKEN}@127.0.0.1:3`],
    ['status', '--url', `http://jane:${TOKEN}@127.0.0.1:3`],
    ['status', '--url', `ftp://jane:${TOKEN}@127.0.0.1:3`],
    ['serve', `htps://${TOKEN}@127.0.0.1:3/hooks.git`],
    ['serve', `https://jane:${TOKEN}@127.0.0.1:3/hooks.git`],
  ])('is in no error of hookline %s', async (...args) => {
    using dir = createTempDir();
    const { code, stdout, stderr } = await runCommand(args, { cwd: dir.path });
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/127\.0\.0\.1:3|sources\.0/);
    expect(stdout + stderr).not.toContain(TOKEN);
  });
});

describe('a secret that settings have in clear', () => {
  it('is in no answer of a receiver that is shown, whatever it is of', async () => {
    const secrets = {
      token: 'marker-git-token',
      password: 'marker-git-password',
      key: 'marker-ssh-key',
      proxy: 'http://jane:marker-proxy-password@127.0.0.1:3',
      status: 'marker-status-token',
      receiver: 'marker-receiver-secret',
      user: 'marker-user-of-url',
    };
    const texts = ['marker-proxy-password', ...Object.values(secrets)];
    const echo = createServer((_req, res) => res.writeHead(500).end(texts.join(' ')));
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
    const { port } = echo.address() as AddressInfo;
    const url = 'http://127.0.0.1:3/x.git';
    const status = { host: 'gitea', api: 'http://127.0.0.1:3', repository: 'a/b', token: secrets.status };
    const sources = [
      {
        git: { url, auth: { token: secrets.token }, proxy: secrets.proxy, commit_status: status },
        name: 'a',
      },
      { git: { url, auth: { username: 'jane', password: secrets.password } }, name: 'b' },
      { git: { url: 'ssh://127.0.0.1:3/x', auth: { ssh_key: secrets.key, known_hosts: 'x' } }, name: 'c' },
      { git: { url: `http://${secrets.user}@127.0.0.1:3/x.git` }, name: 'd' },
    ];
    using hooks = createTempDir();
    hooks.write('hook.yaml', LOG.replace('log', `webhook\nconfig: { url: "http://127.0.0.1:${port}/" }`));
    await using app = await runApp(
      {},
      {
        settings: {
          sources: [{ dir: hooks.path, name: 'hooks' }, ...sources],
          receivers: [{ name: 'push', type: 'generic', secret: secrets.receiver }],
        },
      },
    );
    await app.emit('crud', 'consumers', {});
    const tested = JSON.stringify((await app.post('/event-hooks/hook/test', {})).body);
    const shown = `${tested}\n${await shownBy(app)}`;
    echo.close();
    expect(tested).toContain('[redacted]');
    for (const text of texts) expect(shown).not.toContain(text);
  });

  it('is in nothing that is said of a host that gives it back', async () => {
    await using host = await startStatusHost();
    host.answers.push({ status: 422, body: { message: 'no status with marker-status-token' } });
    using repo = createGitRepo();
    repo.commit({ 'a.yaml': LOG });
    const commit_status = { host: 'gitea', api: host.url, repository: 'a/b', token: 'marker-status-token' };
    const git = { url: `file://${repo.path}`, ref: 'main', commit_status };
    await using app = await runApp({}, { settings: { sources: [{ git }] } });
    await host.until(2);
    const shown = await shownBy(app);
    expect(shown).toContain('no status with [redacted]');
    expect(shown).not.toContain('marker-status-token');
    expect(host.posted[0]?.headers.authorization).toBe('token marker-status-token');
  });
});
