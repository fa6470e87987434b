import { createHmac } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createGitRepo, type GitRepo } from '../helpers/git-repo.ts';
import { type GitServer, startGitServer } from '../helpers/git-server.ts';
import { runCommand, startCommand } from '../helpers/process.ts';
import { type Answer, type RunningApp, runApp } from '../helpers/running-app.ts';
import { startStatusHost } from '../helpers/status-host.ts';
import { createTempDir } from '../helpers/temp-dir.ts';

const LOG = 'source: crud\nhandler: log\n';
const BAD = 'source: crud\nhandler: lag\n';
const SECRET = 'hunter2';

interface GitApp extends AsyncDisposable {
  readonly app: RunningApp;
  readonly repo: GitRepo;
  readonly server: GitServer;
  /** Pushes: a commit with these files, and the word of it. */
  push(files: Readonly<Record<string, string>>): Promise<string>;
  say(id: string): Promise<Answer>;
  status(): Promise<Record<string, unknown>>;
}

/** An app that follows a repository over HTTP and asks it only when it is told to. */
async function runGitApp(
  files: Readonly<Record<string, string>>,
  reconcile: Record<string, unknown> = {},
): Promise<GitApp> {
  const repo = createGitRepo();
  repo.commit(files);
  const server = await startGitServer({ root: repo.parent });
  const app = await runApp(
    {},
    {
      settings: {
        sources: [{ git: { url: `${server.url}/hooks.git`, ref: 'main', interval: 3_600, timeout: 5 } }],
        receivers: [{ name: 'push', type: 'generic', secret: SECRET }],
        reconcile,
      },
    },
  );
  const say = (id: string): Promise<Answer> => {
    const signature = createHmac('sha256', SECRET).update(id).digest('hex');
    return app.post('/receivers/push', id, { 'x-signature': signature });
  };
  return {
    app,
    repo,
    server,
    say,
    async push(changed) {
      const sha = repo.commit(changed);
      const next = app.nextReport();
      await say(sha);
      await next;
      return sha;
    },
    status: async () => (await app.get('/status')).body as Record<string, unknown>,
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      repo[Symbol.dispose]();
    },
  };
}

describe('a commit', () => {
  it('is live after the word of its push, with who made it, and says where each hook is from', async () => {
    await using bench = await runGitApp({ 'a.yaml': LOG });
    const sha = await bench.push({ 'a.yaml': LOG, 'team/b.yaml': LOG });
    expect(await bench.status()).toMatchObject({
      serving: 'live',
      revision: `main@sha1:${sha}`,
      hooks: 2,
      definition_sources: [
        {
          name: 'hooks',
          revision: `main@sha1:${sha}`,
          commit: {
            sha,
            author: 'Ada <ada@example.com>',
            subject: 'Change hooks',
            at: '2026-01-01T00:01:00.000Z',
          },
          failure: null,
        },
      ],
    });
    expect((await bench.app.get('/event-hooks/team/b')).body).toMatchObject({
      origin: {
        source: `git:${bench.server.url}/hooks.git`,
        revision: `main@sha1:${sha}`,
        file: 'team/b.yaml',
        line: 1,
      },
    });
  });

  it('that is bad hurts nothing: the last good one serves, over a restart with the remote down too', async () => {
    await using bench = await runGitApp({ 'a.yaml': LOG });
    const good = (await bench.status()).revision;
    const bad = await bench.push({ 'a.yaml': LOG, 'b.yaml': BAD });
    expect(await bench.status()).toMatchObject({
      revision: good,
      lastAttempted: { revision: `main@sha1:${bad}` },
      problems: [{ code: 'unknown_handler', file: 'b.yaml', line: 2, column: 10 }],
    });
    await bench.app.restart();
    expect(await bench.status()).toMatchObject({ serving: 'persisted', revision: good });
    bench.server.mode = 'down';
    await bench.app.restart();
    expect(await bench.status()).toMatchObject({
      serving: 'persisted',
      revision: good,
      definition_sources: [{ failure: { reason: 'FetchFailed' } }],
    });
    expect((await bench.app.get('/readyz')).status).toBe(200);
    bench.server.mode = 'well';
    const sha = await bench.push({ 'a.yaml': `${LOG}snooze: 1\n` });
    expect(await bench.status()).toMatchObject({ serving: 'live', revision: `main@sha1:${sha}` });
  });

  it('that was bad at boot and is mended later goes live without a restart', async () => {
    await using bench = await runGitApp({ 'a.yaml': BAD });
    expect(await bench.status()).toMatchObject({ serving: 'none', hooks: 0 });
    await bench.push({ 'a.yaml': LOG });
    expect(await bench.status()).toMatchObject({ serving: 'live', hooks: 1 });
  });

  it('that removes everything is held until it is confirmed', async () => {
    await using bench = await runGitApp({ 'a.yaml': LOG });
    const sha = await bench.push({ 'readme.md': 'moved' });
    expect(await bench.status()).toMatchObject({ hooks: 1, lastAttempted: { revision: `main@sha1:${sha}` } });
    const confirmed = await bench.app.post('/reconcile/confirm', { revision: `main@sha1:${sha}` });
    expect(confirmed.status).toBe(200);
    expect(await bench.status()).toMatchObject({ hooks: 0, revision: `main@sha1:${sha}` });
  });

  it('of a bad file leaves the others to advance, where files are isolated', async () => {
    await using bench = await runGitApp({ 'a.yaml': LOG, 'b.yaml': LOG }, { policy: 'isolate' });
    const sha = await bench.push({ 'a.yaml': BAD, 'b.yaml': `${LOG}snooze: 7\n` });
    const { revision } = await bench.status();
    expect(revision).toMatch(new RegExp(`^main@sha1:${sha}\\+held@sha256:[0-9a-f]{16}$`));
    expect((await bench.app.get('/event-hooks/b')).body).toMatchObject({ snooze: 7 });
    expect((await bench.app.get('/event-hooks/a')).status).toBe(200);
  });
});

describe('a remote that goes away', () => {
  it('leaves what serves as it is, says so once, and says when it is back', async () => {
    await using bench = await runGitApp({ 'a.yaml': LOG });
    bench.server.mode = 'down';
    for (let n = 0; n < 3; n += 1) await bench.app.app.reconcile();
    bench.server.mode = 'well';
    await bench.app.app.reconcile();
    expect(bench.app.reports.map(({ kind }) => kind)).toEqual(['applied', 'failed', 'recovered']);
    expect(await bench.status()).toMatchObject({ serving: 'live', hooks: 1 });
  });
});

describe('a storm of pushes', () => {
  it('costs a bounded number of fetches and ends on the last commit', async () => {
    await using bench = await runGitApp({ 'a.yaml': LOG });
    bench.server.reset();
    const startedAt = performance.now();
    let sha = '';
    for (let n = 0; n < 20; n += 1) {
      sha = bench.repo.commit({ 'a.yaml': `${LOG}snooze: ${n}\n` });
      const answers = await Promise.all(Array.from({ length: 50 }, (_, m) => bench.say(`${n}-${m}`)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    }
    while ((await bench.status()).revision !== `main@sha1:${sha}`) await delay(20);
    const gaps = (performance.now() - startedAt) / 1_000;
    expect(bench.server.asked.lists).toBeLessThanOrEqual(Math.ceil(gaps) + 2);
  });
});

describe('hookline serve of a repository', () => {
  it('takes its URL with a branch after a #, and reconcile has it look now', async () => {
    using dir = createTempDir();
    using repo = createGitRepo();
    repo.commit({ 'a.yaml': LOG }, { branch: 'live' });
    const args = ['serve', `file://${repo.path}#live`, '--listen', '127.0.0.1:0'];
    await using server = startCommand(args, { cwd: dir.path });
    const [, url = ''] = await server.printed(/serves file:\S+hooks\.git on (http:\S+)/);
    const sha = repo.commit({ 'a.yaml': LOG, 'b.yaml': LOG }, { branch: 'live' });
    const looked = await runCommand(['reconcile', '--source', 'hooks', '--url', url]);
    expect([looked.code, looked.stdout]).toEqual([
      0,
      `Applied live@sha1:${sha}; serving live live@sha1:${sha}\n`,
    ]);
    const status = await runCommand(['status', '--url', url]);
    expect(status.stdout).toMatch(
      new RegExp(
        `^Source {6}hooks at live@sha1:${sha}, "Change hooks" by Ada <ada@example.com>, 2026-01-01T00:01:00.000Z; read \\d+ seconds? ago$`,
        'm',
      ),
    );
  });
});

/** Resolves once the host's answers to all that was to be posted are known. */
async function allPosted(app: RunningApp): Promise<void> {
  for (;;) {
    const { definition_sources: sources } = (await app.get('/status')).body as {
      readonly definition_sources: readonly { readonly commit_status: { readonly waiting: number } }[];
    };
    if (sources.every(({ commit_status }) => commit_status.waiting === 0)) return;
    await delay(10);
  }
}

describe('a commit whose status is posted', () => {
  it('is pending, then success, or failure with the first problem, each once', async () => {
    using repo = createGitRepo();
    await using host = await startStatusHost();
    const first = repo.commit({ 'a.yaml': LOG });
    const commit_status = {
      host: 'github',
      api: host.url,
      repository: 'acme/hooks',
      token: '{vault://env/token}',
    };
    const git = { url: `file://${repo.path}`, ref: 'main', interval: 3_600, commit_status };
    await using app = await runApp({}, { env: { TOKEN: 'hunter2' }, settings: { sources: [{ git }] } });
    await host.until(2);
    const second = repo.commit({ 'a.yaml': LOG, 'b.yaml': BAD });
    await app.app.reconcile();
    await host.until(4);
    await allPosted(app);
    await app.restart();
    const third = repo.commit({ 'a.yaml': LOG, 'b.yaml': LOG });
    await app.app.reconcile();
    await host.until(6);
    expect(host.posted.map(({ path, body }) => [path.slice(-40), body.state, body.description])).toEqual([
      [first, 'pending', 'Preparing the definitions'],
      [first, 'success', 'Applied: 1 hook (1 created)'],
      [second, 'pending', 'Preparing the definitions'],
      [second, 'failure', expect.stringMatching(/^1 problem: b\.yaml:2:10 unknown_handler /)],
      [third, 'pending', 'Preparing the definitions'],
      [third, 'success', 'Applied: 2 hooks (1 created)'],
    ]);
  });

  it('stays a success while another source has a bad one, also over a restart', async () => {
    using one = createGitRepo();
    using two = createGitRepo();
    await using host = await startStatusHost();
    const live = one.commit({ 'a.yaml': LOG });
    const good = two.commit({ 'b.yaml': LOG });
    const sources = [one, two].map((repo, index) => ({
      name: `source-${index}`,
      git: {
        url: `file://${repo.path}`,
        ref: 'main',
        interval: 3_600,
        commit_status: { host: 'github', api: `${host.url}/`, repository: `acme/hooks-${index}`, token: 't' },
      },
    }));
    await using app = await runApp({}, { settings: { sources } });
    await host.until(4);
    const bad = two.commit({ 'b.yaml': BAD });
    await app.app.reconcile();
    await host.until(6);
    await allPosted(app);
    await app.restart();
    const mended = two.commit({ 'c.yaml': LOG });
    await app.app.reconcile();
    await host.until(8);
    const said = host.posted.map(({ path, body }) => `${path.slice(-40)} ${body.state}`);
    expect(said.filter((line) => line.startsWith(live))).toEqual([`${live} pending`, `${live} success`]);
    expect(said.filter((line) => !line.startsWith(live))).toEqual([
      `${good} pending`,
      `${good} success`,
      `${bad} pending`,
      `${bad} failure`,
      `${mended} pending`,
      `${mended} success`,
    ]);
  });

  it('is said to wait, with why, by hookline status', async () => {
    using repo = createGitRepo();
    await using host = await startStatusHost();
    const refusal = { status: 401, body: { message: 'Bad credentials' } };
    // Of pending, and of the success there is to say since.
    host.answers.push(refusal, refusal);
    repo.commit({ 'a.yaml': LOG });
    const commit_status = { host: 'gitea', api: host.url, repository: 'acme/hooks', token: 'hunter2' };
    const git = { url: `file://${repo.path}`, ref: 'main', interval: 3_600, commit_status };
    await using app = await runApp({}, { settings: { sources: [{ git }] } });
    await host.until(2);
    await expect
      .poll(async () => (await runCommand(['status', '--url', app.app.url])).stdout, { timeout: 5_000 })
      .toMatch(
        /^Statuses {4}1 commit of hooks waits until \d{4}-\S+Z: gitea answered 401 \(Bad credentials\): .*write:repository/m,
      );
  });
});
