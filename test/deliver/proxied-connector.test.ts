import type { Socket } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { buildConnector } from 'undici';
import { describe, expect, it } from 'vitest';
import { PLAIN } from '../../src/deliver/connections.ts';
import { createHttpClient, type Incoming, type OutgoingRequest } from '../../src/deliver/http-client.ts';
import { createProxiedConnector } from '../../src/deliver/proxied-connector.ts';
import { SecretError } from '../../src/secrets/reference.ts';
import { createResolver, type EgressTexts, toEgress } from '../helpers/egress.ts';
import {
  CERTIFICATE,
  type FaultReceiver,
  startAnswering,
  startHangingTls,
  startUntrusted,
  UNKNOWN_HOST_URL,
} from '../helpers/fault-receiver.ts';
import { createHeldClock, type HeldClock } from '../helpers/held-clock.ts';
import { startProxyServer } from '../helpers/proxy-server.ts';

const HERE = '127.0.0.1';
const METADATA = '169.254.169.254';

interface Client extends AsyncDisposable {
  readonly clock: HeldClock;
  send(url: string, request?: Partial<OutgoingRequest>): Promise<Incoming>;
}

/** A client whose connections a proxy opens. */
function openClient(proxy: string | (() => string), rules: EgressTexts = {}): Client {
  const clock = createHeldClock();
  const egress = toEgress({ ...rules, proxy: typeof proxy === 'string' ? () => proxy : proxy });
  const client = createHttpClient({ clock, egress });
  return {
    clock,
    send: (url, request = {}) =>
      client.send({
        method: 'POST',
        url,
        headers: {},
        body: '{}',
        timeoutMs: 5_000,
        ...PLAIN,
        verify: false,
        ...request,
      }),
    [Symbol.asyncDispose]: () => client.close(),
  };
}

/** Answers with the host it was asked as. */
function startReceiver(headers: Record<string, string> = {}): Promise<FaultReceiver> {
  return startAnswering((req, res) => res.writeHead(200, headers).end(req.headers.host));
}

function portOf({ url }: FaultReceiver): string {
  return new URL(url).port;
}

describe('a proxied connection', () => {
  it('is opened by the proxy at the judged address, and the receiver is asked by its name', async () => {
    await using receiver = await startReceiver();
    await using proxy = await startProxyServer();
    const { lookup, asked } = createResolver({ 'hooks.example': [[HERE], [METADATA]] });
    await using client = openClient(proxy.url, { lookup });
    const host = `hooks.example:${portOf(receiver)}`;
    expect(await client.send(`http://${host}/`)).toMatchObject({ status: 200, body: host });
    expect(proxy.asked).toEqual([`${HERE}:${portOf(receiver)}`]);
    expect(asked).toEqual(['hooks.example']);
    expect(client.clock.timers).toBe(0);
  });

  it('is opened by a proxy that speaks TLS too, whose certificate is checked whatever the hook wants', async () => {
    await using receiver = await startReceiver();
    await using secureReceiver = await startUntrusted();
    await using proxy = await startProxyServer('https');
    await using client = openClient(proxy.url);
    expect(await client.send(receiver.url, { verify: false })).toMatchObject({ reason: 'tls' });
    const trusted = getCACertificates('default');
    setDefaultCACertificates([...trusted, String(CERTIFICATE.cert)]);
    try {
      expect(await client.send(receiver.url)).toMatchObject({ status: 200 });
      expect(await client.send(secureReceiver.url)).toMatchObject({ status: 204 });
    } finally {
      setDefaultCACertificates(trusted);
    }
    expect(proxy.asked).toEqual([`${HERE}:${portOf(receiver)}`, `${HERE}:${portOf(secureReceiver)}`]);
  });

  it('has the certificate of a receiver checked here, by its name', async () => {
    await using receiver = await startUntrusted();
    await using proxy = await startProxyServer();
    const { lookup } = createResolver({ 'hooks.example': [[HERE]] });
    await using client = openClient(proxy.url, { lookup });
    const url = `https://hooks.example:${portOf(receiver)}/`;
    expect(await client.send(url)).toMatchObject({ status: 204 });
    expect(await client.send(url, { verify: true })).toMatchObject({ reason: 'tls' });
  });

  it.each<readonly [string, string, EgressTexts]>([
    ['metadata', `http://${METADATA}/`, { allow: ['all'] }],
    ['a denied address', 'http://127.0.0.1:1/', { deny: ['private'] }],
    ['a denied name', 'http://hooks.example/', { deny: ['hooks.example'] }],
    ['a name of metadata', 'http://evil.example/', {}],
    ['a name of metadata, over TLS', 'https://evil.example/', {}],
  ])('is not asked for when it is to %s', async (_, url, rules) => {
    await using proxy = await startProxyServer();
    const { lookup } = createResolver({ 'hooks.example': [[HERE]], 'evil.example': [[HERE, METADATA]] });
    await using client = openClient(proxy.url, { lookup, ...rules });
    expect(await client.send(url)).toMatchObject({ reason: 'egress_refused' });
    expect(proxy.asked).toEqual([]);
    await proxy.untilAbandoned();
  });

  it('is judged anew for a later one', async () => {
    await using receiver = await startReceiver({ connection: 'close' });
    await using proxy = await startProxyServer();
    const { lookup } = createResolver({ 'hooks.example': [[HERE], [METADATA]] });
    await using client = openClient(proxy.url, { lookup });
    const url = `http://hooks.example:${portOf(receiver)}/`;
    expect(await client.send(url)).toMatchObject({ status: 200 });
    await receiver.untilAbandoned();
    expect(await client.send(url)).toMatchObject({ reason: 'egress_refused' });
    expect(proxy.asked).toHaveLength(1);
  });

  it('is asked for at an IPv4 address where there is one', async () => {
    await using receiver = await startReceiver();
    await using proxy = await startProxyServer();
    const { lookup } = createResolver({ 'hooks.example': [['::1', HERE]] });
    await using client = openClient(proxy.url, { lookup });
    expect(await client.send(`http://hooks.example:${portOf(receiver)}/`)).toMatchObject({ status: 200 });
    expect(proxy.asked).toEqual([`${HERE}:${portOf(receiver)}`]);
    await client.send('http://[::1]:1/');
    expect(proxy.asked.at(-1)).toBe('[::1]:1');
  });

  it('is asked for with the user and password of the proxy, which is asked for each time', async () => {
    await using receiver = await startReceiver({ connection: 'close' });
    await using proxy = await startProxyServer();
    proxy.authorization = `Basic ${Buffer.from('user:p@ss').toString('base64')}`;
    let url = proxy.url;
    await using client = openClient(() => url);
    expect(await client.send(receiver.url)).toEqual({
      kind: 'error',
      reason: 'transport',
      message: 'the proxy answered 407',
    });
    url = proxy.url.replace('//', '//user:p%40ss@');
    expect(await client.send(receiver.url)).toMatchObject({ status: 200 });
  });

  it.each<readonly [string, () => string, string, string]>([
    ['cannot be reached', () => 'http://127.0.0.1:1', 'connect', 'connect ECONNREFUSED 127.0.0.1:1'],
    ['is not known', () => UNKNOWN_HOST_URL, 'dns', 'getaddrinfo ENOTFOUND hookline.invalid'],
    ['is none', () => 'proxy:3128', 'transport', 'egress.proxy is no URL of http or https'],
    [
      'cannot be had',
      () => {
        throw new SecretError('no value found');
      },
      'secret',
      'no value found',
    ],
  ])('says so when the proxy %s', async (_, proxy, reason, message) => {
    await using client = openClient(proxy);
    expect(await client.send('http://1.1.1.1/')).toEqual({ kind: 'error', reason, message });
    expect(client.clock.timers).toBe(0);
  });

  it('says so when the receiver cannot be reached from the proxy, or is not known here', async () => {
    await using proxy = await startProxyServer();
    await using client = openClient(proxy.url);
    expect(await client.send('http://127.0.0.1:1/')).toMatchObject({ message: 'the proxy answered 502' });
    expect(await client.send(UNKNOWN_HOST_URL)).toMatchObject({ reason: 'dns' });
    await proxy.untilAbandoned();
  });

  it('is given up when the time of its request is up', async () => {
    await using proxy = await startProxyServer();
    proxy.isHanging = true;
    await using client = openClient(proxy.url);
    const sending = client.send('http://1.1.1.1/');
    await proxy.untilAsked(1);
    client.clock.advance(5_000);
    expect(await sending).toMatchObject({ reason: 'timeout' });
    await proxy.untilAbandoned();
  });

  it('fails when it is given up while the receiver shakes hands', async () => {
    await using receiver = await startHangingTls();
    await using proxy = await startProxyServer();
    const connect = createProxiedConnector(
      { timeout: 0 },
      {
        egress: toEgress(),
        proxy: () => proxy.url,
        dial: buildConnector({ timeout: 0 }),
      },
    );
    const failed = new Promise((resolve) => {
      const to = { protocol: 'https:', hostname: HERE, host: HERE, port: portOf(receiver) };
      const socket: unknown = connect(to, (...[error]) => resolve(error));
      void receiver.untilHeard(1).then(() => (socket as Socket).destroy(new Error('nobody waits')));
    });
    expect(await failed).toBeInstanceOf(Error);
    await Promise.all([receiver.untilAbandoned(), proxy.untilAbandoned()]);
  });

  it('is given up when the client is closed', async () => {
    await using proxy = await startProxyServer();
    proxy.isHanging = true;
    const client = openClient(proxy.url);
    const sending = client.send('https://1.1.1.1/');
    await proxy.untilAsked(1);
    await client[Symbol.asyncDispose]();
    expect(await sending).toMatchObject({ kind: 'error' });
    await proxy.untilAbandoned();
  });
});
