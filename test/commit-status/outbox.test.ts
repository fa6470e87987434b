import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CommitStatusOutbox, createCommitStatusOutbox } from '../../src/commit-status/outbox.ts';
import { createHttpClient } from '../../src/deliver/http-client.ts';
import { createLogger } from '../../src/logger.ts';
import { createSecrets } from '../../src/secrets/resolver.ts';
import type { CommitStatusSettings } from '../../src/source-settings.ts';
import { createHeldClock, type HeldClock } from '../helpers/held-clock.ts';
import { type StatusHost, startStatusHost } from '../helpers/status-host.ts';
import { createTempDir, type TempDir } from '../helpers/temp-dir.ts';

const SHA = 'a'.repeat(40);

interface Bench extends AsyncDisposable {
  readonly host: StatusHost;
  readonly clock: HeldClock;
  readonly dir: TempDir;
  readonly log: readonly string[];
  readonly env: Record<string, string | undefined>;
  readonly outbox: CommitStatusOutbox;
  post(state: 'pending' | 'success' | 'failure', description?: string, sha?: string): void;
  /** Moves the time and waits for what that led to. */
  advance(ms: number): Promise<void>;
  /** Another process over the same file. */
  restart(): Promise<void>;
}

async function createBench(settings: Partial<CommitStatusSettings> = {}): Promise<Bench> {
  const host = await startStatusHost();
  const clock = createHeldClock();
  const dir = createTempDir();
  const log: string[] = [];
  const env: Record<string, string | undefined> = { TOKEN: 'hunter2' };
  const client = createHttpClient({ clock });
  const secrets = createSecrets({ env, envAllow: null, fileRoot: dir.path });
  const create = (): CommitStatusOutbox =>
    createCommitStatusOutbox({
      file: join(dir.path, 'commit-status.json'),
      sources: [
        {
          name: 'hooks',
          settings: {
            host: 'github',
            api: host.url,
            repository: 'acme/hooks',
            token: '{vault://env/token}',
            context: 'hookline',
            ...settings,
          },
        },
      ],
      send: client.send,
      resolve: secrets.resolve,
      redact: secrets.redact,
      clock,
      logger: createLogger('debug', { write: (line) => log.push(line) }),
      random: () => 0.5,
    });
  const bench = {
    host,
    clock,
    dir,
    log,
    env,
    outbox: create(),
    post(state: 'pending' | 'success' | 'failure', description = state, sha = SHA) {
      bench.outbox.post({ source: 'hooks', sha, state, description });
    },
    async advance(ms: number) {
      clock.advance(ms);
      await bench.outbox.idle();
    },
    async restart() {
      await bench.outbox.stop();
      bench.outbox = create();
      bench.outbox.resume();
      await bench.outbox.idle();
    },
    async [Symbol.asyncDispose]() {
      await bench.outbox.stop();
      await client.close();
      await host[Symbol.asyncDispose]();
      dir[Symbol.dispose]();
    },
  };
  return bench;
}

function statesOf({ host }: Bench): readonly string[] {
  return host.posted.map(({ body }) => body.state ?? '');
}

describe('a status of a commit', () => {
  it.each([
    [
      'github',
      'acme/hooks',
      `POST /repos/acme/hooks/statuses/${SHA}`,
      { authorization: 'Bearer hunter2' },
      { state: 'failure', context: 'hookline', description: 'why' },
    ],
    [
      'gitlab',
      'acme/team/hooks',
      `POST /projects/acme%2Fteam%2Fhooks/statuses/${SHA}`,
      { 'private-token': 'hunter2' },
      { state: 'failed', name: 'hookline', description: 'why' },
    ],
    [
      'gitea',
      'acme/hooks',
      `POST /repos/acme/hooks/statuses/${SHA}`,
      { authorization: 'token hunter2' },
      { state: 'failure', context: 'hookline', description: 'why' },
    ],
  ] as const)('is posted as %s wants it', async (host, repository, path, headers, body) => {
    await using bench = await createBench({ host, repository });
    bench.post('failure', 'why');
    await bench.outbox.idle();
    expect(bench.host.posted).toMatchObject([{ path, headers, body }]);
  });

  it.each([
    ['github', 140],
    ['gitlab', 255],
    ['gitea', 255],
  ] as const)('is cut for %s after a whole character, without secrets', async (host, length) => {
    await using bench = await createBench({ host });
    bench.post('failure', `${'é👩‍👩‍👧'.repeat(100)}`);
    await bench.outbox.idle();
    bench.post('failure', 'the token is hunter2', 'b'.repeat(40));
    await bench.outbox.idle();
    const [long = '', secret = ''] = bench.host.posted.map(({ body }) => body.description ?? '');
    expect(long.length).toBeLessThanOrEqual(length);
    expect(long.length).toBeGreaterThan(length - 12);
    expect(long).toMatch(/…$/);
    expect(long.slice(0, -1)).toBe(long.slice(0, -1).toWellFormed());
    expect(secret).toBe('the token is [redacted]');
  });

  it('is posted once: pending first, then what came of it, and neither again after a restart', async () => {
    await using bench = await createBench();
    bench.post('pending');
    await bench.outbox.idle();
    bench.post('success');
    await bench.outbox.idle();
    bench.post('success');
    await bench.restart();
    bench.post('pending');
    bench.post('success');
    await bench.outbox.idle();
    expect(statesOf(bench)).toEqual(['pending', 'success']);
    expect(bench.outbox.state()).toEqual([{ source: 'hooks', waiting: 0, problem: null }]);
  });
});

describe('a status that cannot be posted', () => {
  it.each<[string, StatusHost['answers'][number]]>([
    ['500', { status: 500 }],
    ['429', { status: 429, headers: { 'retry-after': '5' } }],
    ['503 to a POST', { status: 503, body: { message: 'down' } }],
  ])('is tried again after %s', async (_what, answer) => {
    await using bench = await createBench();
    bench.host.answers.push(answer, answer);
    bench.post('success');
    await bench.outbox.idle();
    await bench.advance(4_999);
    expect(statesOf(bench)).toHaveLength(1);
    await bench.advance(1);
    expect(statesOf(bench)).toHaveLength(2);
    await bench.advance(10_000);
    expect(statesOf(bench)).toEqual(['success', 'success', 'success']);
    expect(bench.outbox.state()).toMatchObject([{ waiting: 0, problem: null }]);
  });

  it('waits as long as the host asks, and never more than ten minutes by itself', async () => {
    await using bench = await createBench();
    bench.host.answers.push({ status: 429, headers: { 'retry-after': '3600' } });
    bench.post('success');
    await bench.outbox.idle();
    await bench.advance(3_599_999);
    expect(statesOf(bench)).toHaveLength(1);
    bench.host.answers.push(...Array.from({ length: 9 }, () => ({ status: 500 })));
    await bench.advance(1);
    for (const [tries, seconds] of [10, 20, 40, 80, 160, 320, 600, 600].entries()) {
      await bench.advance(seconds * 1000 - 1);
      expect(statesOf(bench)).toHaveLength(tries + 2);
      await bench.advance(1);
      expect(statesOf(bench)).toHaveLength(tries + 3);
    }
  });

  it('is tried again when the host hangs', async () => {
    await using bench = await createBench();
    bench.host.answers.push('hang');
    bench.post('success');
    await bench.host.until(1);
    await bench.advance(30_000);
    await bench.advance(5_000);
    expect(statesOf(bench)).toEqual(['success', 'success']);
  });

  it('is not tried before an hour when the token is refused, and that is said once with what to do', async () => {
    await using bench = await createBench();
    bench.host.answers.push(
      { status: 401, body: { message: 'Bad credentials' } },
      { status: 401, body: { message: 'Bad credentials' } },
    );
    bench.post('success');
    await bench.outbox.idle();
    await bench.advance(3_599_999);
    expect(statesOf(bench)).toHaveLength(1);
    await bench.advance(1);
    expect(statesOf(bench)).toHaveLength(2);
    const warnings = bench.log.filter((line) => line.includes('Cannot post the status'));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('Commit statuses: write');
    await bench.advance(3_600_000);
    expect(bench.outbox.state()).toMatchObject([{ waiting: 0, problem: null }]);
  });

  it('is tried at once with the next post, by the token there is then', async () => {
    await using bench = await createBench();
    bench.env.TOKEN = undefined;
    bench.post('pending');
    await bench.outbox.idle();
    expect(statesOf(bench)).toEqual([]);
    bench.env.TOKEN = 'rotated';
    bench.post('success');
    await bench.outbox.idle();
    expect(bench.host.posted.map(({ headers }) => headers.authorization)).toEqual(['Bearer rotated']);
  });

  it('makes way for what is said of the commit since', async () => {
    await using bench = await createBench();
    bench.host.answers.push({ status: 500 });
    bench.post('pending');
    await bench.outbox.idle();
    bench.post('failure', 'first');
    bench.post('failure', 'second');
    await bench.advance(5_000);
    expect(bench.host.posted.map(({ body }) => [body.state, body.description])).toEqual([
      ['pending', 'pending'],
      ['failure', 'second'],
    ]);
  });

  it('waits over a restart, in a file that is for its owner and has no token', async () => {
    await using bench = await createBench();
    bench.host.answers.push({ status: 500 });
    bench.post('success');
    await bench.outbox.idle();
    const file = join(bench.dir.path, 'commit-status.json');
    expect(readFileSync(file, 'utf8')).not.toContain('hunter2');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await bench.restart();
    expect(statesOf(bench)).toEqual(['success', 'success']);
  });

  it('is forgotten with a warning when its file is broken', async () => {
    await using bench = await createBench();
    bench.host.answers.push({ status: 500 });
    bench.post('success');
    await bench.outbox.stop();
    writeFileSync(join(bench.dir.path, 'commit-status.json'), '{"half');
    await bench.restart();
    expect(statesOf(bench)).toEqual(['success']);
    expect(bench.log.join('\n')).toContain('commit-status.json');
    bench.post('success', 'again');
    await bench.outbox.idle();
    expect(statesOf(bench)).toEqual(['success', 'success']);
  });

  it('counts as posted when GitLab has that state already', async () => {
    await using bench = await createBench({ host: 'gitlab' });
    bench.host.answers.push({
      status: 400,
      body: {
        message: 'Cannot transition status via :run from :pending (Reason(s): Status cannot transition)',
      },
    });
    bench.post('pending');
    await bench.outbox.idle();
    expect(bench.outbox.state()).toMatchObject([{ waiting: 0, problem: null }]);
  });
});
