import { createHmac } from 'node:crypto';
import type { Socket } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openConnection, toStatuses } from '../helpers/raw-talk.ts';
import { type RunningApp, runApp } from '../helpers/running-app.ts';

const MiB = 1024 * 1024;
const SECRET = 'a secret of theirs';
const GZIP = { 'content-encoding': 'gzip' };
const NDJSON = { 'content-type': 'application/x-ndjson' };

let app: RunningApp;
beforeAll(async () => {
  const source =
    'kind: EventSource\nname: shop\nevents: { paid: {} }\ninlet: { verify: hmac, secret: "{vault://env/their-secret}" }\n';
  app = await runApp(
    { 'log.yaml': 'source: crud\nevent: consumers\nhandler: log\n', 'shop.yaml': source },
    { env: { THEIR_SECRET: SECRET } },
  );
});
afterAll(() => app[Symbol.asyncDispose]());

function toEvent(id: string, data: object = {}): string {
  return JSON.stringify({ source: 'crud', event: 'consumers', data, id });
}

function sign(body: Uint8Array): Record<string, string> {
  return { 'x-signature': createHmac('sha256', SECRET).update(body).digest('hex') };
}

describe('a body in gzip', () => {
  it('is taken as what it is of: one event, an array, lines, a CloudEvent', async () => {
    expect(await app.post('/events', gzipSync(toEvent('one')), GZIP)).toMatchObject({
      status: 202,
      body: { id: 'one' },
    });
    const array = gzipSync(`[${toEvent('two')},${toEvent('three')}]`);
    expect(await app.post('/events', array, GZIP)).toMatchObject({ status: 202, body: [{}, {}] });
    const lines = gzipSync(`${toEvent('four')}\n${toEvent('five')}\n`);
    expect((await app.post('/events', lines, { ...GZIP, ...NDJSON })).status).toBe(202);
    const cloud = { 'ce-id': 'six', 'ce-specversion': '1.0', 'ce-source': '/crud', 'ce-type': 'consumers' };
    const data = { ...GZIP, ...cloud, 'content-encoding': 'X-GZip' };
    expect(await app.post('/events', gzipSync('{}'), data)).toMatchObject({
      status: 202,
      body: { id: 'six' },
    });
    for (const id of ['one', 'two', 'three', 'four', 'five', 'six'])
      expect([id, (await app.get(`/events/${id}`)).status]).toEqual([id, 200]);
  });

  it('is taken when it is in several pieces, one gzip after the other', async () => {
    const event = toEvent('pieces');
    const body = Buffer.concat([gzipSync(event.slice(0, 9)), gzipSync(event.slice(9))]);
    expect(await app.post('/events', body, GZIP)).toMatchObject({ status: 202, body: { id: 'pieces' } });
  });

  it('is signed as it is sent, at an inlet', async () => {
    const content = Buffer.from('{"amount":3}');
    const body = gzipSync(content);
    expect((await app.post('/in/shop', body, { ...GZIP, ...sign(body) })).status).toBe(202);
    expect((await app.post('/in/shop', body, { ...GZIP, ...sign(content) })).status).toBe(401);
  });

  it.each<readonly [string, Uint8Array, number, string]>([
    ['is none', Buffer.from(toEvent('none')), 400, 'Cannot decompress the body: incorrect header check'],
    [
      'is cut off',
      gzipSync(toEvent('cut')).subarray(0, 40),
      400,
      'Cannot decompress the body: unexpected end of file',
    ],
    ['is empty', Buffer.alloc(0), 400, 'Cannot decompress the body: unexpected end of file'],
    [
      'has another check sum',
      withLastByte(gzipSync(toEvent('sum'))),
      400,
      'Cannot decompress the body: incorrect',
    ],
    ['is no event', gzipSync('{'), 400, 'Cannot parse JSON body'],
    ['is within another', gzipSync(gzipSync(toEvent('twice'))), 400, 'Cannot parse JSON body'],
  ])('is refused when it %s', async (_what, body, status, message) => {
    expect(await app.post('/events', body, GZIP)).toMatchObject({
      status,
      body: { message: expect.stringContaining(message) },
    });
  });

  it.each([
    ['br', brotliCompressSync(toEvent('br'))],
    ['gzip, gzip', gzipSync(gzipSync(toEvent('twice')))],
    ['deflate', gzipSync(toEvent('deflate'))],
    ['gzip;q=1', gzipSync(toEvent('q'))],
  ])('is asked for instead of %s', async (encoding, body) => {
    const headers = { 'content-encoding': encoding };
    for (const path of ['/events', '/in/shop'])
      expect(await app.post(path, body, headers)).toMatchObject({
        status: 415,
        body: {
          message: `Cannot read content-encoding "${encoding}": send the body as it is, or in gzip`,
        },
      });
  });

  it('is not read by the rest of the API', async () => {
    expect(await app.post('/event-hooks/log/test', gzipSync('{}'), GZIP)).toMatchObject({
      status: 415,
      body: { message: 'Cannot read a compressed body here: send it as it is' },
    });
  });
});

/** The same bytes, but for the last. */
function withLastByte(bytes: Buffer): Buffer {
  return Buffer.from(bytes.map((byte, at) => (at === bytes.length - 1 ? byte ^ 1 : byte)));
}

/** Zeros that are a thousandth as long as they will be. */
const BOMB = gzipSync(Buffer.alloc(512 * MiB, ' '));

describe('a decompression bomb', () => {
  it('is given up at the size a body may have, however many come at once', async () => {
    expect(BOMB.length).toBeLessThan(MiB);
    const before = process.memoryUsage().rss;
    const answers = await Promise.all(Array.from({ length: 20 }, () => app.post('/events', BOMB, GZIP)));
    const statuses = new Set(answers.map(({ status }) => status));
    expect([...statuses].filter((status) => status !== 413 && status !== 503)).toEqual([]);
    // Of the first at least all was tried; 20 × 512 MiB would be 10 GiB.
    expect(statuses).toContain(413);
    expect(process.memoryUsage().rss - before).toBeLessThan(1_024 * MiB);
    expect((await app.post('/events', toEvent('after'))).status).toBe(202);
  });

  it('is given up at 1 MiB where one event comes, and not looked at where its signature is wrong', async () => {
    const cloud = { ...GZIP, 'content-type': 'application/cloudevents+json' };
    const body = gzipSync(Buffer.alloc(2 * MiB, ' '));
    expect(await app.post('/events', body, cloud)).toMatchObject({
      status: 413,
      body: { message: 'The body is larger than 1048576 bytes' },
    });
    expect((await app.post('/in/shop', body, { ...GZIP, ...sign(body) })).status).toBe(413);
    expect((await app.post('/in/shop', body, GZIP)).status).toBe(401);
  });
});

describe('JSON that takes more memory than it is long', () => {
  it.each<readonly [string, string, number, string]>([
    ['empty objects', `[${'{},'.repeat(5_000_000)}{}]`, 400, 'more than 1000000 objects and lists'],
    ['empty lists', `[${'[],'.repeat(5_000_000)}[]]`, 400, 'more than 1000000 objects and lists'],
    ['numbers', `[${'1,'.repeat(8_000_000)}1]`, 413, 'at most 50000 events, this one has 8000001'],
    [
      'more events than can be kept at once',
      `[${`${toEvent('x')},`.repeat(50_000)}{}]`,
      413,
      'send them as NDJSON',
    ],
    ['ten thousand levels', '['.repeat(10_000), 400, 'nests deeper than 128 levels'],
    ['as many levels as there is room', '{"a":'.repeat(3_000_000), 400, 'nests deeper than 128 levels'],
  ])('is refused: %s', async (_what, body, status, message) => {
    expect(await app.post('/events', body)).toMatchObject({
      status,
      body: { message: expect.stringContaining(message) },
    });
    expect((await app.get('/healthz')).status).toBe(200);
  });

  it('is answered in few words, however much is wrong with it', async () => {
    const { status, body } = await app.post('/events', `[${'{},'.repeat(49_999)}{}]`);
    const { message, errors } = body as { message: string; errors: unknown[] };
    expect([status, message, errors.length]).toEqual([
      422,
      'None of 50000 events was accepted: 50000 cannot be (the first 1000 are listed)',
      1_000,
    ]);
  });

  it.each([
    ['lone surrogates', '{"source":"crud","event":"consumers","data":{"a":"\\ud800"},"id":"\\udfff"}', 422],
    ['a key twice', '{"source":"crud","source":"x","event":"consumers","data":{}}', 400],
    [
      'a key twice, once as an escape',
      '{"source":"crud","event":"consumers","data":{"a":1,"\\u0061":2}}',
      400,
    ],
    ['a number no double holds', '{"source":"crud","event":"consumers","data":{"a":1e999}}', 400],
    ['digits without end', `{"source":"crud","event":"consumers","data":{"a":${'9'.repeat(500_000)}}}`, 400],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x7d]), 400],
    ['UTF-16', Buffer.from('\ufeff{}', 'utf16le'), 400],
    ['two byte order marks', '\ufeff\ufeff{}', 400],
    ['NUL after the end', `${toEvent('nul')}\0`, 400],
    ['nothing', '', 400],
  ])('is refused for %s', async (_what, body, status) => {
    expect((await app.post('/events', body)).status).toBe(status);
  });
});

/** The first piece that comes on a connection. */
function readFirst(socket: Socket): Promise<string> {
  return new Promise((resolve) => socket.once('data', (chunk) => resolve(chunk.toString('latin1'))));
}

/** Sends all but the end of a body that takes so many bytes. */
async function beginBody(path: string, bytes: number): Promise<Socket> {
  const socket = await openConnection(app.app.url);
  const head = `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${bytes + 1}\r\n\r\n`;
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.write(head + ' '.repeat(bytes), resolve));
  return socket;
}

describe('large bodies that do not end', () => {
  it('take no more memory together than is kept for them, and leave room for what is small', async () => {
    const slow: Socket[] = [];
    for (let opened = 0; opened < 8; opened += 1) slow.push(await beginBody('/events', 15 * MiB));
    const refused = await Promise.race(slow.map(readFirst));
    expect(toStatuses(refused)).toEqual([503]);
    expect(refused).toContain('Too many large requests at once');
    const event = { id: 'small', data: { text: 'x'.repeat(10_000) } };
    expect((await app.post('/events', toEvent(event.id, event.data))).status).toBe(202);
    for (const socket of slow) socket.destroy();
    // What they held is given back: one that is as large is taken again, as soon as the server saw them go.
    const large = toEvent('large', { text: 'x'.repeat(MiB - 200) });
    const lines = `${`${large}\n`.repeat(15)}`;
    for (;;) {
      const { status } = await app.post('/events', lines, NDJSON);
      if (status !== 503) {
        expect(status).toBe(202);
        break;
      }
    }
  });

  it('are bounded at the API too', async () => {
    const slow: Socket[] = [];
    for (let opened = 0; opened < 70; opened += 1)
      slow.push(await beginBody('/event-hooks/log/test', MiB - 100));
    expect(toStatuses(await Promise.race(slow.map(readFirst)))).toEqual([503]);
    expect((await app.post('/event-hooks/log/test', {})).status).toBe(200);
    for (const socket of slow) socket.destroy();
  });
});
