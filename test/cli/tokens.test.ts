import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand, startCommand } from '../helpers/process.ts';
import { type RunningApp, runApp } from '../helpers/running-app.ts';
import { createTempDir } from '../helpers/temp-dir.ts';
import { declareToken } from '../helpers/tokens.ts';

const LOG = 'source: crud\nhandler: log\n';
const all = declareToken('all', { scopes: ['emit', 'read', 'operate'] });
const emitter = declareToken('emitter');
const TOKENS = [all.settings, emitter.settings];

let app: RunningApp;
let delivery = '';
beforeAll(async () => {
  app = await runApp({ 'log.yaml': LOG }, { settings: { tokens: TOKENS } });
  const { body } = await app.post(
    '/events',
    { source: 'crud', event: 'consumers', data: {} },
    { ...all.headers },
  );
  delivery = (body as { hooks: { delivery: string }[] }).hooks[0]?.delivery ?? '';
});
afterAll(() => app[Symbol.asyncDispose]());

function run(args: readonly string[], env: Record<string, string>): ReturnType<typeof runCommand> {
  return runCommand(args, { env: { HOOKLINE_URL: app.app.url, ...env } });
}

describe('a command that asks a server', () => {
  it.each<[string, () => readonly string[], number]>([
    ['emit', () => ['emit', 'crud', 'consumers'], 0],
    ['status', () => ['status'], 0],
    ['diff', () => ['diff', 'server', 'server', '--events'], 0],
    ['reconcile', () => ['reconcile'], 0],
    ['confirm', () => ['confirm', 'dir@sha256:0'], 1],
    ['ping', () => ['ping', 'log'], 1],
    ['replay', () => ['replay', delivery], 0],
    ['replay by a filter', () => ['replay', '--hook', 'log'], 0],
  ])('asks with the token of HOOKLINE_TOKEN, and says so without one: %s', async (_command, toArgs, code) => {
    const args = toArgs();
    // What may be asked is refused for what it is: log has no receiver to ping, and nothing is held.
    const allowed = await run(args, { HOOKLINE_TOKEN: `${all.token}\n` });
    expect([allowed.code, allowed.stderr.includes('token')]).toEqual([code, false]);
    const bare = await run(args, { HOOKLINE_TOKEN: '' });
    expect([bare.code === 0, bare.stderr.includes('Set HOOKLINE_TOKEN')]).toEqual([false, true]);
  });

  it('takes --token before HOOKLINE_TOKEN', async () => {
    const ended = await run(['status', '--token', all.token], { HOOKLINE_TOKEN: 'another-token-of-nobody' });
    expect(ended.code).toBe(0);
  });

  it('says which scope is missing', async () => {
    const { code, stderr } = await run(['status'], { HOOKLINE_TOKEN: emitter.token });
    expect([code, stderr]).toEqual([
      1,
      'Cannot read the status: Token "emitter" lacks the scope "read": it has emit\n',
    ]);
  });

  it.each(['two words', 'line\nbreak', 'schlüssel'])(
    'does not repeat a token that is none: %j',
    async (token) => {
      const { code, stdout, stderr } = await run(['status'], { HOOKLINE_TOKEN: token });
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain('Cannot use the token');
      expect(stderr).not.toContain(token);
    },
  );
});

describe('hookline serve on an address that others can reach', () => {
  it('starts when there are tokens, asks for one, and shows a line that sends it', async () => {
    using dir = createTempDir();
    dir.write('hooks/log.yaml', LOG);
    dir.write('hookline.yaml', JSON.stringify({ tokens: TOKENS }));
    await using served = startCommand(['serve', 'hooks', '--listen', '0.0.0.0:0'], { cwd: dir.path });
    const [, port] = await served.printed(
      /curl -s http:\/\/127\.0\.0\.1:(\d+)\/events -H "authorization: Bearer \$HOOKLINE_TOKEN"/,
    );
    const statuses = [{}, emitter.headers, all.headers].map(async (headers) => {
      return (await fetch(`http://127.0.0.1:${port}/status`, { headers })).status;
    });
    expect(await Promise.all(statuses)).toEqual([401, 403, 200]);
  });
});
