import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { Explanation } from '../../src/explain/explanation.ts';
import { START } from '../helpers/held-clock.ts';
import { type CommandOptions, runCommand } from '../helpers/process.ts';
import { type RunningApp, runApp } from '../helpers/running-app.ts';
import { createTempDir, type TempDir } from '../helpers/temp-dir.ts';

const ON = 'source: crud\nevent: consumers\n';
const FILES = {
  'audit.yaml': `source: crud\nhandler: log\n`,
  'off.yaml': `${ON}enabled: false\nhandler: log\n`,
  'slack-admins.yaml': `${ON}filter: data.operation == "create"
snooze: 60
handler: webhook-custom
config:
  method: POST
  url: "{vault://env/slack-url}"
  ssl_verify: true
  headers: { content-type: application/json, x-token: c1ear }
  payload: { text: "Consumer {{ entity.username }} {{ operation }}d, as somebody with a rather long name wrote it down" }
`,
  'routes.yaml': 'source: crud\nevent: routes\nhandler: log\n',
  'health.yaml': 'source: balancer\nevent: health\nhandler: log\n',
  'lambda.yaml': `${ON}on_change: true\nhandler: lambda\nconfig: { functions: ["() => {}"] }\n`,
};
const DATA = { operation: 'create', entity: { username: 'jane' } };
const EVENT = JSON.stringify({ source: 'crud', event: 'consumers', data: DATA, id: 'my-1' });

let dir: TempDir;
let app: RunningApp;
let now = START;
beforeAll(async () => {
  dir = createTempDir();
  for (const [file, text] of Object.entries(FILES)) dir.write(`hooks.d/${file}`, text);
  dir.write('event.json', EVENT);
  app = await runApp(FILES, { clock: { ...systemClock, now: () => now } });
  for (const id of ['e1', 'e2']) {
    await app.post('/events', { source: 'crud', event: 'consumers', data: DATA, id });
    await app.app.idle();
    now += 10_000;
  }
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  dir[Symbol.dispose]();
});

function explain(args: readonly string[], options: CommandOptions = {}) {
  return runCommand(['explain', ...args], { cwd: dir.path, ...options });
}

/** When it is asked, ids and revisions differ from run to run. */
function toStable(text: string): string {
  return text
    .replaceAll(/(?<=Asked )\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, 'WHEN')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID')
    .replaceAll(/sha256:[0-9a-f]{12}\b/g, 'sha256:REVISION');
}

describe('hookline explain by files', () => {
  it('tells what every hook makes of an event, as far as no server has to be asked', async () => {
    const { code, stdout, stderr } = await explain(['event.json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(toStable(stdout)).toMatchSnapshot();
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(stdout).not.toContain('c1ear');
  });

  it('asks the server about an id that is longer than the name of any file', async () => {
    const { code, stdout, stderr } = await explain(['x'.repeat(256)], { env: { HOOKLINE_URL: app.app.url } });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('answers Not found');
  });

  it('says what was meant by an event that would be refused, and exits 1', async () => {
    const { code, stdout } = await explain(['-'], { input: EVENT.replace('consumers', 'route') });
    expect(code).toBe(1);
    expect(stdout).toContain(
      "It would be refused: source 'crud' has no 'route' event. Did you mean \"routes\"?\n",
    );
    expect(stdout).toContain(
      'routes: not for this event\n  match      it is on crud routes. Did you mean "routes"?\n',
    );
  });

  it('asks one hook, about a sample of its event or about data alone', async () => {
    const sample = await explain(['--hook', 'routes', '--format', 'json']);
    expect(sample.code).toBe(0);
    const { hooks, event, revision } = JSON.parse(sample.stdout) as Explanation;
    expect(hooks).toMatchObject([{ hook: 'routes', outcome: 'deliver' }]);
    expect({ ...event, revision }).toMatchObject({ source: 'crud', event: 'routes', revision: null });
    const elsewhere = await explain(['hooks.d', '--hook', 'routes', '--format', 'json']);
    expect(JSON.parse(elsewhere.stdout)).toMatchObject({ hooks: [{ hook: 'routes', outcome: 'deliver' }] });
    const data = await explain(['-', 'hooks.d/health.yaml', '--hook', 'health'], {
      input: 'ip: 192.0.2.1\n',
    });
    expect(data.stdout).toContain('would be delivered');
    expect((await explain(['event.json', '--hook', 'routes'])).stdout).toContain(
      'routes: not for this event\n  match      it is on crud routes\n',
    );
  });

  it.each<readonly [readonly string[], number, string]>([
    [
      [],
      2,
      'Cannot explain nothing: give a file, - or the id of an event, or --hook for a sample of its event',
    ],
    [
      ['nope.json', '--url', 'http://127.0.0.1:1'],
      1,
      'Cannot explain "nope.json": no file has this name, and as the id of an event: Cannot reach a server at http://127.0.0.1:1',
    ],
    [['hooks.d', '--url', 'http://127.0.0.1:1'], 1, 'Cannot explain "hooks.d": no file has this name'],
    [['event.json', '--hook', 'rotes'], 1, 'Cannot find hook "rotes". Did you mean "routes"?'],
    [['event.json', 'hooks.d', '--url', 'http://127.0.0.1:1'], 2, 'Cannot ask both a server and files'],
    [['--hook', 'routes', '--url', 'http://127.0.0.1:1'], 2, 'Cannot ask a server about a sample'],
    [['event.json', 'nowhere'], 1, 'Cannot find "nowhere"'],
  ])('refuses %j with %i', async (args, code, message) => {
    const ended = await explain(args);
    expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code, stdout: '' });
    expect(ended.stderr).toContain(`hookline: ${message}`);
  });

  it('prints what is wrong with definitions, and explains nothing', async () => {
    using own = createTempDir();
    own.write('bad.yaml', 'source: crud\nhandler: lgo\n');
    own.write('event.json', EVENT);
    const { code, stdout, stderr } = await explain(['event.json', '.'], { cwd: own.path });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('bad.yaml:2:10');
  });
});

describe('hookline explain by a server', () => {
  it('tells what became of an event that came in, and by what', async () => {
    const { code, stdout, stderr } = await explain(['e2', '--url', app.app.url]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(toStable(stdout)).toMatchSnapshot();
  });

  it('prints of an event that could come what files tell, and what only a server knows', async () => {
    now = START + 20_000;
    const { code, stdout } = await explain(['event.json', '--url', app.app.url]);
    expect(code).toBe(0);
    expect(stdout).toContain(
      'slack-admins: would be stopped (snoozed)\n' +
        '  enabled    passes: it is switched on\n' +
        '  filter     passes: data.operation == "create" is true\n' +
        '  snooze     stops: snoozed until 00:01:00 by event e1\n',
    );
    expect(stdout).toContain('stops: the same data as event e1, let through 00:00:00\n');
    const offline = (await explain(['event.json', '--hook', 'audit'])).stdout;
    const online = (await explain(['event.json', '--hook', 'audit', '--url', app.app.url])).stdout;
    expect(online.split('\n').slice(2)).toEqual(offline.split('\n').slice(2));
  });

  it('looks ids up where the environment says, and files by themselves', async () => {
    const env = { HOOKLINE_URL: app.app.url };
    const recorded = await explain(['e1', '--hook', 'audit', '--format', 'json'], { env });
    expect(JSON.parse(recorded.stdout)).toMatchObject({
      recorded: { others: [] },
      hooks: [{ hook: 'audit', recorded: { delivery: { state: 'succeeded' } } }],
    });
    const files = await explain(['event.json', '--format', 'json'], { env });
    expect(JSON.parse(files.stdout)).toMatchObject({ revision: null });
  });

  it('says that neither a file nor a server has an event', async () => {
    expect(await explain(['nope', '--url', app.app.url])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: `hookline: Cannot explain "nope": no file has this name, and as the id of an event: ${app.app.url} answers Not found\n`,
    });
  });
});
