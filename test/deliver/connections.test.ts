import { describe, expect, it } from 'vitest';
import { PLAIN, type Route } from '../../src/deliver/connections.ts';
import { createHttpClient, type Incoming } from '../../src/deliver/http-client.ts';
import { createAuthority } from '../helpers/certificates.ts';
import { createResolver, type EgressTexts, toEgress } from '../helpers/egress.ts';
import { startAnswering } from '../helpers/fault-receiver.ts';
import { createHeldClock, type HeldClock } from '../helpers/held-clock.ts';
import { startProxyServer } from '../helpers/proxy-server.ts';
import { startTlsReceiver } from '../helpers/tls-receiver.ts';

const authority = createAuthority();
const stranger = createAuthority('Stranger');
const server = authority.issue('hooks.example');
const client = authority.issue('client.example');
const NO_TLS = { ca: null, cert: null, key: null };
/** How long a route of a hook's own is kept. */
const IDLE_MS = 10_000;

interface Client extends AsyncDisposable {
  readonly clock: HeldClock;
  send(url: string, route?: Partial<Route>): Promise<Incoming>;
}

function openClient(rules: EgressTexts = {}): Client {
  const clock = createHeldClock();
  const opened = createHttpClient({ clock, egress: toEgress(rules) });
  const request = { method: 'POST', headers: {}, body: '{}', timeoutMs: 5_000 };
  return {
    clock,
    send: (url, route = {}) => opened.send({ ...request, url, ...PLAIN, ...route }),
    [Symbol.asyncDispose]: () => opened.close(),
  };
}

describe('a route with certificates', () => {
  it('takes whom its authorities vouch for, any of several, and nobody else', async () => {
    await using receiver = await startTlsReceiver(server);
    await using sender = openClient();
    const { send } = sender;
    const sendWith = (ca: string): Promise<Incoming> => send(receiver.url, { tls: { ...NO_TLS, ca } });
    expect(await sendWith(authority.ca)).toMatchObject({ status: 200 });
    expect(await sendWith(stranger.ca + authority.ca)).toMatchObject({ status: 200 });
    expect(await sendWith(stranger.ca)).toMatchObject({ kind: 'error', reason: 'tls' });
    expect(await send(receiver.url)).toMatchObject({ kind: 'error', reason: 'tls' });
    expect(receiver.clients).toHaveLength(2);
  });

  it('holds a certificate against the name in the URL', async () => {
    await using receiver = await startTlsReceiver(server);
    const { lookup } = createResolver({ 'hooks.example': [['127.0.0.1']], 'other.example': [['127.0.0.1']] });
    await using sender = openClient({ lookup });
    const tls = { ...NO_TLS, ca: authority.ca };
    const sendTo = (host: string): Promise<Incoming> =>
      sender.send(`https://${host}:${receiver.port}/`, { tls });
    expect(await sendTo('hooks.example')).toMatchObject({ status: 200 });
    expect(await sendTo('other.example')).toMatchObject({ reason: 'tls' });
  });

  it('shows its own certificate, and is refused without one where one is wanted', async () => {
    await using receiver = await startTlsReceiver({ ...server, ca: authority.ca });
    await using sender = openClient();
    const { send } = sender;
    const ca = authority.ca;
    expect(await send(receiver.url, { tls: { ca, ...client } })).toMatchObject({ status: 200 });
    expect(await send(receiver.url, { tls: { ...NO_TLS, ca } })).toMatchObject({ kind: 'error' });
    expect(await send(receiver.url, { verify: false, tls: { ...NO_TLS, ...client } })).toMatchObject({
      status: 200,
    });
    const foreign = { ca, ...stranger.issue('client.example') };
    expect(await send(receiver.url, { tls: foreign })).toMatchObject({ kind: 'error' });
    expect(receiver.clients).toEqual(['client.example', 'client.example']);
  });

  it('shares connections with the same route only', async () => {
    await using receiver = await startTlsReceiver(server);
    await using sender = openClient();
    const { send } = sender;
    const tls = { ...NO_TLS, ca: authority.ca };
    for (let time = 0; time < 6; time += 1) await send(receiver.url, { tls: { ...tls } });
    const shared = receiver.open;
    expect(shared).toBeLessThan(6);
    await send(receiver.url, { tls: { ...tls, ...client } });
    await send(receiver.url, { tls, verify: false });
    expect(receiver.open).toBe(shared + 2);
  });

  it('ends ten seconds after its last request', async () => {
    await using receiver = await startTlsReceiver(server);
    await using sender = openClient();
    const tls = { ...NO_TLS, ca: authority.ca };
    await sender.send(receiver.url, { tls });
    sender.clock.advance(IDLE_MS - 1);
    await sender.send(receiver.url, { tls });
    sender.clock.advance(IDLE_MS - 1);
    expect(sender.clock.timers).toBe(1);
    expect(receiver.open).toBeGreaterThan(0);
    sender.clock.advance(1);
    await receiver.untilAbandoned();
    expect(sender.clock.timers).toBe(0);
    expect(await sender.send(receiver.url, { tls })).toMatchObject({ status: 200 });
  });

  it('does not end while a request goes by it', async () => {
    await using sender = openClient();
    let answer: (() => void) | null = null;
    await using receiver = await startAnswering((_, res) => {
      answer = () => res.end('late');
    });
    const sending = sender.send(receiver.url, { tls: { ...NO_TLS, ca: authority.ca } });
    await receiver.untilHeard(1);
    sender.clock.advance(4_999);
    const tls = { ...NO_TLS, ca: authority.ca };
    const other = sender.send('http://127.0.0.1:1/', { tls });
    expect(await other).toMatchObject({ reason: 'connect' });
    expect(sender.clock.timers).toBe(1);
    (answer as (() => void) | null)?.();
    expect(await sending).toMatchObject({ status: 200, body: 'late' });
    expect(sender.clock.timers).toBe(1);
  });

  it('is one of 64 that are kept although nothing goes by them: older ones end', async () => {
    await using receiver = await startTlsReceiver(server);
    await using sender = openClient();
    const { cert, key } = client;
    for (let index = 0; index < 70; index += 1)
      await sender.send(receiver.url, { verify: false, tls: { ca: null, cert: `${cert}\n# ${index}`, key } });
    expect(sender.clock.timers).toBe(64);
    expect(receiver.open).toBeLessThanOrEqual(70);
    sender.clock.advance(IDLE_MS);
    await receiver.untilAbandoned();
  });

  it.each([
    ['are none', { ca: 'hunter2' }, 'what config.tls.ca refers to has no certificate in PEM'],
    [
      'do not belong together',
      { cert: client.cert, key: server.key },
      'what config.tls.key refers to is not the key of the certificate',
    ],
  ])('says so when its certificates %s', async (_what, tls, message) => {
    await using sender = openClient();
    expect(await sender.send('https://127.0.0.1:1/', { tls: { ...NO_TLS, ...tls } })).toEqual({
      kind: 'error',
      reason: 'secret',
      message,
    });
    expect(sender.clock.timers).toBe(0);
  });

  it('ends with the client, and none is opened after', async () => {
    await using receiver = await startTlsReceiver(server);
    const sender = openClient();
    const tls = { ...NO_TLS, ca: authority.ca };
    await sender.send(receiver.url, { tls });
    await sender[Symbol.asyncDispose]();
    await receiver.untilAbandoned();
    expect(await sender.send(receiver.url, { tls })).toMatchObject({ kind: 'error', reason: 'transport' });
    expect(sender.clock.timers).toBe(0);
  });
});

describe("a route with a proxy of a hook's own", () => {
  it('has that proxy open connections, at the judged address', async () => {
    await using receiver = await startTlsReceiver(server);
    await using proxy = await startProxyServer();
    const { lookup, asked } = createResolver({ 'hooks.example': [['127.0.0.1'], ['169.254.169.254']] });
    await using sender = openClient({ lookup });
    const route = { tls: { ca: authority.ca, ...client }, proxy: proxy.url };
    const host = `hooks.example:${receiver.port}`;
    expect(await sender.send(`https://${host}/`, route)).toMatchObject({ status: 200, body: host });
    expect(proxy.asked).toEqual([`127.0.0.1:${receiver.port}`]);
    expect(asked).toEqual(['hooks.example']);
    expect(receiver.clients).toHaveLength(1);
  });

  it.each<readonly [string, string, EgressTexts]>([
    ['the receiver is refused', 'http://169.254.169.254/', {}],
    ['the receiver is denied', 'http://192.0.2.1/', { deny: ['192.0.2.0/24'] }],
  ])('does not ask the proxy when %s', async (_what, url, rules) => {
    await using proxy = await startProxyServer();
    await using sender = openClient(rules);
    expect(await sender.send(url, { proxy: proxy.url })).toMatchObject({ reason: 'egress_refused' });
    await proxy.untilAbandoned();
    expect(proxy.asked).toEqual([]);
  });

  it('judges the proxy as any receiver: its address, and every one its name stands for', async () => {
    await using proxy = await startProxyServer();
    const port = new URL(proxy.url).port;
    const { lookup } = createResolver({ 'proxy.example': [['127.0.0.1', '169.254.169.254']] });
    const send = async (rules: EgressTexts, url: string): Promise<Incoming> => {
      await using sender = openClient({ lookup, ...rules });
      return await sender.send('http://192.0.2.1/', { proxy: url });
    };
    const refused = { reason: 'egress_refused' };
    expect(await send({ deny: ['127.0.0.0/8'] }, proxy.url)).toMatchObject(refused);
    expect(await send({}, `http://proxy.example:${port}`)).toMatchObject(refused);
    expect(await send({}, 'http://169.254.169.254:80')).toMatchObject(refused);
    expect(await send({ deny: ['proxy.example'] }, `http://proxy.example:${port}`)).toMatchObject(refused);
    expect(proxy.asked).toEqual([]);
  });

  it('comes to the proxy by the one of the settings, which it is no way round', async () => {
    await using receiver = await startTlsReceiver(server);
    await using outer = await startProxyServer();
    await using inner = await startProxyServer();
    inner.authorization = `Basic ${Buffer.from('jane:p@ss').toString('base64')}`;
    await using sender = openClient({ proxy: () => outer.url });
    const tls = { ...NO_TLS, ca: authority.ca };
    const proxy = inner.url.replace('//', '//jane:p%40ss@');
    expect(await sender.send(receiver.url, { tls, proxy })).toMatchObject({ status: 200 });
    expect(outer.asked).toEqual([new URL(inner.url).host]);
    expect(inner.asked).toEqual([`127.0.0.1:${receiver.port}`]);
  });

  it('gives up both connections when the time of the request is up', async () => {
    await using outer = await startProxyServer();
    await using inner = await startProxyServer();
    inner.isHanging = true;
    await using sender = openClient({ proxy: () => outer.url });
    const sending = sender.send('http://192.0.2.1/', { proxy: inner.url });
    await inner.untilAsked(1);
    sender.clock.advance(5_000);
    expect(await sending).toMatchObject({ reason: 'timeout' });
    await Promise.all([inner.untilAbandoned(), outer.untilAbandoned()]);
  });

  it('says so when the proxy cannot be reached', async () => {
    await using sender = openClient();
    expect(await sender.send('http://192.0.2.1/', { proxy: 'http://127.0.0.1:1' })).toMatchObject({
      reason: 'connect',
    });
  });

  it('checks the certificate of a proxy over TLS whatever the hook says', async () => {
    await using proxy = await startProxyServer('https');
    await using sender = openClient();
    const route = { verify: false, proxy: proxy.url };
    expect(await sender.send('http://192.0.2.1/', route)).toMatchObject({ reason: 'tls' });
    expect(proxy.asked).toEqual([]);
  });
});
