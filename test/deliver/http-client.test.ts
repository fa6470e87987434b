import { describe, expect, it } from 'vitest';
import { PLAIN } from '../../src/deliver/connections.ts';
import {
  createHttpClient,
  type HttpClient,
  type Incoming,
  type OutgoingRequest,
} from '../../src/deliver/http-client.ts';
import { toEgress } from '../helpers/egress.ts';
import {
  type FaultReceiver,
  startAnswering,
  startBusy,
  startDripping,
  startFailing,
  startGarbage,
  startGone,
  startHanging,
  startHangingTls,
  startHangingUp,
  startHuge,
  startResetting,
  startSlowAccept,
  startStalling,
  startStatusLineOnly,
  startTruncating,
  startUntrusted,
  UNKNOWN_HOST_URL,
} from '../helpers/fault-receiver.ts';
import { createHeldClock, type HeldClock } from '../helpers/held-clock.ts';

/** A client on a held clock. */
interface Client extends AsyncDisposable {
  readonly client: HttpClient;
  readonly clock: HeldClock;
  send(url: string, request?: Partial<OutgoingRequest>): Promise<Incoming>;
}

function openClient(): Client {
  const clock = createHeldClock();
  const client = createHttpClient({ clock, egress: toEgress() });
  return {
    client,
    clock,
    send: (url, request = {}) =>
      client.send({
        method: 'POST',
        url,
        headers: { 'content-type': 'application/json' },
        body: '{}',
        timeoutMs: 5_000,
        ...PLAIN,
        ...request,
      }),
    [Symbol.asyncDispose]: () => client.close(),
  };
}

const TIMED_OUT = { kind: 'error', reason: 'timeout', message: 'timed out after 5000 ms' };

describe('an HttpClient', () => {
  it.each<readonly [string, () => Promise<FaultReceiver>, object]>([
    [
      'resets the connection',
      startResetting,
      { kind: 'error', reason: 'transport', message: 'read ECONNRESET' },
    ],
    [
      'hangs up without a word',
      startHangingUp,
      { kind: 'error', reason: 'transport', message: 'other side closed (UND_ERR_SOCKET)' },
    ],
    [
      'speaks no HTTP',
      startGarbage,
      {
        kind: 'error',
        reason: 'transport',
        message: expect.stringContaining('Response does not match the HTTP/1.1 protocol'),
      },
    ],
    [
      'breaks off in the body',
      startTruncating,
      { kind: 'error', reason: 'transport', message: 'other side closed (UND_ERR_SOCKET)' },
    ],
    [
      'breaks off after the status line',
      startStatusLineOnly,
      { kind: 'error', reason: 'transport', message: 'other side closed (UND_ERR_SOCKET)' },
    ],
    [
      'has a certificate that nobody vouches for',
      startUntrusted,
      { kind: 'error', reason: 'tls', message: expect.stringMatching(/^self-signed certificate/) },
    ],
    ['fails', () => startFailing(1), { kind: 'answer', status: 500, body: '' }],
    ['is gone', startGone, { kind: 'answer', status: 410 }],
    [
      'is busy',
      () => startBusy('7'),
      { kind: 'answer', status: 429, body: 'slow down', headers: { 'retry-after': '7' } },
    ],
    [
      'redirects',
      () => startAnswering((_, res) => res.writeHead(302, { location: UNKNOWN_HOST_URL }).end()),
      { kind: 'answer', status: 302, headers: { location: UNKNOWN_HOST_URL } },
    ],
  ])('tells of a receiver that %s, and leaves nothing behind', async (_, start, incoming) => {
    await using receiver = await start();
    const { client, clock, send } = openClient();
    expect(await send(receiver.url)).toMatchObject(incoming);
    expect(clock.timers).toBe(0);
    await client.close();
    await receiver.untilAbandoned();
  });

  it.each([
    ['whose name is not known', UNKNOWN_HOST_URL, 'dns', 'getaddrinfo ENOTFOUND hookline.invalid'],
    ['that nothing listens at', 'http://127.0.0.1:1/', 'connect', 'connect ECONNREFUSED 127.0.0.1:1'],
    ['that is none', 'no url', 'transport', 'it cannot be sent: its URL is none of http or https'],
    ['of another kind', 'ftp://host/', 'transport', 'it cannot be sent: its URL is none of http or https'],
  ])('tells of an address %s', async (_, url, reason, message) => {
    await using client = openClient();
    expect(await client.send(url)).toEqual({ kind: 'error', reason, message });
    expect(client.clock.timers).toBe(0);
  });

  it.each<readonly [string, () => Promise<FaultReceiver>]>([
    ['does not answer', startHanging],
    ['does not shake hands', startHangingTls],
    ['stops in the headers', () => startStalling('HTTP/1.1 200 OK\r\ncontent-le')],
    ['stops in the body', () => startStalling('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n123')],
    ['sends a byte of the body now and then', () => startDripping(1)],
    ['promises more and more', () => startStalling('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(3))],
  ])('ends when its time is up with a receiver that %s, and hangs up', async (_, start) => {
    await using receiver = await start();
    await using client = openClient();
    const sending = client.send(receiver.url);
    await receiver.untilHeard(1);
    client.clock.advance(4_999);
    expect(client.clock.timers).toBe(1);
    client.clock.advance(1);
    expect(await sending).toEqual(TIMED_OUT);
    await receiver.untilAbandoned();
    expect(client.clock.timers).toBe(0);
  });

  it('ends when its time is up with a receiver that takes no connection', async () => {
    await using receiver = await startSlowAccept();
    await using client = openClient();
    const sending = client.send(receiver.url);
    client.clock.advance(5_000);
    expect(await sending).toEqual(TIMED_OUT);
  });

  it('opens a connection for each request that waits, and hangs up once none does', async () => {
    await using receiver = await startHangingTls();
    await using client = openClient();
    const impatient = client.send(receiver.url, { timeoutMs: 1_000 });
    const patient = client.send(receiver.url, { timeoutMs: 3_000 });
    await receiver.untilHeard(2);
    client.clock.advance(1_000);
    expect(await impatient).toMatchObject({ reason: 'timeout' });
    expect(receiver.open).toBe(2);
    client.clock.advance(2_000);
    expect(await patient).toMatchObject({ reason: 'timeout' });
    await receiver.untilAbandoned();
  });

  it('reads no more than it has to of a long answer, and keeps 4 KiB', async () => {
    await using receiver = await startHuge();
    await using client = openClient();
    const incoming = await client.send(receiver.url);
    expect(incoming).toMatchObject({ kind: 'answer', status: 200, body: 'x'.repeat(4096), cutOff: true });
    await receiver.untilAbandoned();
  });

  it.each([
    ['4 KiB and no more', 4096, 4096],
    ['just what is read', 64 * 1024, 4096],
  ])('reads an answer of %s to its end and uses the connection again', async (_, sent, kept) => {
    await using receiver = await startHuge(sent);
    await using client = openClient();
    for (let time = 0; time < 6; time += 1) {
      expect(await client.send(receiver.url)).toMatchObject({ body: 'x'.repeat(kept), cutOff: false });
    }
    expect(receiver.open).toBeLessThan(6);
  });

  it('reads and keeps as much of an answer as it is told to', async () => {
    await using whole = await startHuge(100_000);
    await using client = openClient();
    const maxBytes = 100_000;
    expect(await client.send(whole.url, { maxBytes })).toMatchObject({
      body: 'x'.repeat(maxBytes),
      cutOff: false,
    });
    await using longer = await startHuge(maxBytes + 1);
    expect(await client.send(longer.url, { maxBytes })).toMatchObject({ cutOff: true });
    await longer.untilAbandoned();
  });

  it('cuts no character in two', async () => {
    await using receiver = await startAnswering((_, res) => res.end(`x${'é'.repeat(4096)}`));
    await using client = openClient();
    expect(await client.send(receiver.url)).toMatchObject({ body: `x${'é'.repeat(2047)}` });
  });

  it('joins headers that came more than once', async () => {
    await using receiver = await startAnswering((_, res) =>
      res.writeHead(204, { 'Set-Cookie': ['a=1', 'b=2'], 'X-One': 'x' }).end(),
    );
    await using client = openClient();
    expect(await client.send(receiver.url)).toMatchObject({
      headers: { 'set-cookie': 'a=1, b=2', 'x-one': 'x' },
    });
  });

  it('sends method, path, query, headers and body as they are', async () => {
    let seen: unknown = null;
    await using receiver = await startAnswering(async (req, res) => {
      const body = (await req.toArray()).join('');
      seen = [req.method, req.url, req.headers['x-a'], req.headers['content-length'], body];
      res.end();
    });
    await using client = openClient();
    const url = `${receiver.url}a%2Fb/%7B%7B?c=d%20e&f#g`;
    await client.send(url, { method: 'PATCH', headers: { 'X-A': 'caf\u00e9' }, body: 'bödy' });
    expect(seen).toEqual(['PATCH', '/a%2Fb/%7B%7B?c=d%20e&f', 'caf\u00e9', '5', 'bödy']);
  });

  it.each([
    ['user:p%40ss', {}, 'user:p@ss'],
    ['user', {}, 'user:'],
    ['us%zzer:pass', {}, 'us%zzer:pass'],
    ['user:pass', { Authorization: 'Bearer own' }, null],
  ])('sends the credentials %s of a URL, unless %j has others', async (credentials, headers, sent) => {
    let authorization: string | undefined;
    await using receiver = await startAnswering((req, res) => {
      authorization = req.headers.authorization;
      res.end();
    });
    await using client = openClient();
    await client.send(receiver.url.replace('//', `//${credentials}@`), { headers });
    const basic = sent === null ? 'Bearer own' : `Basic ${Buffer.from(sent).toString('base64')}`;
    expect(authorization).toBe(basic);
  });

  it('asks for no certificate that somebody vouches for when it is told not to', async () => {
    await using receiver = await startUntrusted();
    await using client = openClient();
    expect(await client.send(receiver.url, { verify: false })).toMatchObject({ status: 204 });
    expect(await client.send(receiver.url, { verify: true })).toMatchObject({ reason: 'tls' });
  });

  it('ends what is under way when it is closed, and sends nothing more', async () => {
    await using hanging = await startHanging();
    await using handshaking = await startHangingTls();
    const { client, clock, send } = openClient();
    const sending = [send(hanging.url), send(hanging.url), send(handshaking.url)];
    await Promise.all([hanging.untilHeard(2), handshaking.untilHeard(1)]);
    await client.close();
    const closed = {
      kind: 'error',
      reason: 'transport',
      message: 'The client is destroyed (UND_ERR_DESTROYED)',
    };
    expect(await Promise.all(sending)).toEqual([closed, closed, closed]);
    await Promise.all([hanging.untilAbandoned(), handshaking.untilAbandoned()]);
    expect(await send(hanging.url)).toEqual(closed);
    expect(clock.timers).toBe(0);
  });

  it.each([
    ['CONNECT', { method: 'CONNECT', body: null }],
    ['a header that cannot be', { headers: { 'a b': 'c' } }],
    ['a header with a line break', { headers: { a: 'b\r\nc: d' } }],
  ])('answers an error for what cannot be sent: %s', async (_, request) => {
    await using receiver = await startAnswering((_req, res) => res.end());
    await using client = openClient();
    expect(await client.send(receiver.url, request)).toMatchObject({ kind: 'error', reason: 'transport' });
    expect(receiver.heard).toBe(0);
    expect(client.clock.timers).toBe(0);
  });
});
