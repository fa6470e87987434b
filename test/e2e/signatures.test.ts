import { createPublicKey, verify } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { startRecordingServer } from '../helpers/recording-server.ts';
import { runApp } from '../helpers/running-app.ts';

const PRIVATE =
  'whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==';
const SHARED = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

interface Jwks {
  readonly keys: readonly { readonly kid: string; readonly x: string }[];
}

describe('a hook with several secrets', () => {
  it('signs with each, and the public half of the private one is published once', async () => {
    await using receiver = await startRecordingServer();
    const hook = (name: string): string =>
      `source: crud\nhandler: webhook\nname: ${name}\nconfig:\n  url: ${receiver.url}\n  secret: ["{vault://env/new}", "{vault://env/old}"]\n  ssl_verify: true\n`;
    await using app = await runApp(
      { 'hooks.yaml': `${hook('a')}---\n${hook('b')}` },
      { env: { NEW: PRIVATE, OLD: SHARED } },
    );
    await app.emit('crud', 'consumers', { some: 'data' });
    const [request] = receiver.requests;
    const headers = request?.headers as Record<string, string>;
    const body = request?.body ?? '';
    expect(new Webhook(SHARED).verify(body, headers)).toMatchObject({ some: 'data' });
    expect(headers['x-kong-signature']).toMatch(/^sha1=[0-9a-f]{40}$/);

    const { keys } = (await app.get('/.well-known/jwks.json')).body as Jwks;
    expect(keys).toMatchObject([{ kty: 'OKP', crv: 'Ed25519', use: 'sig', alg: 'EdDSA' }]);
    const [key] = keys;
    const publicKey = createPublicKey({ key: { ...key }, format: 'jwk' });
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    const [given = ''] = (headers['webhook-signature'] ?? '').split(' ');
    const signature = Buffer.from(given.replace(/^v1a,/, ''), 'base64');
    expect(verify(null, Buffer.from(signed), publicKey, signature)).toBe(true);

    const shown = JSON.stringify([(await app.get('/event-hooks')).body, app.log]);
    for (const secret of [PRIVATE, SHARED]) expect(shown).not.toContain(secret.slice(8, 30));
  });

  it('waits with a secret that is none, and shows nothing of it', async () => {
    await using receiver = await startRecordingServer();
    const hook = `source: crud\nhandler: webhook\nconfig: { url: "${receiver.url}", secret: "{vault://env/key}", ssl_verify: true }\n`;
    await using app = await runApp({ 'hook.yaml': hook }, { env: { KEY: 'whsk_c2hvcnQ=' } });
    await app.emit('crud', 'consumers', {});
    expect(receiver.requests).toEqual([]);
    expect((await app.get('/deliveries')).body).toMatchObject({
      data: [{ state: 'pending', last_error: 'a secret whsk_… must be a private key of Ed25519 in base64' }],
    });
    expect((await app.get('/.well-known/jwks.json')).body).toEqual({ keys: [] });
  });
});
