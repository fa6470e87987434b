import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type CommitStatusOutbox, createCommitStatusOutbox } from '../../src/commit-status/outbox.ts';
import { createHttpClient } from '../../src/deliver/http-client.ts';
import { createLogger } from '../../src/logger.ts';
import { NOTHING_RESERVED } from '../../src/secrets/reserved.ts';
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
  restart(changes?: Partial<CommitStatusSettings>): Promise<void>;
}

async function createBench(
  settings: Partial<CommitStatusSettings> = {},
  names: readonly string[] = ['hooks'],
): Promise<Bench> {
  const host = await startStatusHost();
  const clock = createHeldClock();
  const dir = createTempDir();
  const log: string[] = [];
  const env: Record<string, string | undefined> = { TOKEN: 'hunter2' };
  const client = createHttpClient({ clock, egress: null });
  const secrets = createSecrets({
    env,
    envAllow: null,
    fileRoot: dir.path,
    reserved: NOTHING_RESERVED,
  }).settings;
  const create = (changes: Partial<CommitStatusSettings> = {}): CommitStatusOutbox =>
    createCommitStatusOutbox({
      file: join(dir.path, 'commit-status.json'),
      sources: names.map((name) => ({
        name,
        settings: {
          host: 'github',
          api: host.url,
          repository: 'acme/hooks',
          token: '{vault://env/token}',
          context: 'hookline',
          ...settings,
          ...changes,
        },
      })),
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
    async restart(changes: Partial<CommitStatusSettings> = {}) {
      await bench.outbox.stop();
      bench.outbox = create(changes);
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

describe('a success', () => {
  it('is not posted again in other words, as when another source changed or the process was started anew', async () => {
    await using bench = await createBench();
    bench.post('success', 'Applied: 2 hooks (2 created)');
    await bench.outbox.idle();
    await bench.restart();
    bench.post('success', 'Applied: 2 hooks (none changed)');
    await bench.outbox.idle();
    expect(statesOf(bench)).toEqual(['success']);
    bench.post('failure');
    await bench.outbox.idle();
    bench.post('success');
    await bench.outbox.idle();
    expect(statesOf(bench)).toEqual(['success', 'failure', 'success']);
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

  it.each([404, 401])(
    'is not held by the refusal (%i) of what was said before, on its way as it came',
    async (status) => {
      await using bench = await createBench();
      bench.host.answers.push({ status });
      bench.post('pending');
      bench.post('success');
      await bench.outbox.idle();
      expect(statesOf(bench)).toEqual(['pending', 'success']);
    },
  );

  it('does not hold up other commits when it alone is refused', async () => {
    await using bench = await createBench();
    bench.host.answers.push({ status: 404 });
    bench.post('success', 'one', 'b'.repeat(40));
    bench.post('success', 'two', 'c'.repeat(40));
    await bench.outbox.idle();
    expect(bench.host.posted.map(({ body }) => body.description)).toEqual(['one', 'two']);
    expect(bench.outbox.state()).toMatchObject([{ waiting: 1, problem: { sha: 'b'.repeat(40) } }]);
    await bench.advance(3_600_000);
    expect(bench.outbox.state()).toEqual([{ source: 'hooks', waiting: 0, problem: null }]);
  });

  it('is said without secrets when the host quotes the token', async () => {
    await using bench = await createBench();
    bench.host.answers.push({ status: 401, body: { message: 'What is hunter2?' } });
    bench.post('success');
    await bench.outbox.idle();
    expect(bench.outbox.state()[0]?.problem?.message).toContain('What is [redacted]?');
    expect(bench.log.join('\n')).not.toContain('hunter2');
  });

  it('keeps to what the host asked for, whatever there is to say since', async () => {
    await using bench = await createBench();
    bench.host.answers.push({ status: 429, headers: { 'retry-after': '60' } });
    bench.post('pending');
    await bench.outbox.idle();
    bench.post('success');
    bench.post('success', 'other', 'b'.repeat(40));
    await bench.advance(59_999);
    expect(statesOf(bench)).toEqual(['pending']);
    await bench.advance(1);
    expect(statesOf(bench)).toEqual(['pending', 'success', 'success']);
  });

  it('is tried again when nobody answers at all', async () => {
    await using bench = await createBench({ api: 'http://127.0.0.1:1' });
    bench.post('success');
    await bench.outbox.idle();
    const retryAt = bench.clock.now() + 5_000;
    expect(bench.outbox.state()).toMatchObject([{ waiting: 1, problem: { retryAt } }]);
  });

  it('is given up with a warning when a hundred newer commits of its source wait', async () => {
    await using bench = await createBench();
    const toSha = (index: number): string => index.toString(16).padStart(40, '0');
    bench.host.answers.push({ status: 500 });
    for (let index = 0; index <= 100; index += 1) bench.post('success', `${index}`, toSha(index));
    await bench.outbox.idle();
    await bench.advance(5_000);
    const said = bench.host.posted.map(({ body }) => body.description);
    // The first was on its way already.
    expect(said).toEqual(['0', ...Array.from({ length: 100 }, (_, index) => `${index + 1}`)]);
    const warnings = bench.log.filter((line) => line.includes('is given up'));
    expect(warnings).toEqual([expect.stringContaining(toSha(0))]);
    const kept = JSON.parse(readFileSync(join(bench.dir.path, 'commit-status.json'), 'utf8'));
    expect(kept[0].entries).toHaveLength(100);
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

  it.each([
    ['half a file', '[{"source":"hooks","target":"x","entr'],
    ['nothing', ''],
    ['another shape', '{"version":9}'],
    ['an entry of another shape', '[{"source":"hooks","target":"x","entries":[{"sha":1}]}]'],
    [
      'a state there is not',
      '[{"source":"hooks","target":"x","entries":[{"sha":"a","posted":null,"waiting":{"sha":"a","state":"odd","description":""}}]}]',
    ],
  ])('is forgotten with a warning when its file holds %s', async (_what, text) => {
    await using bench = await createBench();
    const file = join(bench.dir.path, 'commit-status.json');
    bench.host.answers.push({ status: 500 });
    bench.post('success');
    await bench.outbox.stop();
    writeFileSync(file, text);
    await bench.restart();
    expect(statesOf(bench)).toEqual(['success']);
    expect(bench.log.filter((line) => line.includes('begins without them'))).toHaveLength(1);
    expect(readFileSync(`${file}.corrupt`, 'utf8')).toBe(text);
    bench.post('success', 'again');
    await bench.outbox.idle();
    expect(statesOf(bench)).toEqual(['success', 'success']);
  });

  it('goes on in memory, and says so, where the file cannot be written', async () => {
    await using bench = await createBench();
    mkdirSync(join(bench.dir.path, 'commit-status.json.tmp'));
    bench.post('success');
    await bench.outbox.idle();
    expect(statesOf(bench)).toEqual(['success']);
    expect(bench.log.join('\n')).toContain('a restart loses them');
  });

  it('is posted again after a restart that came before the answer', async () => {
    await using bench = await createBench();
    bench.host.answers.push('hang');
    bench.post('pending');
    bench.post('failure', 'why', 'b'.repeat(40));
    await bench.host.until(1);
    await bench.outbox.stop();
    await bench.advance(30_000);
    expect([statesOf(bench), bench.clock.timers, bench.log]).toEqual([['pending'], 0, []]);
    await bench.restart();
    expect(statesOf(bench)).toEqual(['pending', 'pending', 'failure']);
  });

  it('begins no request and sets no timer once the outbox is stopped', async () => {
    await using bench = await createBench();
    bench.host.answers.push({ status: 500 });
    bench.post('pending');
    await bench.outbox.idle();
    await bench.outbox.stop();
    bench.post('success');
    await bench.outbox.idle();
    expect([statesOf(bench), bench.clock.timers]).toEqual([['pending'], 0]);
    await bench.restart();
    expect(statesOf(bench)).toEqual(['pending', 'success']);
  });

  it('goes where the settings say after a restart, and nothing counts as posted there', async () => {
    await using bench = await createBench({ repository: 'acme/typo' });
    bench.host.answers.push({ status: 201 }, { status: 404 });
    bench.post('success');
    bench.post('failure', 'why', 'b'.repeat(40));
    await bench.outbox.idle();
    await bench.restart({ repository: 'acme/hooks' });
    bench.post('success');
    await bench.outbox.idle();
    expect(bench.host.posted.slice(2).map(({ path }) => path)).toEqual([
      `POST /repos/acme/hooks/statuses/${'b'.repeat(40)}`,
      `POST /repos/acme/hooks/statuses/${SHA}`,
    ]);
  });

  it('holds up its source, one request at a time, and no other', async () => {
    await using bench = await createBench({}, ['hooks', 'others']);
    bench.host.answers.push('hang');
    bench.post('success', 'one');
    await bench.host.until(1);
    bench.post('success', 'two', 'b'.repeat(40));
    bench.outbox.post({ source: 'others', sha: SHA, state: 'success', description: 'three' });
    bench.outbox.post({ source: 'nobody', sha: SHA, state: 'success', description: 'four' });
    while (bench.outbox.state()[1]?.waiting !== 0) await setImmediate();
    expect(bench.host.posted.map(({ body }) => body.description)).toEqual(['one', 'three']);
    await bench.advance(30_000);
    await bench.advance(5_000);
    expect(bench.host.posted.map(({ body }) => body.description)).toEqual(['one', 'three', 'one', 'two']);
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
