import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, getDefaultAutoSelectFamily, setDefaultAutoSelectFamily } from 'node:net';
import { networkInterfaces } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { PLAIN } from '../../src/deliver/connections.ts';
import { createHttpClient, type Incoming } from '../../src/deliver/http-client.ts';
import { createResolver, type EgressTexts, toEgress } from '../helpers/egress.ts';
import { type FaultReceiver, startAnswering, startUntrusted } from '../helpers/fault-receiver.ts';
import { createHeldClock } from '../helpers/held-clock.ts';

const METADATA = '169.254.169.254';
const HERE = '127.0.0.1';
const HAS_IPV6 = Object.values(networkInterfaces()).some((found) =>
  found?.some(({ family }) => family === 'IPv6'),
);

/** A client that sends by rules; a name of the receiver stands in its URL. */
function openClient(rules: EgressTexts): AsyncDisposable & { send(url: string): Promise<Incoming> } {
  const clock = createHeldClock();
  const client = createHttpClient({ clock, egress: toEgress(rules) });
  return {
    async send(url) {
      const incoming = await client.send({
        method: 'POST',
        url,
        headers: {},
        body: '{}',
        timeoutMs: 5_000,
        ...PLAIN,
        verify: false,
      });
      expect(clock.timers).toBe(0);
      return incoming;
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

/** Answers every request, and counts them. */
function startCounting(headers: Record<string, string> = {}): Promise<FaultReceiver> {
  return startAnswering((_, res) => res.writeHead(204, headers).end());
}

function named({ url }: FaultReceiver, name: string): string {
  return url.replace(HERE, name);
}

const REFUSED = { kind: 'error', reason: 'egress_refused' };

describe('a guarded connection', () => {
  it.each([
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f.0.0.1',
    '0177.0.0.01',
    '[::ffff:127.0.0.1]',
    'localhost',
  ])('is opened to %s unless what is private is denied', async (host) => {
    await using receiver = await startCounting();
    await using open = openClient({});
    expect(await open.send(named(receiver, host))).toMatchObject({ status: 204 });
    await using closed = openClient({ deny: ['private'] });
    expect(await closed.send(named(receiver, host))).toMatchObject(REFUSED);
    expect(receiver.heard).toBe(1);
  });

  it.skipIf(!HAS_IPV6)('is opened to ::1 unless what is private is denied', async () => {
    const server = createServer((_, res) => res.writeHead(204).end());
    await once(server.listen(0, '::1'), 'listening');
    await using _ = { [Symbol.asyncDispose]: async () => void server.close() };
    const url = `http://[0:0::1]:${(server.address() as AddressInfo).port}/`;
    await using open = openClient({});
    expect(await open.send(url)).toMatchObject({ status: 204 });
    await using closed = openClient({ deny: ['private'] });
    expect(await closed.send(url)).toMatchObject(REFUSED);
  });

  it.each([METADATA, '[::ffff:a9fe:a9fe]', '[fd00:ec2::254]', '[fe80::1]', '0.0.0.0', '[::]'])(
    'is never opened to %s',
    async (host) => {
      await using receiver = await startCounting();
      await using client = openClient({ allow: ['all'] });
      expect(await client.send(named(receiver, host))).toMatchObject(REFUSED);
      expect(receiver.heard).toBe(0);
    },
  );

  it.each<readonly [readonly string[]]>([[[METADATA]], [[HERE, METADATA]], [[METADATA, HERE]]])(
    'is not opened for a name that stands for %j',
    async (addresses) => {
      await using receiver = await startCounting();
      const { lookup, asked } = createResolver({ 'hooks.example': [addresses] });
      await using client = openClient({ lookup });
      expect(await client.send(named(receiver, 'hooks.example'))).toEqual({
        ...REFUSED,
        message: `Cannot dial "hooks.example:${new URL(receiver.url).port}": ${METADATA} is link-local, which is always refused`,
      });
      expect(receiver.heard).toBe(0);
      expect(asked).toEqual(['hooks.example']);
    },
  );

  it('is judged by the one answer it is dialled by', async () => {
    await using receiver = await startCounting();
    const { lookup, asked } = createResolver({ 'hooks.example': [[HERE], [METADATA]] });
    await using client = openClient({ lookup });
    expect(await client.send(named(receiver, 'hooks.example'))).toMatchObject({ status: 204 });
    expect(asked).toHaveLength(1);
  });

  it('is judged anew for a later one, when the name has another address by then', async () => {
    await using receiver = await startCounting({ connection: 'close' });
    const { lookup, asked } = createResolver({ 'hooks.example': [[HERE], [METADATA], [HERE]] });
    await using client = openClient({ lookup });
    const url = named(receiver, 'hooks.example');
    expect(await client.send(url)).toMatchObject({ status: 204 });
    await receiver.untilAbandoned();
    expect(await client.send(url)).toMatchObject(REFUSED);
    expect(receiver.heard).toBe(1);
    expect(await client.send(url)).toMatchObject({ status: 204 });
    expect(asked).toHaveLength(3);
  });

  it('goes on where it was judged, when it is used again after the name has moved', async () => {
    await using receiver = await startCounting();
    const { lookup, asked } = createResolver({ 'hooks.example': [[HERE], [METADATA]] });
    await using client = openClient({ lookup });
    const url = named(receiver, 'hooks.example');
    for (let time = 0; time < 3; time += 1) {
      expect(await client.send(url)).toMatchObject({ status: 204 });
      // A connection is free a moment after its answer has ended.
      await setImmediate();
    }
    expect(asked).toHaveLength(1);
    expect(receiver.heard).toBe(3);
  });

  it('is judged by its port too', async () => {
    await using allowed = await startCounting();
    await using other = await startCounting();
    const { lookup } = createResolver({ 'hooks.example': [[HERE]] });
    const { port } = new URL(allowed.url);
    await using client = openClient({ lookup, allow: [`*.example:${port}`], deny: ['all'] });
    expect(await client.send(named(allowed, 'hooks.example'))).toMatchObject({ status: 204 });
    expect(await client.send(named(other, 'hooks.example'))).toMatchObject(REFUSED);
    expect(other.heard).toBe(0);
  });

  it.each([
    ['http://hooks.example/', 'hooks.example:80'],
    ['https://hooks.example/', 'hooks.example:443'],
    ['https://1.1.1.1/', '1.1.1.1:443'],
  ])('is judged by the port that %s leaves unsaid', async (url, place) => {
    const { lookup } = createResolver({ 'hooks.example': [['1.1.1.1']] });
    await using client = openClient({ lookup, deny: ['all:80', 'all:443'] });
    expect(await client.send(url)).toMatchObject({
      message: expect.stringContaining(
        `Cannot dial "${place}": egress.deny has "all:${place.split(':')[1]}"`,
      ),
    });
  });

  it('goes to the judged address of an address, whatever name the request has for it', async () => {
    await using receiver = await startCounting();
    const { lookup, asked } = createResolver({ 'metadata.example': [[METADATA]] });
    const client = createHttpClient({ clock: createHeldClock(), egress: toEgress({ lookup }) });
    await using _ = { [Symbol.asyncDispose]: () => client.close() };
    const sent = { method: 'GET', body: null, timeoutMs: 5_000, ...PLAIN };
    const headers = { host: 'metadata.example' };
    expect(await client.send({ ...sent, url: receiver.url, headers })).toMatchObject({ status: 204 });
    expect(asked).toEqual([]);
  });

  it('shakes hands by the name, over TLS', async () => {
    await using receiver = await startUntrusted();
    const { lookup, asked } = createResolver({ 'hooks.example': [[HERE]], 'evil.example': [[METADATA]] });
    await using client = openClient({ lookup });
    expect(await client.send(named(receiver, 'hooks.example'))).toMatchObject({ status: 204 });
    expect(await client.send(named(receiver, 'evil.example'))).toMatchObject(REFUSED);
    expect(asked).toEqual(['hooks.example', 'evil.example']);
  });

  it('is judged by every address where only the first is dialled', async () => {
    const before = getDefaultAutoSelectFamily();
    setDefaultAutoSelectFamily(false);
    try {
      await using receiver = await startCounting();
      const { lookup } = createResolver({ 'good.example': [[HERE]], 'mixed.example': [[HERE, METADATA]] });
      await using client = openClient({ lookup });
      expect(await client.send(named(receiver, 'good.example'))).toMatchObject({ status: 204 });
      expect(await client.send(named(receiver, 'mixed.example'))).toMatchObject(REFUSED);
    } finally {
      setDefaultAutoSelectFamily(before);
    }
  });

  it('does not follow an answer that leads to metadata', async () => {
    await using receiver = await startAnswering((_, res) =>
      res.writeHead(307, { location: `http://${METADATA}/latest/` }).end(),
    );
    await using client = openClient({});
    expect(await client.send(receiver.url)).toMatchObject({ kind: 'answer', status: 307 });
    expect(receiver.heard).toBe(1);
  });

  it('is not judged for a client that has nothing to judge by', async () => {
    await using receiver = await startCounting();
    const client = createHttpClient({ clock: createHeldClock(), egress: null });
    await using _ = { [Symbol.asyncDispose]: () => client.close() };
    const sent = { method: 'GET', headers: {}, body: null, timeoutMs: 5_000, ...PLAIN };
    expect(await client.send({ ...sent, url: named(receiver, '0.0.0.0') })).toMatchObject({ status: 204 });
  });
});
