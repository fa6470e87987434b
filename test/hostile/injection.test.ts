import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/logger.ts';
import { endServer, listenLocally } from '../helpers/local-server.ts';
import { runCommand } from '../helpers/process.ts';
import { openConnection, readToEnd } from '../helpers/raw-talk.ts';
import { type RunningApp, runApp } from '../helpers/running-app.ts';

/**
 * Headers of requests that templates make are in test/deliver/headers.test.ts, forms and JSON in
 * test/template/escape.test.ts, code frames and diffs in test/definitions/printable.test.ts and test/cli.
 */
const EVIL = 'a\r\nset-cookie: a=b\r\n\r\n\u001b[31m\u009b31m\u007f\u0085\u2028\u202e"\\{"level":60}\t';
/** What a terminal acts on, and what ends a line. */
const ACTIVE = /[^\P{Cc}\n]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

let app: RunningApp;
beforeAll(async () => {
  app = await runApp({
    'shop.yaml':
      'kind: EventSource\nname: shop\nevents: { paid: {} }\ninlet: { verify: none, event: kind, id: id }\n',
    'log.yaml': 'source: shop\nhandler: log\n',
    'lambda.yaml':
      'source: shop\nhandler: lambda\nconfig: { functions: ["(data) => { console.log(data.x); throw new Error(data.x) }"] }\n',
  });
});
afterAll(() => app[Symbol.asyncDispose]());

async function ask(request: string, headers: readonly string[] = [], body = ''): Promise<string> {
  const socket = await openConnection(app.app.url);
  const answer = readToEnd(socket);
  const lines = [`${request} HTTP/1.1`, 'host: localhost', 'connection: close', ...headers];
  socket.write([...lines, `content-length: ${Buffer.byteLength(body)}`, '', body].join('\r\n'));
  return answer;
}

function expectSafeLines(lines: readonly string[]): void {
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) {
    expect(() => JSON.parse(line)).not.toThrow();
    expect(line.slice(0, -1)).not.toMatch(/\n/);
    expect(line).not.toMatch(ACTIVE);
  }
}

describe('a line of the log', () => {
  it('stays one line of JSON that a terminal does not act on, whatever an event holds', async () => {
    const data = { x: EVIL, [EVIL]: [EVIL] };
    const { status } = await app.post('/events', { source: 'shop', event: 'paid', data, id: 'a\u202eb' });
    expect(status).toBe(202);
    await app.app.idle();
    expectSafeLines(app.log);
    const logged = app.log.map((line) => JSON.parse(line) as { data?: unknown; err?: unknown });
    expect(logged).toContainEqual(expect.objectContaining({ msg: 'log callback', data }));
    expect(logged).toContainEqual(expect.objectContaining({ err: expect.stringContaining('set-cookie') }));
  });

  it('is written so to standard output too', () => {
    const lines: string[] = [];
    createLogger('info', { write: (line) => lines.push(line) }).info({ [EVIL]: EVIL }, EVIL);
    expectSafeLines(lines);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ [EVIL]: EVIL, msg: EVIL });
  });
});

describe('an answer', () => {
  const encoded = encodeURIComponent(EVIL);

  it.each<readonly [string, string, readonly string[], string]>([
    ['an unknown source', 'POST /events', ['content-type: application/json'], toEvent({ source: EVIL })],
    ['an unknown event', 'POST /events', ['content-type: application/json'], toEvent({ event: EVIL })],
    ['an id', 'POST /events', ['content-type: application/json'], toEvent({ id: EVIL })],
    ['a key', 'POST /events', ['content-type: application/json'], toEvent({ [EVIL]: 1 })],
    ['the id of an inlet', 'POST /in/shop', [], JSON.stringify({ kind: 'paid', id: EVIL })],
    ['the name of a hook', `GET /event-hooks/${encoded}`, [], ''],
    ['the id of an event', `GET /events/${encoded}`, [], ''],
    ['a filter', `GET /deliveries?hook=${encoded}&state=${encoded}`, [], ''],
    ['a page', `GET /deliveries?offset=${encoded}`, [], ''],
    ['a method', `PUT /events/${encoded}`, [], ''],
    ['an encoded CloudEvent', 'POST /events', ['ce-specversion: 1.0', `ce-id: ${encoded}`], ''],
    ['a sender that asks first', 'OPTIONS /events', ['webhook-request-origin: a\tb, c'], ''],
    ['a content type', 'POST /events', ['content-type: a\tb\x80'], '{}'],
    ['a revision', 'GET /event-hooks', [`if-none-match: "${encoded}"`], ''],
  ])('says %s back in its body only, as JSON', async (_what, request, headers, body) => {
    const answer = await ask(request, headers, body);
    const [head = '', ...rest] = answer.split('\r\n\r\n');
    expect(head.toLowerCase()).not.toContain('set-cookie');
    for (const line of head.split('\r\n').slice(1)) expect(line).toMatch(/^[\w-]+: [\x20-\x7e]*$/);
    const text = rest.join('\r\n\r\n');
    if (text !== '') expect(() => JSON.parse(text)).not.toThrow();
    expect(app.log.filter((line) => line.includes('unexpected error'))).toEqual([]);
  });
});

function toEvent(changes: object): string {
  return JSON.stringify({ source: 'shop', event: 'paid', data: {}, ...changes });
}

/** A server that answers every request with the same. */
async function startServerThatSays(
  status: number,
  body: unknown,
): Promise<{ readonly url: string } & AsyncDisposable> {
  const server = createServer((req, res) => {
    req.resume();
    res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  return {
    url: `http://127.0.0.1:${await listenLocally(server)}`,
    [Symbol.asyncDispose]: () => endServer(server),
  };
}

describe('what a command prints', () => {
  it.each<readonly [string, number, readonly string[]]>([
    ['an answer of ping', 200, ['ping', EVIL]],
    ['a refusal of ping', 400, ['ping', EVIL]],
    ['an answer of emit', 202, ['emit', 'shop', EVIL, '{}']],
    ['a refusal of emit', 422, ['emit', 'shop', EVIL, '{}']],
    ['an answer of replay', 202, ['replay', EVIL, '--json']],
    ['a refusal of replay', 404, ['replay', EVIL]],
    ['the status', 200, ['status', '--json']],
    ['a refusal of reconcile', 500, ['reconcile']],
    ['a command that is not there', 200, [EVIL]],
    ['data that is none', 200, ['emit', 'shop', 'paid', EVIL]],
  ])('is nothing a terminal acts on: %s', async (_what, status, args) => {
    const body = { data: EVIL, result: EVIL, message: EVIL, hint: EVIL, err: EVIL, [EVIL]: 1 };
    await using server = await startServerThatSays(status, body);
    const { stdout, stderr } = await runCommand(args, { env: { HOOKLINE_URL: server.url } });
    expect(stdout + stderr).not.toMatch(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/u);
    expect(stdout + stderr).not.toBe('');
  });
});
