import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningApp, runApp } from '../helpers/running-app.ts';

let app: RunningApp;
beforeAll(async () => {
  app = await runApp({ 'a/test.yaml': 'source: crud\nhandler: log\n' });
});
afterAll(() => app[Symbol.asyncDispose]());

function ask(method: string, path: string): Promise<Response> {
  return fetch(`${app.app.url}${path}`, { method });
}

describe('a method a path does not have', () => {
  it.each([
    ['GET', '/events', 'POST'],
    ['HEAD', '/events', 'POST'],
    ['DELETE', '/events', 'POST'],
    ['POST', '/events/some-id', 'GET'],
    ['DELETE', '/events/some-id/', 'GET'],
    ['POST', '/deliveries', 'GET'],
    ['PUT', '/deliveries/some-id', 'GET'],
    ['POST', '/status', 'GET'],
    ['POST', '/healthz', 'GET'],
    ['PATCH', '/readyz', 'GET'],
    ['PUT', '/openapi.json', 'GET'],
    ['POST', '/event-hooks/some/hook', 'GET'],
    ['POST', '/event-hooks/some/hook/ping', 'GET'],
    ['PROPFIND', '/status', 'GET'],
  ])('is 405 for %s %s, with what would be answered', async (method, path, allow) => {
    const response = await ask(method, path);
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe(allow);
    const message = `Cannot ${method} ${path}: use ${allow}`;
    expect(await response.text()).toBe(method === 'HEAD' ? '' : JSON.stringify({ message }));
  });

  it.each(['/event-hooks', '/event-hooks/nope', '/event-hooks/sources'])(
    'says that hooks change by commit for PUT and DELETE %s',
    async (path) => {
      for (const method of ['PUT', 'DELETE']) {
        const response = await ask(method, path);
        expect(response.status).toBe(405);
        expect(response.headers.get('allow')).toBe('GET');
      }
    },
  );
});

describe('HEAD', () => {
  it.each(['/event-hooks', '/event-hooks/a/test', '/status', '/healthz', '/openapi.json', '/deliveries'])(
    'answers as GET does on %s, without a body',
    async (path) => {
      const response = await ask('HEAD', path);
      expect(response.status).toBe(200);
      expect(await response.text()).toBe('');
      expect(Number(response.headers.get('content-length'))).toBeGreaterThan(0);
    },
  );
});

describe('OPTIONS', () => {
  it.each([
    ['/events', 'POST'],
    ['/events/some-id', 'GET'],
    ['/event-hooks', 'GET'],
    ['/event-hooks/a%2Ftest', 'GET'],
    ['/event-hooks/a/test', 'GET, POST'],
    ['/event-hooks/sources/crud', 'GET'],
    ['/status', 'GET'],
  ])('answers what %s allows', async (path, allow) => {
    const response = await ask('OPTIONS', path);
    expect(response.status).toBe(204);
    expect(response.headers.get('allow')).toBe(allow);
  });
});

describe('a path nobody serves', () => {
  it.each([
    '/',
    '/nowhere',
    '/event-hook',
    '/events/a/b',
    '/deliveries/a/b',
    '/%2e%2e/etc/passwd',
    '//events',
  ])('is 404 for %s with any method', async (path) => {
    for (const method of ['GET', 'POST', 'OPTIONS']) {
      const response = await ask(method, path);
      expect(response.status).toBe(404);
      expect(await response.json()).toEqual({ message: 'Not found' });
    }
  });
});
