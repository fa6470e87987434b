import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { signStandard } from '../../src/deliver/signature.ts';
import { parseSigningKey } from '../../src/deliver/signing-key.ts';
import { START } from '../helpers/held-clock.ts';
import { type Answer, type RunningApp, runApp } from '../helpers/running-app.ts';

const SECRET = 'a secret of theirs';
const SHARED = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const NOW_S = START / 1000;

function hmac(text: string, secret = SECRET): Buffer {
  return createHmac('sha256', secret).update(text).digest();
}

/** What a sender of a kind sends: headers for a body, as it signs at a time. */
type Signing = (body: string, seconds?: number, secret?: string) => Record<string, string>;

const SIGNINGS: Readonly<Record<string, Signing>> = {
  github: (body, _seconds, secret) => ({
    'x-hub-signature-256': `sha256=${hmac(body, secret).toString('hex')}`,
    'x-github-event': 'paid',
    'x-github-delivery': 'id-1',
  }),
  gitlab: (_body, _seconds, secret = SECRET) => ({ 'x-gitlab-token': secret, 'x-gitlab-event-uuid': 'id-1' }),
  gitea: (body, _seconds, secret) => ({
    'x-gitea-signature': hmac(body, secret).toString('hex'),
    'x-gitea-event': 'paid',
    'x-gitea-delivery': 'id-1',
  }),
  stripe: (body, seconds = NOW_S, secret) => ({
    'stripe-signature': `t=${seconds},v1=${'0'.repeat(64)},v1=${hmac(`${seconds}.${body}`, secret).toString('hex')},v0=x`,
  }),
  slack: (body, seconds = NOW_S, secret) => ({
    'x-slack-request-timestamp': String(seconds),
    'x-slack-signature': `v0=${hmac(`v0:${seconds}:${body}`, secret).toString('hex')}`,
  }),
  'standard-webhooks': (body, seconds = NOW_S, secret = SECRET) => {
    const message = { id: 'id-1', timestamp: String(seconds), body };
    return {
      'webhook-id': 'id-1',
      'webhook-timestamp': String(seconds),
      'webhook-signature': signStandard([parseSigningKey(secret)], message),
    };
  },
  hmac: (body, _seconds, secret) => ({ 'x-signature': `sha256=${hmac(body, secret).toString('hex')}` }),
  token: (_body, _seconds, secret = SECRET) => ({ authorization: `Bearer ${secret}` }),
};
/** Senders that say when they signed. */
const TIMED = ['stripe', 'slack', 'standard-webhooks'];
/** A body that names its event and its id wherever one of them looks. */
const BODY = JSON.stringify({ object_kind: 'paid', type: 'paid', event_id: 'id-1', id: 'id-1', amount: 3 });

/** A source of each kind, with a hook on all it has. */
async function startInlets(): Promise<RunningApp> {
  const sources = Object.keys(SIGNINGS).map(
    (verify) =>
      `kind: EventSource\nname: ${verify}\nevents: { paid: {} }\ninlet: { verify: ${verify}, secret: ["{vault://env/their-old}", "{vault://env/their-secret}"] }\n`,
  );
  const hooks = Object.keys(SIGNINGS).map(
    (source) => `name: on-${source}\nsource: ${source}\nhandler: log\n`,
  );
  return runApp(
    { 'all.yaml': [...sources, ...hooks].join('---\n') },
    { env: { THEIR_SECRET: SECRET, THEIR_OLD: SHARED }, clock: { ...systemClock, now: () => START } },
  );
}

describe('POST /in/{source}', () => {
  it('takes what each kind of sender signs, once however often it is sent', async () => {
    await using app = await startInlets();
    for (const [source, sign] of Object.entries(SIGNINGS)) {
      const first = await app.post(`/in/${source}`, BODY, sign(BODY));
      expect([source, first.status, first.body]).toMatchObject([
        source,
        202,
        { hooks: [{ hook: `on-${source}` }] },
      ]);
      if (source === 'hmac' || source === 'token') continue;
      expect(first.body).toMatchObject({ id: 'id-1' });
      const again = await app.post(`/in/${source}/`, BODY, sign(BODY));
      expect([again.status, again.body]).toMatchObject([202, { id: 'id-1', duplicate: true }]);
    }
    const { body } = await app.get('/events/id-1?source=stripe');
    expect(JSON.stringify(body)).toContain('"amount":3');
  });

  it('keeps the trace of the request with the event', async () => {
    await using app = await startInlets();
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await app.post('/in/github', BODY, { ...SIGNINGS.github?.(BODY), traceparent });
    expect((await app.get('/events/id-1')).body).toMatchObject({ attributes: { traceparent } });
  });

  it('takes what is signed with either of two secrets', async () => {
    await using app = await startInlets();
    for (const secret of [SECRET, SHARED])
      for (const source of ['github', 'stripe', 'standard-webhooks'])
        expect((await app.post(`/in/${source}`, BODY, SIGNINGS[source]?.(BODY, NOW_S, secret))).status).toBe(
          202,
        );
  });

  it('refuses what is not signed, by another secret, for another body, and too long ago or ahead', async () => {
    await using app = await startInlets();
    const statuses = new Set<number>();
    const send = async (
      source: string,
      body: string,
      headers: Record<string, string> = {},
    ): Promise<void> => {
      statuses.add((await app.post(`/in/${source}`, body, headers)).status);
    };
    for (const [source, sign] of Object.entries(SIGNINGS)) {
      await send(source, BODY);
      await send(source, BODY, sign(BODY, NOW_S, 'another'));
      const bare = Object.fromEntries(Object.keys(sign(BODY)).map((name) => [name, '']));
      await send(source, BODY, bare);
      if (source !== 'gitlab' && source !== 'token') await send(source, `${BODY} `, sign(BODY));
    }
    for (const source of TIMED) {
      for (const seconds of [NOW_S - 301, NOW_S + 301, Number.NaN, -1])
        await send(source, BODY, SIGNINGS[source]?.(BODY, seconds));
      for (const seconds of [NOW_S - 300, NOW_S + 300])
        expect((await app.post(`/in/${source}`, BODY, SIGNINGS[source]?.(BODY, seconds))).status).toBe(202);
    }
    expect([...statuses]).toEqual([401]);
  });

  it('answers the challenge of Slack, and the ping of GitHub where no event is called so', async () => {
    await using app = await startInlets();
    const challenge = JSON.stringify({ type: 'url_verification', challenge: 'abc' });
    const unsigned: Answer = await app.post('/in/slack', challenge);
    expect(unsigned.status).toBe(401);
    expect(await app.post('/in/slack', challenge, SIGNINGS.slack?.(challenge))).toMatchObject({
      status: 200,
      body: { challenge: 'abc' },
    });
    const ping = { ...SIGNINGS.github?.('{}'), 'x-github-event': 'ping' };
    expect(await app.post('/in/github', '{}', ping)).toMatchObject({
      status: 200,
      body: { message: 'Hello' },
    });
  });

  it('takes JSON in a form, as GitHub sends it on request', async () => {
    await using app = await startInlets();
    const form = `payload=${encodeURIComponent(BODY)}`;
    const headers = { ...SIGNINGS.github?.(form), 'content-type': 'application/x-www-form-urlencoded' };
    expect(await app.post('/in/github', form, headers)).toMatchObject({ status: 202, body: { id: 'id-1' } });
    const said = { ...headers, ...SIGNINGS.github?.(BODY), 'x-github-delivery': 'id-2' };
    expect(await app.post('/in/github', BODY, said)).toMatchObject({ status: 202, body: { id: 'id-2' } });
  });

  it.each([
    ['no JSON', '{', 400],
    ['no JSON object', '[1]', 422],
    ['an event that is not declared', '{"type":"lost"}', 422],
    ['more than a body may have', `{"type":"paid","a":"${'x'.repeat(1024 * 1024)}"}`, 413],
  ])('refuses %s, once it is known to be genuine', async (_what, body, status) => {
    await using app = await startInlets();
    expect((await app.post('/in/stripe', body, SIGNINGS.stripe?.(body))).status).toBe(status);
  });

  it('is not there for a source without an inlet, nor for one that is none', async () => {
    await using app = await startInlets();
    for (const path of ['/in/crud', '/in/nothing', '/in/constructor', '/in/a%2Fb', '/in/%zz', '/in/'])
      expect([path, (await app.post(path, '{}')).status]).toEqual([path, 404]);
    expect((await app.get('/in/github')).status).toBe(405);
  });

  it('asks to send again when the secret cannot be had, and says nothing of it', async () => {
    const source =
      'kind: EventSource\nname: shop\nevents: { paid: {} }\ninlet: { verify: hmac, secret: "{vault://env/none}" }\n';
    await using app = await runApp({ 'shop.yaml': source });
    expect((await app.post('/in/shop', BODY, SIGNINGS.hmac?.(BODY))).status).toBe(503);
  });

  it('finds event and id where the definition says, and the signature in its header in base64', async () => {
    const source = `kind: EventSource
name: shop
events: { paid: {}, lost: {} }
inlet: { verify: hmac, secret: "{vault://env/their-secret}", header: X-Shop-Hmac, event: meta.kind, id: "header:X-Shop-Id" }
`;
    await using app = await runApp({ 'shop.yaml': source }, { env: { THEIR_SECRET: SECRET } });
    const body = '{"meta":{"kind":"lost"}}';
    const headers = { 'x-shop-hmac': hmac(body).toString('base64'), 'x-shop-id': 'n-7' };
    expect(await app.post('/in/shop', body, headers)).toMatchObject({ status: 202, body: { id: 'n-7' } });
    const without = await app.post('/in/shop', '{}', { 'x-shop-hmac': hmac('{}').toString('base64') });
    expect(without).toMatchObject({
      status: 422,
      body: { message: 'Nothing says which event it is: looked for at meta.kind' },
    });
  });

  it('takes anything of a source that verifies nothing', async () => {
    const source = 'kind: EventSource\nname: open\nevents: { any: {} }\ninlet: { verify: none }\n';
    await using app = await runApp({ 'open.yaml': source });
    expect((await app.post('/in/open', '{"a":1}')).status).toBe(202);
  });
});

describe('the payloads of GitHub', () => {
  it('all become events of their kind', async () => {
    const file = createRequire(import.meta.url).resolve('@octokit/webhooks-examples');
    const kinds = JSON.parse(readFileSync(file, 'utf8')) as { name: string; examples: object[] }[];
    const events = kinds.map(({ name }) => `  ${name}: {}`).join('\n');
    const source = `kind: EventSource\nname: github\nevents:\n${events}\ninlet: { verify: github, secret: "{vault://env/their-secret}" }\n`;
    const hook = 'source: github\nhandler: log\n';
    await using app = await runApp(
      { 'github.yaml': source, 'hook.yaml': hook },
      { env: { THEIR_SECRET: SECRET } },
    );
    let sent = 0;
    for (const { name, examples } of kinds)
      for (const example of examples) {
        sent += 1;
        const body = JSON.stringify(example);
        const signed = SIGNINGS.github?.(body) ?? {};
        const headers = { ...signed, 'x-github-event': name, 'x-github-delivery': `delivery-${sent}` };
        const answer = await app.post('/in/github', body, headers);
        expect([name, answer.status, answer.body]).toMatchObject([name, 202, { id: `delivery-${sent}` }]);
      }
    await app.app.idle();
    expect(sent).toBeGreaterThan(100);
    expect((await app.get('/status')).body).toMatchObject({
      counters: { events: { accepted: sent }, attempts: { success: sent } },
    });
  });
});
