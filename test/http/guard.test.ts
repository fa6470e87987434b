import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendRaw } from '../helpers/raw-request.ts';
import { type RunningApp, runApp } from '../helpers/running-app.ts';

const BODY = JSON.stringify({ source: 'crud', event: 'consumers', data: {} });

let app: RunningApp;
beforeAll(async () => {
  app = await runApp({});
});
afterAll(() => app[Symbol.asyncDispose]());

async function askWith(
  request: string,
  headers: readonly string[],
  body = '',
): Promise<{ status: number; body: string }> {
  const lines = [
    `${request} HTTP/1.1`,
    'connection: close',
    `content-length: ${body.length}`,
    ...headers,
    '',
    body,
  ];
  return sendRaw(app.app.url, lines.join('\r\n'));
}

describe('a server on loopback', () => {
  it.each(['127.0.0.1', '127.0.0.1:8440', '127.9.9.9', 'localhost', 'LOCALHOST:1', '[::1]:8440', '[::1]'])(
    'answers for host %s',
    async (host) => {
      expect((await askWith('GET /healthz', [`host: ${host}`])).status).toBe(200);
    },
  );

  it.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '10.0.0.1',
    '[::2]',
    '',
    'a@127.0.0.1',
  ])('refuses host "%s": a name may have been made to resolve to this machine', async (host) => {
    const { status, body } = await askWith('GET /event-hooks', [`host: ${host}`]);
    expect(status).toBe(421);
    expect(JSON.parse(body)).toEqual({ message: `This server does not answer for host "${host}"` });
  });

  it('refuses events for another host before it reads them', async () => {
    const headers = ['host: evil.example', 'content-type: application/json'];
    expect((await askWith('POST /events', headers, BODY)).status).toBe(421);
    expect((await app.get('/status')).body).toMatchObject({ counters: { events: { accepted: 0 } } });
  });

  it.each([
    ['GET /healthz', 'sec-fetch-site: cross-site'],
    ['POST /events', 'sec-fetch-site: same-site'],
    ['POST /events', 'origin: http://evil.example'],
    ['POST /events', 'origin: null'],
    ['POST /deliveries/redeliver', 'origin: http://localhost:3000'],
    ['GET /event-hooks/x/ping', 'origin: https://localhost.evil.example'],
  ])('refuses %s from a page of another web site (%s)', async (request, header) => {
    const { status, body } = await askWith(request, ['host: localhost', header]);
    expect(status).toBe(400);
    expect(JSON.parse(body)).toEqual({ message: 'Requests from other web sites are refused' });
  });

  it('lets a page of its own ask', async () => {
    const headers = ['host: localhost:8440', 'origin: http://localhost:8440', 'sec-fetch-site: same-origin'];
    expect((await askWith('GET /healthz', headers)).status).toBe(200);
  });

  it.each(['none', 'same-origin'])('lets a browser ask by itself (%s)', async (site) => {
    expect((await askWith('GET /healthz', ['host: localhost', `sec-fetch-site: ${site}`])).status).toBe(200);
  });

  it('gives no page leave to send events: a preflight is refused', async () => {
    const { status, headers } = await sendRaw(
      app.app.url,
      'OPTIONS /events HTTP/1.1\r\nhost: localhost\r\norigin: http://localhost:3000\r\naccess-control-request-method: POST\r\nconnection: close\r\n\r\n',
    );
    expect(status).toBe(400);
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});
