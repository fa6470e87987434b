import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRecordingServer } from '../helpers/recording-server.ts';
import { type RunningApp, runApp } from '../helpers/running-app.ts';

const FILES = { 'log.yaml': 'source: crud\nhandler: log\n' };

let app: RunningApp;
beforeAll(async () => {
  app = await runApp(FILES);
});
afterAll(() => app[Symbol.asyncDispose]());

function ask(headers: Record<string, string>, url = app.app.url): Promise<Response> {
  return fetch(`${url}/events`, { method: 'OPTIONS', headers });
}

describe('OPTIONS /events', () => {
  it.each(['eventemitter.example.com', 'eventgrid.azure.net', '*.example.com', 'localhost:8080'])(
    'consents to the events of %s, at any rate',
    async (origin) => {
      const response = await ask({ 'WebHook-Request-Origin': origin, 'WebHook-Request-Rate': '120' });
      expect(response.status).toBe(204);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        allow: 'POST',
        'webhook-allowed-origin': origin,
        'webhook-allowed-rate': '*',
      });
      expect(await response.text()).toBe('');
    },
  );

  it.each<[string, Record<string, string>]>([
    ['is not asked', {}],
    ['is asked by nobody', { 'WebHook-Request-Origin': '' }],
    ['is asked by what is no name', { 'WebHook-Request-Origin': 'a b, c' }],
    ['is asked by a name that is too long', { 'WebHook-Request-Origin': 'x'.repeat(256) }],
    ['is asked for a rate alone', { 'WebHook-Request-Rate': '120' }],
  ])('does not consent when it %s', async (_what, headers) => {
    const response = await ask(headers);
    expect(response.status).toBe(204);
    expect(response.headers.get('allow')).toBe('POST');
    expect([...response.headers.keys()].filter((name) => name.startsWith('webhook'))).toEqual([]);
  });

  it('calls nobody back', async () => {
    await using sender = await startRecordingServer();
    const headers = { 'WebHook-Request-Origin': 'example.com', 'WebHook-Request-Callback': sender.url };
    expect((await ask(headers)).headers.get('webhook-allowed-origin')).toBe('example.com');
    expect(sender.requests).toEqual([]);
  });

  it('takes the events of who repeats its origin, as the specification has it', async () => {
    const event = { source: 'crud', event: 'consumers', data: {} };
    expect((await app.post('/events', event, { 'WebHook-Request-Origin': 'example.com' })).status).toBe(202);
  });

  it('consents where events are taken in, and only there', async () => {
    await using split = await runApp(FILES, { settings: { intake: { listen: '127.0.0.1:0' } } });
    const headers = { 'WebHook-Request-Origin': 'example.com' };
    const intake = await ask(headers, split.app.intakeUrl);
    expect(intake.headers.get('webhook-allowed-origin')).toBe('example.com');
    const api = await ask(headers, split.app.url);
    expect(api.headers.get('webhook-allowed-origin')).toBeNull();
  });
});
