import { describe, expect, it } from 'vitest';
import { verifyStandardSignature } from '../../src/deliver/signature.ts';
import { type CommandOptions, runCommand } from '../helpers/process.ts';
import { startRecordingServer } from '../helpers/recording-server.ts';
import { runShell } from '../helpers/run-shell.ts';
import { createTempDir, type TempDir } from '../helpers/temp-dir.ts';

const SLACK = `source: crud
event: consumers
handler: webhook-custom
filter: data.operation == "create"
config:
  method: POST
  url: "{vault://env/slack-url}"
  secret: "{vault://env/slack-secret}"
  ssl_verify: true
  headers: { content-type: application/json, x-token: c1ear }
  payload: { text: "Consumer '{{ entity.username }}' {{ operation }}d" }
`;
const EVENT = {
  source: 'crud',
  event: 'consumers',
  data: { operation: 'create', entity: { username: "jane's" } },
};
const ENV = { SLACK_URL: 'https://hooks.example/T0/5ecret', SLACK_SECRET: 'hunter2' };

function createDir(files: Readonly<Record<string, string>> = {}): TempDir {
  const dir = createTempDir();
  dir.write('hooks.d/slack.yaml', SLACK);
  for (const [file, text] of Object.entries(files)) dir.write(file, text);
  return dir;
}

function render(dir: TempDir, args: readonly string[], options: CommandOptions = {}) {
  return runCommand(['render', ...args], { cwd: dir.path, ...options });
}

/** Ids, times, signatures and versions differ from run to run. */
function toStable(text: string): string {
  return text
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID')
    .replaceAll(/(?<=webhook-timestamp: )\d+/g, 'TIME')
    .replaceAll(/(?<=v1,)[A-Za-z0-9+/]{43}=/g, 'SIGNATURE')
    .replaceAll(/(?<=sha1=)[0-9a-f]{40}/g, 'SIGNATURE')
    .replaceAll(/(?<=hookline\/)[\w.-]+/g, 'VERSION');
}

describe.concurrent('hookline render', () => {
  it('prints the request and the command of an event', async ({ expect }) => {
    using dir = createDir({ 'event.json': JSON.stringify(EVENT) });
    const { code, stdout, stderr } = await render(dir, ['slack', '--event', 'event.json'], { env: ENV });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(toStable(stdout)).toMatchSnapshot();
    for (const secret of ['5ecret', 'hunter2', 'c1ear']) expect(stdout).not.toContain(secret);
  });

  it('says what is missing, and shows the rest', async ({ expect }) => {
    using dir = createDir();
    const { code, stdout } = await render(dir, ['slack']);
    expect(code).toBe(0);
    expect(toStable(stdout)).toMatchSnapshot();
  });

  it('gives a command that sends what it shows', async () => {
    await using server = await startRecordingServer();
    using dir = createDir();
    const args = ['slack', 'hooks.d', '--event', '-', '--format', 'curl'];
    const env = { ...ENV, SLACK_URL: `${server.url}/in` };
    const { stdout } = await render(dir, args, { env, input: JSON.stringify(EVENT) });
    const variables = { PATH: process.env.PATH, ...env, HEADERS_X_TOKEN: 'c1ear' };
    await runShell('sh', stdout.replace('curl', 'curl --silent'), variables);
    const [request] = server.requests;
    expect(request).toMatchObject({ method: 'POST', url: '/in', headers: { 'x-token': 'c1ear' } });
    expect(request?.body).toBe(`{"text":"Consumer 'jane's' created"}`);
    const {
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signature,
    } = {
      ...(request?.headers as Record<string, string>),
    };
    const message = { id: `${id}`, timestamp: `${timestamp}`, body: request?.body ?? '' };
    expect(verifyStandardSignature({ ...message, signature: `${signature}` }, 'hunter2')).toBe(true);
  });

  it.each<readonly [string, string]>([
    ['of YAML', 'source: crud\nevent: consumers\ndata: { operation: create }\n'],
    ['that is data alone', '{"operation":"create"}'],
    ['that is the body of a webhook', '{"operation":"create","source":"crud","event":"consumers"}'],
    [
      'as the history answers it',
      JSON.stringify({ ...EVENT, id: 'e', accepted_at: 'x', deliveries: [], stopped: [] }),
    ],
    ['by a name that says more', JSON.stringify({ ...EVENT, event: 'consumers:create' })],
  ])('takes an event %s', async (_what, text) => {
    using dir = createDir({ event: text });
    const { code, stdout } = await render(dir, ['slack', '--event', 'event', '--format', 'json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      hook: 'slack',
      handler: 'webhook-custom',
      event: { source: 'crud' },
      kind: 'request',
      request: { method: 'POST', url: '******', body: expect.stringContaining(' created"') },
      curl: expect.stringContaining("--header 'content-type: application/json'"),
    });
  });

  it.each<readonly [string, string, string, number]>([
    ['a filter that stops it', '{"operation":"delete"}', '# Its filter is false for this event\n', 0],
    ['a filter that fails', '{}', '# Its filter fails on this event: No such key: operation\n', 0],
  ])('says that a server would not send it: %s', async (_what, text, said, expected) => {
    using dir = createDir({ 'event.json': text });
    const { code, stdout } = await render(dir, ['slack', '--event', 'event.json'], { env: ENV });
    expect(stdout).toContain(said);
    expect(code).toBe(expected);
  });

  it.each<readonly [string, string, number, string]>([
    [
      'of another hook',
      '{"source":"crud","event":"routes","data":{}}',
      1,
      'Cannot render hook "slack" for crud routes: it is on crud consumers',
    ],
    [
      'that is none',
      '{"source":"crud","event":"consumers","data":{},"tme":1}',
      2,
      'Cannot use "event.json" as an event: Unknown key "tme". Did you mean "time"?',
    ],
    [
      'without data',
      '{"source":"crud","event":"consumers"}',
      2,
      'Cannot use "event.json" as an event: "data" must be an object: got nothing',
    ],
    ['that breaks off', '{"a":', 2, 'Cannot use "event.json" as an event: column 6: '],
    [
      'that is a list',
      '[]',
      2,
      'Cannot use "event.json" as an event: it must be an object {source, event, data}',
    ],
  ])('refuses an event %s', async (_what, text, expected, message) => {
    using dir = createDir({ 'event.json': text });
    const { code, stdout, stderr } = await render(dir, ['slack', '--event', 'event.json']);
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' });
    expect(stderr).toContain(`hookline: ${message}`);
  });

  it('says what was meant by the name of a hook, and what is wrong with definitions', async () => {
    using dir = createDir({ 'bad/bad.yaml': 'source: crud\nhandler: lgo\n' });
    expect(await render(dir, ['slakc'])).toMatchObject({
      code: 1,
      stderr: 'hookline: Cannot find hook "slakc". Did you mean "slack"?\n',
    });
    const bad = await render(dir, ['bad', 'bad']);
    expect(bad).toMatchObject({ code: 1, stdout: '' });
    expect(bad.stderr).toContain('bad/bad.yaml:2:10');
    expect(await render(dir, ['slack', 'nowhere'])).toMatchObject({ code: 1, stdout: '' });
    expect(await render(dir, ['slack', '--event', 'nowhere'])).toMatchObject({ code: 2, stdout: '' });
  });

  it('shows what a log writes and what functions do', async () => {
    using dir = createDir({
      'hooks.d/log.yaml': 'source: crud\nevent: consumers\nhandler: log\n',
      'hooks.d/adds.yaml':
        'source: crud\nhandler: lambda\nconfig: { functions: ["(data) => { console.log(1); return data.a + 1 }"] }\n',
      'hooks.d/fails.yaml':
        'source: crud\nhandler: lambda\nconfig: { functions: ["() => { throw new Error(`no`) }"] }\n',
      'event.json': '{"source":"crud","event":"consumers","data":{"a":1}}',
    });
    const log = await render(dir, ['log', '--event', 'event.json']);
    expect(JSON.parse(log.stdout)).toMatchObject({ hook: 'log', data: { a: 1 }, msg: 'log callback' });
    const adds = await render(dir, ['adds', '--event', 'event.json']);
    expect(adds).toMatchObject({ code: 0, stdout: 'returned 2\n\nprinted\n1\n\n' });
    const fails = await render(dir, ['fails', '--event', 'event.json']);
    expect(fails).toMatchObject({ code: 1, stdout: expect.stringContaining('failed: ') });
    expect(await render(dir, ['log', '--format', 'curl'])).toMatchObject({
      code: 1,
      stderr: 'hookline: Cannot write the request of hook "log": a log sends none\n',
    });
    expect(await render(dir, ['adds', '--event', 'event.json', '--format', 'json'])).toMatchObject({
      code: 0,
    });
  });

  it('looks secrets up where the settings say, and keeps from hooks what is the settings own', async () => {
    using dir = createDir({
      'hookline.yaml':
        'secrets: { file_root: keys }\ntokens: [{ name: a, token: "{vault://env/api-token}", scopes: [read] }]\n',
      'keys/slack': 'https://hooks.example/5ecret\n',
      'hooks.d/slack.yaml': SLACK.replace('vault://env/slack-url', 'vault://file/slack'),
      'hooks.d/thief.yaml': SLACK.replace('slack-url', 'api-token'),
    });
    const { stdout } = await render(dir, ['slack', '--format', 'json'], { env: ENV });
    expect(JSON.parse(stdout)).toMatchObject({ faults: [], request: { url: '******' } });
    const thief = await render(dir, ['thief', '--format', 'json'], { env: { ...ENV, API_TOKEN: 'hkl_x' } });
    expect(JSON.parse(thief.stdout).faults).toEqual([expect.stringContaining("the settings' own")]);
  });
});
