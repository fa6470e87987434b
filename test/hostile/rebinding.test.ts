import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openConnection, readToEnd, toStatuses } from '../helpers/raw-talk.ts';
import { type RunningApp, runApp } from '../helpers/running-app.ts';

/**
 * A web page whose name resolves to this machine, or that sends requests to it from elsewhere. What counts as a name of
 * its own is in test/http/guard.test.ts; names of receivers that resolve to one address and then to another are in
 * test/deliver/guarded-connector.test.ts.
 */
let app: RunningApp;
beforeAll(async () => {
  const files = {
    'shop.yaml': 'kind: EventSource\nname: shop\nevents: { paid: {} }\ninlet: { verify: none }\n',
    'log.yaml': 'source: shop\nhandler: log\n',
  };
  app = await runApp(files, { settings: { intake: { listen: '127.0.0.1:0' } } });
});
afterAll(() => app[Symbol.asyncDispose]());

async function ask(url: string, request: string, headers: readonly string[]): Promise<string> {
  const body = '{"kind":"paid"}';
  const socket = await openConnection(url);
  const answer = readToEnd(socket);
  const lines = [`${request} HTTP/1.1`, 'connection: close', 'content-type: application/json', ...headers];
  socket.write([...lines, `content-length: ${body.length}`, '', body].join('\r\n'));
  return answer;
}

const ROUTES = [
  'GET /',
  'GET /status',
  'GET /healthz',
  'GET /readyz',
  'GET /openapi.json',
  'GET /.well-known/jwks.json',
  'GET /event-hooks',
  'GET /event-hooks/log/ping',
  'POST /event-hooks/log/test',
  'POST /event-hooks',
  'GET /deliveries',
  'POST /deliveries/redeliver',
  'POST /reconcile',
  'POST /reconcile/confirm',
  'POST /receivers/any',
  'POST /events',
  'OPTIONS /events',
  'POST /in/shop',
  'POST /in/nothing',
];
const AT_INTAKE = ['POST /events', 'OPTIONS /events', 'POST /in/shop', 'GET /status'];

describe('a page under a name that leads here', () => {
  it.each(ROUTES)('is answered 421 by %s', async (route) => {
    const answer = await ask(app.app.url, route, ['host: evil.example']);
    expect(toStatuses(answer)).toEqual([421]);
    expect(answer.toLowerCase()).not.toContain('access-control-');
  });

  it.each(AT_INTAKE)('is answered 421 by %s of an address for events alone', async (route) => {
    expect(toStatuses(await ask(app.app.intakeUrl, route, ['host: evil.example']))).toEqual([421]);
  });

  it('is not let in by a second Host header', async () => {
    for (const hosts of [
      ['host: localhost', 'host: evil.example'],
      ['host: evil.example', 'host: localhost'],
    ])
      expect(toStatuses(await ask(app.app.url, 'POST /in/shop', hosts))).toEqual([400]);
  });

  it('has caused nothing', async () => {
    expect((await app.get('/status')).body).toMatchObject({
      counters: { events: { accepted: 0, refused: 0 } },
    });
  });
});

describe('a page of another site', () => {
  it.each(ROUTES)('is refused by %s', async (route) => {
    for (const header of ['origin: https://evil.example', 'origin: null', 'sec-fetch-site: cross-site'])
      expect(toStatuses(await ask(app.app.url, route, ['host: localhost', header]))).toEqual([400]);
  });
});
