import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openConnection, readToEnd, toStatuses } from '../helpers/raw-talk.ts';
import { type RunningApp, runApp } from '../helpers/running-app.ts';

/** What stands before a server and the server itself must find the same requests in the same bytes. */
let app: RunningApp;
beforeAll(async () => {
  app = await runApp({ 'log.yaml': 'source: crud\nevent: consumers\nhandler: log\n' });
});
afterAll(() => app[Symbol.asyncDispose]());

const KEPT = 'POST /events HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n';
const POST = `${KEPT}connection: close\r\n`;

function toEvent(id: string): string {
  return JSON.stringify({ source: 'crud', event: 'consumers', data: {}, id });
}

const EVENT = toEvent('sent');
const LENGTH = `content-length: ${EVENT.length}\r\n`;
const CHUNKED = 'transfer-encoding: chunked\r\n';
const SIZE = EVENT.length.toString(16);
const CHUNKS = `${SIZE}\r\n${EVENT}\r\n0\r\n\r\n`;
const SMUGGLED = toEvent('smuggled');
/** A request of its own, where it is one. */
const HIDDEN = `${POST}content-length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}`;

/** Sends bytes, leaves its side open, and gives back all that came until the server closed the connection. */
async function send(bytes: string): Promise<string> {
  const socket = await openConnection(app.app.url);
  const answers = readToEnd(socket);
  socket.write(bytes);
  return answers;
}

async function isKnown(id: string): Promise<boolean> {
  return (await app.get(`/events/${id}`)).status === 200;
}

describe('a request that can be read in two ways', () => {
  it.each<readonly [string, string]>([
    ['both lengths', `${POST}${LENGTH}${CHUNKED}\r\n${CHUNKS}`],
    ['both lengths, one of them 0', `${POST}content-length: 0\r\n${CHUNKED}\r\n0\r\n\r\n${HIDDEN}`],
    ['two codings', `${POST}${CHUNKED}transfer-encoding: identity\r\n\r\n${CHUNKS}`],
    ['two codings in one header', `${POST}transfer-encoding: identity, chunked\r\n\r\n${CHUNKS}`],
    ['a coding that is not read', `${POST}transfer-encoding: gzip, chunked\r\n\r\n${CHUNKS}`],
    ['a coding nobody knows', `${POST}transfer-encoding: xchunked\r\n\r\n${CHUNKS}`],
    ['a coding twice', `${POST}transfer-encoding: chunked, chunked\r\n\r\n${CHUNKS}`],
    ['a coding with a space before the colon', `${POST}transfer-encoding : chunked\r\n\r\n${CHUNKS}`],
    ['a coding after a vertical tab', `${POST}transfer-encoding:\x0bchunked\r\n\r\n${CHUNKS}`],
    ['a coding on the next line', `${POST}transfer-encoding:\r\n chunked\r\n\r\n${CHUNKS}`],
    ['a coding in HTTP/1.0', `${POST.replace('1.1', '1.0')}${CHUNKED}\r\n${CHUNKS}`],
    ['the same length twice', `${POST}${LENGTH}${LENGTH}\r\n${EVENT}`],
    ['the same length twice in one header', `${POST}content-length: 9, 9\r\n\r\n${EVENT}`],
    ['two lengths', `${POST}${LENGTH}content-length: 0\r\n\r\n${EVENT}`],
    ['a length with a sign', `${POST}content-length: +${EVENT.length}\r\n\r\n${EVENT}`],
    ['a length below zero', `${POST}content-length: -1\r\n\r\n${EVENT}`],
    ['a length in hex', `${POST}content-length: 0x10\r\n\r\n${EVENT}`],
    ['a length with a space in it', `${POST}content-length: 1 0\r\n\r\n${EVENT}`],
    ['a length no number holds', `${POST}content-length: 99999999999999999999\r\n\r\n${EVENT}`],
    ['a length that is empty', `${POST}content-length:\r\n\r\n${EVENT}`],
    ['lines that end in LF', `${POST}${LENGTH}\r\n${EVENT}`.replaceAll('\r\n', '\n')],
    ['a header that ends in LF', `${POST}x: y\ncontent-length: 0\r\n${LENGTH}\r\n${EVENT}`],
    ['a header that ends in CR', `${POST}x: y\rcontent-length: 0\r\n${LENGTH}\r\n${EVENT}`],
    ['a header that goes on in the next line', `${POST}x: a\r\n b\r\n${LENGTH}\r\n${EVENT}`],
    ['a first header that begins with a space', `${POST.replace('\r\n', '\r\n ')}${LENGTH}\r\n${EVENT}`],
    ['a header without a colon', `${POST}junk\r\n${LENGTH}\r\n${EVENT}`],
    ['a header without a name', `${POST}: x\r\n${LENGTH}\r\n${EVENT}`],
    ['a header with NUL in its name', `${POST}a\0b: x\r\n${LENGTH}\r\n${EVENT}`],
    ['a chunk of a size below zero', `${POST}${CHUNKED}\r\n-1\r\n${EVENT}\r\n0\r\n\r\n`],
    ['a chunk of a size with 0x', `${POST}${CHUNKED}\r\n0x${CHUNKS}`],
    ['a chunk of a size no number holds', `${POST}${CHUNKED}\r\nfffffffffffffffff\r\n${EVENT}\r\n0\r\n\r\n`],
    ['a chunk of a size with a space', `${POST}${CHUNKED}\r\n${SIZE} \r\n${EVENT}\r\n0\r\n\r\n`],
    ['chunks that end in LF', `${POST}${CHUNKED}\r\n${CHUNKS.replaceAll('\r\n', '\n')}`],
    ['a chunk that is longer than its size', `${POST}${CHUNKED}\r\n1\r\n${EVENT}\r\n0\r\n\r\n`],
    ['a chunk that does not end', `${POST}${CHUNKED}\r\n${SIZE}\r\n${EVENT}0\r\n\r\n`],
    ['an extension of a chunk that ends in LF', `${POST}${CHUNKED}\r\n${SIZE};a\n${EVENT}\r\n0\r\n\r\n`],
    [
      'a length in what follows the chunks',
      `${POST}${CHUNKED}\r\n${CHUNKS.slice(0, -2)}content-length: 5\r\n\r\n`,
    ],
    ['LF in what follows the chunks', `${POST}${CHUNKED}\r\n${CHUNKS.slice(0, -2)}x: y\n\r\n\r\n`],
    ['two hosts', `${POST}Host: evil.example\r\n${LENGTH}\r\n${EVENT}`],
    ['a version nobody knows', `${POST.replace('1.1', '1.2')}${LENGTH}\r\n${EVENT}`],
    ['the words HTTP/2 begins with', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ])('is refused for %s, with all that follows it', async (_what, bytes) => {
    const answers = await send(bytes + HIDDEN);
    expect([toStatuses(answers), answers.includes('connection: close')]).toEqual([[400], true]);
    expect([await isKnown('sent'), await isKnown('smuggled')]).toEqual([false, false]);
  });

  it.each<readonly [string, number, string]>([
    ['extensions of a chunk', 413, `${POST}${CHUNKED}\r\n${SIZE};${'a'.repeat(20_000)}\r\n`],
    ['one header', 431, `${POST}x: ${'y'.repeat(20_000)}\r\n\r\n`],
    ['many headers', 431, `${POST}${'x: y\r\n'.repeat(4_000)}\r\n`],
    ['the URL', 431, `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nhost: localhost\r\n\r\n`],
    ['the query', 431, `GET /deliveries?${'a=b&'.repeat(5_000)} HTTP/1.1\r\nhost: localhost\r\n\r\n`],
    ['what follows the chunks', 431, `${POST}${CHUNKED}\r\n0\r\n${'x: y\r\n'.repeat(4_000)}\r\n`],
  ])('is refused when %s are too long for it', async (_what, status, bytes) => {
    expect(toStatuses(await send(bytes))).toEqual([status]);
  });

  it.each<readonly [string, string]>([
    [
      'a body that comes with GET',
      `GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`,
    ],
    ['what follows a request that closes the connection', `${POST}${LENGTH}\r\n${EVENT}${HIDDEN}`],
    [
      'the data of an event',
      `${POST}${CHUNKED}\r\n${toChunk(JSON.stringify({ source: 'crud', event: 'consumers', data: { text: HIDDEN } }))}`,
    ],
    ['an upgrade that is not made', `${POST}upgrade: websocket\r\n${LENGTH}\r\n${EVENT}${HIDDEN}`],
    ['a tunnel that is not opened', `CONNECT localhost:80 HTTP/1.1\r\nhost: localhost\r\n\r\n${HIDDEN}`],
  ])('is not found in %s', async (_what, bytes) => {
    expect(toStatuses(await send(bytes)).length).toBeLessThanOrEqual(1);
    expect(await isKnown('smuggled')).toBe(false);
  });
});

function toChunk(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`;
}

/** A kept event with its length. */
function toRequest(id: string, head = KEPT): string {
  const body = toEvent(id);
  return `${head}content-length: ${body.length}\r\n\r\n${body}`;
}

describe('requests that come one after the other without waiting', () => {
  it('are answered each, in order', async () => {
    const answers = await send(`${toRequest('one')}${toRequest('two')}${toRequest('three', POST)}`);
    expect(toStatuses(answers)).toEqual([202, 202, 202]);
    expect([...answers.matchAll(/^\{"id":"(\w+)"/gm)].map(([, id]) => id)).toEqual(['one', 'two', 'three']);
  });

  it.each([
    ['nonsense', 'nonsense\r\n\r\n'],
    ['broken chunks', `${KEPT}${CHUNKED}\r\nzz\r\n`],
    ['two lengths', `${KEPT}${LENGTH}content-length: 0\r\n\r\n${EVENT}`],
  ])('keep their answers when %s follow', async (what, broken) => {
    const id = `before-${what.replaceAll(' ', '-')}`;
    const answers = await send(toRequest(id) + broken);
    expect(toStatuses(answers)).toEqual([202]);
    expect(answers).toContain(`{"id":"${id}"`);
  });

  it('are not all taken in when nobody reads the answers', async () => {
    const socket = await openConnection(app.app.url);
    const ask = 'GET /openapi.json HTTP/1.1\r\nhost: localhost\r\n\r\n'.repeat(1_000);
    let taken = 0;
    // Once what is written stays here, the server has stopped to read.
    while (socket.write(ask)) taken += 1;
    while (taken < 1_000 && (await drains(socket))) {
      taken += 1;
      socket.write(ask);
    }
    expect(taken).toBeLessThan(1_000);
    expect((await app.get('/healthz')).status).toBe(200);
    socket.destroy();
  });
});

/** Whether the server reads on, by what it answers another client meanwhile. */
async function drains(socket: { readonly writableNeedDrain: boolean }): Promise<boolean> {
  for (let asked = 0; asked < 50 && socket.writableNeedDrain; asked += 1) await app.get('/healthz');
  return !socket.writableNeedDrain;
}
