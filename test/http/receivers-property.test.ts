import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ReceiverSettings } from '../../src/source-settings.ts';
import { sendRaw } from '../helpers/raw-request.ts';
import { type ReceiverServer, startReceiverServer } from '../helpers/receiver-server.ts';

const SECRET = "It's a Secret to Everybody";
const DAY_MS = 24 * 3_600_000;
const PROOFS = {
  github: 'x-hub-signature-256',
  gitlab: 'x-gitlab-token',
  gitea: 'x-gitea-signature',
  bitbucket: 'x-hub-signature',
  generic: 'x-signature',
} as const;
const TYPES = Object.keys(PROOFS) as ReceiverSettings['type'][];
const OTHERS = ['x-github-event', 'x-gitlab-event', 'x-gitea-event', 'x-event-key', 'x-github-delivery'];

let server: ReceiverServer;
beforeAll(async () => {
  server = await startReceiverServer(
    TYPES.map((type) => ({ name: type, type, secret: SECRET, sources: [`for-${type}`] })),
  );
});
beforeEach(() => {
  server.triggered.length = 0;
});
afterAll(() => server[Symbol.asyncDispose]());

function sign(body: Uint8Array, secret = SECRET): string {
  return createHmac('sha256', secret).update(body).digest('hex');
}

/** Sends a request as it is: no client would send every header there is. */
async function send(
  path: string,
  { headers, body }: { headers: Readonly<Record<string, string>>; body: Uint8Array },
): Promise<number> {
  const lines = [
    `POST ${path} HTTP/1.1`,
    'host: localhost',
    'connection: close',
    `content-length: ${body.length}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
  return (await sendRaw(server.url, Buffer.concat([head, body]))).status;
}

/** Text without what would end a header, or the request. */
const value = fc.string({ unit: 'binary' }).map((text) => text.replaceAll(/[\r\n\0]/g, ''));
/** What a header may say. */
const words = value.map((text) => text.replaceAll(/\p{Cc}/gu, ''));
const bytes = fc.uint8Array({ maxLength: 400 });
const type = fc.constantFrom(...TYPES);

describe('a request to a receiver, whatever it is', () => {
  it('is refused and has nothing looked at without the secret', async () => {
    const guess = fc.oneof(
      value,
      bytes.map((body) => `sha256=${sign(body, 'guessed')}`),
      bytes.map((body) => sign(body).slice(0, -1)),
    );
    const headers = fc.dictionary(
      fc.constantFrom(...Object.values(PROOFS), ...OTHERS, 'content-type', 'content-encoding', 'expect'),
      guess,
    );
    await fc.assert(
      fc.asyncProperty(type, headers, bytes, async (name, given, body) => {
        const status = await send(`/receivers/${name}`, { headers: given, body });
        expect(status).toBeGreaterThanOrEqual(400);
        expect(status).toBeLessThan(500);
        expect(server.triggered).toEqual([]);
      }),
      { numRuns: 400 },
    );
    expect(server.log.filter((line) => line.includes('unexpected error'))).toEqual([]);
  });

  it('has the sources of its receiver looked at with the secret, whatever its body says', async () => {
    let count = 0;
    await fc.assert(
      fc.asyncProperty(type, bytes, words, async (name, body, contentType) => {
        count += 1;
        const proof = name === 'gitlab' ? SECRET : sign(body);
        const headers = {
          [PROOFS[name]]: proof,
          'x-github-event': 'push',
          'x-gitlab-event': 'Push Hook',
          'x-gitea-event': 'push',
          'x-event-key': 'repo:push',
          'x-github-delivery': `${count}`,
          'idempotency-key': `${count}`,
          'x-gitea-delivery': `${count}`,
          'x-request-uuid': `${count}`,
          'content-type': contentType,
        };
        server.triggered.length = 0;
        expect(await send(`/receivers/${name}`, { headers, body })).toBe(202);
        expect(server.triggered).toEqual([[`for-${name}`]]);
      }),
      { numRuns: 200 },
    );
  });

  it('is to no receiver by a path that is none', async () => {
    const path = fc.stringMatching(/^[!-~]*$/).filter((text) => !TYPES.some((name) => text.startsWith(name)));
    await fc.assert(
      fc.asyncProperty(path, async (text) => {
        const status = await send(`/receivers/${text}`, { headers: {}, body: new Uint8Array() });
        expect([400, 404]).toContain(status);
      }),
      { numRuns: 100 },
    );
    expect(server.triggered).toEqual([]);
  });
});

describe('the memory of a receiver', () => {
  it.each(['unsigned', 'signed'])('is of what was verified: an id that came first %s', async (first) => {
    const body = Buffer.from(first);
    const headers = { 'x-github-event': 'push', 'x-github-delivery': `first-${first}` };
    const signed = { ...headers, 'x-hub-signature-256': sign(body) };
    const before = await send('/receivers/github', { headers: first === 'signed' ? signed : headers, body });
    const after = await send('/receivers/github', { headers: signed, body });
    expect([before, after]).toEqual(first === 'signed' ? [202, 200] : [401, 202]);
  });

  it('lasts a day, and is each receiver’s own', async () => {
    const body = Buffer.from('{}');
    const proof = { 'x-hub-signature-256': sign(body), 'x-signature': sign(body) };
    const headers = { ...proof, 'x-github-event': 'push', 'x-github-delivery': 'day', 'x-request-id': 'day' };
    const statuses = [await send('/receivers/github', { headers, body })];
    statuses.push(await send('/receivers/generic', { headers, body }));
    server.advance(DAY_MS - 1);
    statuses.push(await send('/receivers/github', { headers, body }));
    server.advance(1);
    statuses.push(await send('/receivers/github', { headers, body }));
    expect(statuses).toEqual([202, 202, 200, 202]);
  });
});
