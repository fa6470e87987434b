import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type CommitStatusOutbox, createCommitStatusOutbox } from '../../src/commit-status/outbox.ts';
import { createHttpClient } from '../../src/deliver/http-client.ts';
import { createSecrets } from '../../src/secrets/resolver.ts';
import type { CommitStatusSettings } from '../../src/source-settings.ts';
import { type GitHost, startGitHost } from '../helpers/git-host.ts';
import { createHeldClock, type HeldClock, START } from '../helpers/held-clock.ts';
import { createTempDir } from '../helpers/temp-dir.ts';

const TOKEN = 'tok-of-the-test';
const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;

/** A line that was logged. */
interface Line {
  readonly level: string;
  readonly fields: object;
  readonly message: string;
}

/** Everything around an outbox; it can be opened again, as after a restart. */
interface Setting {
  readonly host: GitHost;
  readonly clock: HeldClock;
  readonly env: Record<string, string>;
  readonly lines: readonly Line[];
  readonly file: string;
  open(settings?: Partial<CommitStatusSettings>): CommitStatusOutbox;
}

async function set(): Promise<Setting> {
  const host = await startGitHost();
  const dir = createTempDir();
  const clock = createHeldClock();
  const client = createHttpClient({ clock });
  onTestFinished(async () => {
    await client.close();
    await host[Symbol.asyncDispose]();
    dir[Symbol.dispose]();
  });
  const env: Record<string, string> = { TOKEN };
  const secrets = createSecrets({ env, envAllow: null, fileRoot: '/nowhere' });
  const lines: Line[] = [];
  const log = (level: string) => (fields: object, message: string) =>
    void lines.push({ level, fields, message });
  const file = join(dir.path, 'commit-status.json');
  return {
    host,
    clock,
    env,
    lines,
    file,
    open(changes = {}) {
      const settings: CommitStatusSettings = {
        host: 'github',
        api: host.url,
        repository: 'acme/hooks',
        token: '{vault://env/token}',
        context: 'hookline',
        ...changes,
      };
      return createCommitStatusOutbox({
        file,
        sources: [
          { name: 'hooks', settings },
          { name: 'others', settings: { ...settings, repository: 'acme/others' } },
        ],
        send: client.send,
        resolve: secrets.resolve,
        redact: secrets.redact,
        clock,
        logger: { error: log('error'), warn: log('warn'), info: log('info'), debug: log('debug') },
        random: () => 0.5,
      });
    },
  };
}

function say(outbox: CommitStatusOutbox, state: 'pending' | 'success' | 'failure', sha = A): void {
  outbox.post({ source: 'hooks', sha, state, description: `is ${state}` });
}

function statesOf({ posts }: GitHost): readonly unknown[] {
  return posts.map(({ body }) => (body as { state: unknown }).state);
}

function warningsOf({ lines }: Setting): readonly Line[] {
  return lines.filter(({ level }) => level === 'warn' || level === 'error');
}

describe('a CommitStatusOutbox', () => {
  it.each([
    [
      'github',
      'acme/hooks',
      `/repos/acme/hooks/statuses/${A}`,
      { authorization: `Bearer ${TOKEN}`, accept: 'application/vnd.github+json' },
      { state: 'failure', context: 'hookline', description: 'is failure' },
    ],
    [
      'gitlab',
      'acme/team/hooks',
      `/projects/acme%2Fteam%2Fhooks/statuses/${A}`,
      { 'private-token': TOKEN },
      { state: 'failed', name: 'hookline', description: 'is failure' },
    ],
    [
      'gitea',
      'acme/hooks',
      `/repos/acme/hooks/statuses/${A}`,
      { authorization: `token ${TOKEN}` },
      { state: 'failure', context: 'hookline', description: 'is failure' },
    ],
  ] as const)('posts to %s after 500, 429, no answer, 401', async (name, repository, path, headers, body) => {
    const setting = await set();
    const { host, clock } = setting;
    const outbox = setting.open({ host: name, repository });
    host.answers.push({ status: 500 }, { status: 429, headers: { 'retry-after': '120' } }, 'hang', {
      status: 401,
      body: '{"message":"no"}',
    });
    say(outbox, 'failure');
    await outbox.idle();
    expect(outbox.state()[0]?.problem).toMatchObject({
      message: `${name} answered 500`,
      retryAt: START + 5_000,
    });
    clock.advance(5 * SECOND - 1);
    await outbox.idle();
    expect(host.posts).toHaveLength(1);
    clock.advance(1);
    await outbox.idle();
    expect(host.posts).toHaveLength(2);
    clock.advance(119 * SECOND);
    await outbox.idle();
    expect(host.posts).toHaveLength(2);
    clock.advance(SECOND);
    await host.received(3);
    clock.advance(30 * SECOND);
    await outbox.idle();
    expect(outbox.state()[0]?.problem?.message).toBe('timed out after 30000 ms');
    clock.advance(20 * SECOND);
    await outbox.idle();
    expect(host.posts).toHaveLength(4);
    expect(outbox.state()[0]).toMatchObject({ source: 'hooks', waiting: 1 });
    expect(outbox.state()[0]?.problem?.message).toMatch(/answered 401 \(no\): the token is not valid/);
    clock.advance(HOUR);
    await outbox.idle();
    expect(host.posts).toHaveLength(5);
    expect(outbox.state()[0]).toEqual({ source: 'hooks', waiting: 0, problem: null });
    for (const post of host.posts) {
      expect(post).toMatchObject({ method: 'POST', path, headers, body });
      expect(post.headers['user-agent']).toMatch(/^hookline\//);
      expect(post.headers['content-type']).toBe('application/json');
    }
    expect(clock.timers).toBe(0);
  });

  it('waits 5 s, twice as long each time, 10 min at most, and begins anew after a success', async () => {
    const setting = await set();
    const { host, clock } = setting;
    const outbox = setting.open();
    host.answers.push(...Array.from({ length: 10 }, () => ({ status: 503 })));
    say(outbox, 'success');
    const waits: number[] = [];
    for (let tries = 1; tries <= 10; tries += 1) {
      await outbox.idle();
      expect(host.posts).toHaveLength(tries);
      const waitMs = (outbox.state()[0]?.problem?.retryAt ?? 0) - clock.now();
      waits.push(waitMs / SECOND);
      clock.advance(waitMs);
    }
    expect(waits).toEqual([5, 10, 20, 40, 80, 160, 320, 600, 600, 600]);
    await outbox.idle();
    host.answers.push({ status: 503 });
    say(outbox, 'failure');
    await outbox.idle();
    expect(outbox.state()[0]?.problem?.retryAt).toBe(clock.now() + 5 * SECOND);
  });

  it('keeps away from GitHub until the reset of its limit, even for a new post, a day at most', async () => {
    const setting = await set();
    const { host, clock } = setting;
    const outbox = setting.open();
    const reset = `${(START + 40 * MINUTE) / 1000}`;
    host.answers.push(
      { status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset } },
      { status: 429, headers: { 'retry-after': '9999999' } },
    );
    say(outbox, 'pending');
    await outbox.idle();
    say(outbox, 'success', B);
    clock.advance(40 * MINUTE - 1);
    await outbox.idle();
    expect(host.posts).toHaveLength(1);
    clock.advance(1);
    await outbox.idle();
    expect(host.posts).toHaveLength(2);
    clock.advance(24 * HOUR);
    await outbox.idle();
    expect(host.posts.map(({ path }) => path.at(-1))).toEqual(['a', 'a', 'a', 'b']);
  });

  it('posts the newest state of a commit only, and lets no answer of an older one pass for it', async () => {
    const setting = await set();
    const { host, clock } = setting;
    const outbox = setting.open();
    host.answers.push('hang', { status: 500 });
    say(outbox, 'pending');
    await host.received(1);
    say(outbox, 'failure');
    say(outbox, 'success');
    expect(host.mostAtOnce).toBe(1);
    clock.advance(30 * SECOND);
    await outbox.idle();
    clock.advance(5 * SECOND);
    await outbox.idle();
    expect(statesOf(host)).toEqual(['pending', 'success']);
    clock.advance(10 * SECOND);
    await outbox.idle();
    expect(statesOf(host)).toEqual(['pending', 'success', 'success']);
    expect(outbox.state()[0]?.waiting).toBe(0);
  });

  it('posts pending and then success, in that order, when success comes while pending is on its way', async () => {
    const setting = await set();
    const outbox = setting.open();
    say(outbox, 'pending');
    await setting.host.received(1);
    say(outbox, 'success');
    await outbox.idle();
    expect(statesOf(setting.host)).toEqual(['pending', 'success']);
    expect(setting.host.mostAtOnce).toBe(1);
  });

  it('posts again what was posted before the answer to another state was lost', async () => {
    const setting = await set();
    const { host, clock } = setting;
    const outbox = setting.open();
    say(outbox, 'success');
    await outbox.idle();
    host.answers.push('hang');
    say(outbox, 'failure');
    await host.received(2);
    clock.advance(30 * SECOND);
    await outbox.idle();
    say(outbox, 'success');
    clock.advance(5 * SECOND);
    await outbox.idle();
    expect(statesOf(host)).toEqual(['success', 'failure', 'success']);
  });

  it('says no more that a commit is prepared once more is known of it, after a restart too', async () => {
    const setting = await set();
    for (let starts = 0; starts < 2; starts += 1) {
      const outbox = setting.open();
      say(outbox, 'pending');
      await outbox.idle();
      say(outbox, 'success');
      await outbox.idle();
      await outbox.stop();
    }
    expect(statesOf(setting.host)).toEqual(['pending', 'success']);
  });

  it('posts nothing twice, not even after a restart, unless it says something else', async () => {
    const setting = await set();
    const before = setting.open();
    say(before, 'success');
    await before.idle();
    say(before, 'success');
    await before.idle();
    await before.stop();
    const after = setting.open();
    after.resume();
    say(after, 'success');
    await after.idle();
    expect(setting.host.posts).toHaveLength(1);
    after.post({ source: 'hooks', sha: A, state: 'success', description: 'another' });
    await after.idle();
    expect(setting.host.posts).toHaveLength(2);
  });

  it('goes on after a restart with what waited, and what was under way', async () => {
    const setting = await set();
    const { host } = setting;
    host.answers.push('hang');
    const before = setting.open();
    say(before, 'pending');
    say(before, 'failure', B);
    await host.received(1);
    await before.stop();
    setting.clock.advance(30 * SECOND);
    await before.idle();
    expect(setting.lines).toEqual([]);
    expect(setting.clock.timers).toBe(0);
    const after = setting.open();
    await after.idle();
    expect(host.posts).toHaveLength(1);
    after.resume();
    await after.idle();
    expect(statesOf(host)).toEqual(['pending', 'pending', 'failure']);
    expect(after.state().every(({ waiting }) => waiting === 0)).toBe(true);
  });

  it('begins no request and sets no timer once it is stopped', async () => {
    const setting = await set();
    setting.host.answers.push({ status: 500 });
    const outbox = setting.open();
    say(outbox, 'pending');
    await outbox.idle();
    await outbox.stop();
    expect(setting.clock.timers).toBe(0);
    say(outbox, 'success');
    await outbox.idle();
    expect(setting.host.posts).toHaveLength(1);
    expect(setting.clock.timers).toBe(0);
    const after = setting.open();
    after.resume();
    await after.idle();
    expect(statesOf(setting.host)).toEqual(['pending', 'success']);
  });

  it('takes what waits to where the settings say now, and counts nothing of before as posted there', async () => {
    const setting = await set();
    const { host } = setting;
    host.answers.push({ status: 201 }, { status: 404 });
    const before = setting.open({ repository: 'acme/typo' });
    say(before, 'success');
    say(before, 'failure', B);
    await before.idle();
    await before.stop();
    const after = setting.open();
    after.resume();
    say(after, 'success');
    await after.idle();
    expect(host.posts.slice(2).map(({ path }) => path)).toEqual([
      `/repos/acme/hooks/statuses/${B}`,
      `/repos/acme/hooks/statuses/${A}`,
    ]);
  });

  it('logs a refusal once with what to do, and tries again after an hour or at the next post', async () => {
    const setting = await set();
    const { host, clock } = setting;
    const outbox = setting.open();
    host.answers.push(...Array.from({ length: 3 }, () => ({ status: 403, body: '{"message":"Forbidden"}' })));
    say(outbox, 'pending');
    await outbox.idle();
    clock.advance(HOUR - 1);
    await outbox.idle();
    expect(host.posts).toHaveLength(1);
    clock.advance(1);
    await outbox.idle();
    expect(host.posts).toHaveLength(2);
    say(outbox, 'success', B);
    await outbox.idle();
    expect(host.posts).toHaveLength(3);
    const warnings = warningsOf(setting);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.message).toMatch(/github answered 403 \(Forbidden\): .*"Commit statuses: write"/);
    expect(warnings[0]?.fields).toMatchObject({ source: 'hooks', sha: A, repository: 'acme/hooks' });
    say(outbox, 'success', B);
    await outbox.idle();
    expect(statesOf(host)).toEqual(['pending', 'pending', 'pending', 'pending', 'success']);
  });

  it('lets no refused commit hold up the others', async () => {
    const setting = await set();
    const { host, clock } = setting;
    const outbox = setting.open();
    host.answers.push({ status: 422, body: '{"message":"No commit found for SHA"}' });
    say(outbox, 'success');
    say(outbox, 'success', B);
    await outbox.idle();
    expect(host.posts.map(({ path }) => path.at(-1))).toEqual(['a', 'b']);
    expect(outbox.state()[0]).toMatchObject({
      waiting: 1,
      problem: { sha: A, message: expect.stringContaining('No commit found for SHA'), retryAt: START + HOUR },
    });
    say(outbox, 'success', B);
    await outbox.idle();
    expect(host.posts).toHaveLength(2);
    clock.advance(HOUR);
    await outbox.idle();
    expect(host.posts.map(({ path }) => path.at(-1))).toEqual(['a', 'b', 'a']);
    expect(outbox.state()[0]).toEqual({ source: 'hooks', waiting: 0, problem: null });
  });

  it('does not let a refusal hold what was posted while it was on its way', async () => {
    const setting = await set();
    const { host, clock } = setting;
    setting.env.TOKEN = 'tok-of-yesterday';
    const outbox = setting.open();
    host.answers.push({ status: 401 });
    say(outbox, 'pending');
    setting.env.TOKEN = TOKEN;
    say(outbox, 'success');
    await outbox.idle();
    expect(statesOf(host)).toEqual(['pending', 'success']);
    expect(clock.timers).toBe(0);
  });

  it('asks for the token at every try, and waits like after a 401 while there is none', async () => {
    const setting = await set();
    const { host, clock, env } = setting;
    delete env.TOKEN;
    const outbox = setting.open();
    say(outbox, 'success');
    await outbox.idle();
    expect(host.posts).toHaveLength(0);
    expect(outbox.state()[0]?.problem).toMatchObject({
      message: expect.stringMatching(/^the token cannot be had: /),
      retryAt: START + HOUR,
    });
    expect(warningsOf(setting)).toHaveLength(1);
    env.TOKEN = 'tok-rotated';
    clock.advance(HOUR);
    await outbox.idle();
    expect(host.posts[0]?.headers.authorization).toBe('Bearer tok-rotated');
  });

  it('keeps one source that waits from holding up another', async () => {
    const setting = await set();
    const outbox = setting.open();
    setting.host.answers.push({ status: 401 });
    say(outbox, 'success');
    await outbox.idle();
    outbox.post({ source: 'others', sha: A, state: 'success', description: 'fine' });
    await outbox.idle();
    expect(setting.host.posts.map(({ path }) => path)).toEqual([
      `/repos/acme/hooks/statuses/${A}`,
      `/repos/acme/others/statuses/${A}`,
    ]);
    expect(outbox.state().map(({ waiting }) => waiting)).toEqual([1, 0]);
    outbox.post({ source: 'without settings', sha: A, state: 'success', description: 'fine' });
    await outbox.idle();
    expect(setting.host.posts).toHaveLength(2);
  });

  it('takes a second pending that GitLab refuses as posted', async () => {
    const setting = await set();
    const { host, clock } = setting;
    const message = 'Cannot transition status via :enqueue from :pending (Reason(s): …)';
    host.answers.push('hang', { status: 400, body: JSON.stringify({ message }) });
    const outbox = setting.open({ host: 'gitlab' });
    say(outbox, 'pending');
    await host.received(1);
    clock.advance(30 * SECOND);
    await outbox.idle();
    clock.advance(5 * SECOND);
    await outbox.idle();
    expect(host.posts).toHaveLength(2);
    expect(outbox.state()[0]).toEqual({ source: 'hooks', waiting: 0, problem: null });
  });

  it('cuts a description at what the host takes, without a secret in request, file, log or state', async () => {
    const setting = await set();
    const { host } = setting;
    const outbox = setting.open();
    host.answers.push({ status: 500, body: `{"message":"what is ${TOKEN}?"}` });
    say(outbox, 'pending');
    await outbox.idle();
    outbox.post({
      source: 'hooks',
      sha: A,
      state: 'failure',
      description: `${'x'.repeat(134)}${TOKEN} ${'y'.repeat(200)}`,
    });
    setting.clock.advance(5 * SECOND);
    await outbox.idle();
    const body = host.posts[1]?.body as { description: string } | undefined;
    const description = body?.description ?? '';
    expect(description).toHaveLength(140);
    expect(description).not.toContain('tok');
    expect(setting.lines.some(({ message }) => message.includes('what is [redacted]?'))).toBe(true);
    for (const shown of [JSON.stringify(setting.lines), readFileSync(setting.file, 'utf8')])
      expect(shown).not.toContain(TOKEN);
  });

  it('keeps what it knows in a file for its owner only, the last 100 commits of a source', async () => {
    const setting = await set();
    const outbox = setting.open();
    for (let number = 0; number < 120; number += 1) say(outbox, 'success', String(number).padStart(40, '0'));
    await outbox.idle();
    expect(setting.host.posts.length).toBeGreaterThanOrEqual(100);
    expect(statSync(setting.file).mode & 0o777).toBe(0o600);
    expect(existsSync(`${setting.file}.tmp`)).toBe(false);
    const [kept] = JSON.parse(readFileSync(setting.file, 'utf8')) as [
      { entries: readonly { sha: string }[] },
    ];
    expect(kept.entries).toHaveLength(100);
    expect(kept.entries.at(-1)?.sha).toMatch(/119$/);
    expect(warningsOf(setting).at(-1)?.message).toMatch(/^More than 100 commit statuses wait/);
  });

  it.each([
    ['half a file', '[{"source":"hooks","target":"x","entr'],
    ['another shape', '{"version":9}'],
    ['an entry of another shape', '[{"source":"hooks","target":"x","entries":[{"sha":1}]}]'],
    [
      'a state there is not',
      '[{"source":"hooks","target":"x","entries":[{"sha":"a","posted":null,"waiting":{"sha":"a","state":"odd","description":""}}]}]',
    ],
    ['nothing', ''],
  ])('sets %s aside with a warning and begins empty', async (_what, text) => {
    const setting = await set();
    writeFileSync(setting.file, text);
    const outbox = setting.open();
    expect(warningsOf(setting)).toHaveLength(1);
    expect(readFileSync(`${setting.file}.corrupt`, 'utf8')).toBe(text);
    outbox.resume();
    say(outbox, 'success');
    await outbox.idle();
    expect(setting.host.posts).toHaveLength(1);
    expect(JSON.parse(readFileSync(setting.file, 'utf8'))).toHaveLength(2);
  });

  it('goes on in memory, and says so, where the file cannot be written', async () => {
    const setting = await set();
    mkdirSync(`${setting.file}.tmp`);
    const outbox = setting.open();
    say(outbox, 'success');
    await outbox.idle();
    expect(statesOf(setting.host)).toEqual(['success']);
    expect(warningsOf(setting)[0]).toMatchObject({ level: 'error' });
  });
});
