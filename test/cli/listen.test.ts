import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { runCommand, startCommand } from '../helpers/process.ts';
import { runApp } from '../helpers/running-app.ts';

const LISTENING = /Listening on (http:\/\/\S+),/;

describe('hookline listen', () => {
  it('prints what it gets, verifies it, and ends on SIGINT', async () => {
    const args = ['listen', '--listen', '127.0.0.1:0', '--secret', 'hunter2', '--status', '204'];
    await using receiver = startCommand(args);
    const [, url] = await receiver.printed(LISTENING);
    await using app = await runApp({
      'hook.yaml': `source: crud\nevent: consumers\nhandler: webhook\nconfig: { url: "${url}/here", secret: hunter2, ssl_verify: true }\n`,
      'wrong.yaml': `source: crud\nevent: routes\nhandler: webhook\nconfig: { url: "${url}/there", secret: other, ssl_verify: true }\n`,
    });
    await app.emit('crud', 'consumers', { some: 'data' });
    await receiver.printed('x-kong-signature verified, webhook-signature verified');
    await receiver.printed('POST /here');
    await receiver.printed('{"some":"data","event":"consumers","source":"crud"}');
    expect((await app.get('/event-hooks/hook/ping')).status).toBe(200);
    await receiver.printed('"event":"ping"');
    await app.emit('crud', 'routes', {});
    await receiver.printed('x-kong-signature does NOT verify, webhook-signature does NOT verify');
    expect((await app.get('/deliveries?hook=hook')).body).toMatchObject({ data: [{ last_status: 204 }] });
    receiver.kill('SIGINT');
    expect(await receiver.ended).toBe(0);
  });

  it('goes on when a sender breaks off, and gives the terminal no control character', async () => {
    await using receiver = startCommand(['listen', '--listen', '127.0.0.1:0']);
    const [, url = ''] = await receiver.printed(LISTENING);
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write('POST /half HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nhalf', () => socket.destroy());
    await receiver.printed('POST /half: the request broke off: aborted');
    const body = '\u001b[31mred\u001b[0m\ttab\r\u009b2J';
    expect((await fetch(`${url}/whole`, { method: 'POST', body })).status).toBe(200);
    await receiver.printed(/·\[31mred·\[0m\ttab··2J/);
    expect(receiver.stdout()).not.toContain('\u001b');
    receiver.kill('SIGTERM');
    expect(await receiver.ended).toBe(0);
  });

  it('reads no more than 16 MiB of a body, and goes on', async () => {
    await using receiver = startCommand(['listen', '--listen', '127.0.0.1:0']);
    const [, url = ''] = await receiver.printed(LISTENING);
    const body = 'x'.repeat(16 * 1024 * 1024 + 1);
    expect((await fetch(`${url}/large`, { method: 'POST', body })).status).toBe(413);
    await receiver.printed('POST /large: The body is larger than 16777216 bytes');
    expect((await fetch(`${url}/small`, { method: 'POST', body: 'small' })).status).toBe(200);
    await receiver.printed('POST /small');
    expect(receiver.stdout()).not.toContain('/large');
  });

  it('verifies by a public key what that can tell', async () => {
    const [secret, key] = [
      'whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==',
      'whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=',
    ];
    await using receiver = startCommand(['listen', '--listen', '127.0.0.1:0', '--secret', key]);
    const [, url] = await receiver.printed(LISTENING);
    await using app = await runApp({
      'hook.yaml': `source: crud\nhandler: webhook\nconfig: { url: "${url}", secret: ["${secret}", hunter2], ssl_verify: true }\n`,
    });
    await app.emit('crud', 'consumers', { some: 'data' });
    await receiver.printed('"event":"consumers"');
    expect(receiver.stdout()).toMatch(/\n {2}webhook-signature verified\n/);
  });

  it('refuses a secret that can verify nothing', async () => {
    const { code, stderr } = await runCommand(['listen', '--secret', 'whsk_AAAA']);
    expect([code, stderr]).toEqual([
      2,
      'hookline: Cannot use --secret: a secret whsk_… must be a private key of Ed25519 in base64\n',
    ]);
  });

  it('says which port is taken and exits 1', async () => {
    await using first = startCommand(['listen', '--listen', '127.0.0.1:0']);
    const [, url = ''] = await first.printed(LISTENING);
    const { host } = new URL(url);
    expect(await runCommand(['listen', '--listen', host])).toEqual({
      code: 1,
      stdout: '',
      stderr: `hookline: Cannot listen on ${host}: another process has the port; stop it or choose another with --listen\n`,
    });
  });
});
