import { describe, expect, it } from 'vitest';
import { runCommand } from '../helpers/process.ts';
import { startRecordingServer } from '../helpers/recording-server.ts';
import { runApp } from '../helpers/running-app.ts';

describe('hookline ping', () => {
  it('prints what was sent, by the name of a hook with slashes', async () => {
    await using receiver = await startRecordingServer();
    await using app = await runApp({
      'team/hook.yaml': `source: crud\nhandler: webhook\nconfig: { url: "${receiver.url}", secret: hunter2 }\n`,
    });
    const { code, stdout, stderr } = await runCommand(['ping', 'team/hook', '--url', app.app.url]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual(JSON.parse(receiver.requests[0]?.body ?? ''));
    expect(stdout).not.toContain('hunter2');
  });

  it('says why it cannot, and exits 1', async () => {
    await using app = await runApp({ 'log.yaml': 'source: crud\nhandler: log\n' });
    const url = ['--url', app.app.url];
    expect(await runCommand(['ping', 'log', ...url])).toEqual({
      code: 1,
      stdout: '',
      stderr: "Cannot ping \"log\": handler 'log' does not support 'ping'\n",
    });
    expect(await runCommand(['ping', 'nope', ...url])).toMatchObject({
      code: 1,
      stderr: 'Cannot ping "nope": Not found\n',
    });
  });
});
