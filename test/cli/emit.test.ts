import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../helpers/process.ts';
import { type RunningApp, runApp } from '../helpers/running-app.ts';
import { createTempDir } from '../helpers/temp-dir.ts';

let app: RunningApp;
let url: readonly [string, string];
beforeAll(async () => {
  app = await runApp({ 'log.yaml': 'source: crud\nevent: consumers\nhandler: log\n' });
  url = ['--url', `${app.app.url}/`];
});
afterAll(() => app[Symbol.asyncDispose]());

describe('hookline emit', () => {
  it('sends the data it is given, with an id and a time, and prints the answer as JSON', async () => {
    const event = ['crud', 'consumers', '{"a":1}', '--id', 'e-1', '--time', '2026-01-31T12:00:00Z'];
    const { code, stdout, stderr } = await runCommand(['emit', ...event, ...url]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ id: 'e-1', hooks: [{ hook: 'log' }], stopped: [] });
    expect((await app.get('/events/e-1')).body).toMatchObject({
      data: { a: 1 },
      time: '2026-01-31T12:00:00Z',
    });
  });

  it('sends an empty object when there is no data', async () => {
    await runCommand(['emit', 'crud', 'consumers', '--id', 'e-2', ...url]);
    expect((await app.get('/events/e-2')).body).toMatchObject({ data: {} });
  });

  it('reads data from standard input', async () => {
    const { code } = await runCommand(['emit', 'crud', 'consumers', '-', '--id', 'e-3', ...url], {
      input: '{\n  "who": "ü"\n}\n',
    });
    expect(code).toBe(0);
    expect((await app.get('/events/e-3')).body).toMatchObject({ data: { who: 'ü' } });
  });

  it('reads data from a file', async () => {
    using dir = createTempDir();
    dir.write('event.json', '\ufeff{"from":"a file"}');
    const args = ['emit', 'crud', 'consumers', '@event.json', '--id', 'e-4', ...url];
    expect((await runCommand(args, { cwd: dir.path })).code).toBe(0);
    expect((await app.get('/events/e-4')).body).toMatchObject({ data: { from: 'a file' } });
  });

  it('finds the server by HOOKLINE_URL', async () => {
    const { code } = await runCommand(['emit', 'crud', 'consumers'], { env: { HOOKLINE_URL: app.app.url } });
    expect(code).toBe(0);
  });

  it('exits 1 with the reason when the server refuses it', async () => {
    expect(await runCommand(['emit', 'crud', 'consumer', '{}', ...url])).toEqual({
      code: 1,
      stdout: '',
      stderr: "Refused: source 'crud' has no 'consumer' event\n  Did you mean \"consumers\"?\n",
    });
  });

  it.each([
    ['{bad', '', 'Cannot use DATA as the data of an event: Cannot parse JSON body: column 2: expected a key'],
    [
      '-',
      '{"a":1,\n"a":2}',
      'Cannot use standard input as the data of an event: Cannot parse JSON body: line 2',
    ],
    ['@package.json/x', '', 'Cannot read "package.json/x": ENOTDIR'],
    ['@LICENSE', '', 'Cannot use "LICENSE" as the data of an event'],
  ])('exits 2 when the data %s is no JSON', async (data, input, message) => {
    const { code, stdout, stderr } = await runCommand(['emit', 'crud', 'consumers', data, ...url], { input });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`hookline: ${message}`);
  });
});
