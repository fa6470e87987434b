import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/event.ts';
import { startRecordingServer } from '../helpers/recording-server.ts';
import { type RunningApp, runApp } from '../helpers/running-app.ts';

function toHook(source: string, event: string | null, url: string, more = ''): string {
  return `source: ${source}\nevent: ${event}\nhandler: webhook\n${more}config: { url: "${url}" }\n`;
}

async function emit(app: RunningApp, event: string): Promise<void> {
  const data = { operation: event.split(':')[1] ?? 'create', entity: { username: 'jane' } };
  const { status } = await app.emit('crud', event, data);
  expect(status).toBe(202);
}

describe('a change of an entity', () => {
  it('is one event with two names: it goes once to a hook on either, and once to one on the whole source', async () => {
    await using receiver = await startRecordingServer();
    await using app = await runApp({
      'broad.yaml': toHook('crud', 'consumers', `${receiver.url}/broad`),
      'narrow.yaml': toHook('crud', 'consumers:create', `${receiver.url}/narrow`),
      'other.yaml': toHook('crud', 'consumers:delete', `${receiver.url}/other`),
      'whole.yaml': toHook('crud', null, `${receiver.url}/whole`),
      'named.yaml': toHook('crud', 'consumers', `${receiver.url}/named`, 'filter: event == "consumers"\n'),
    });
    await emit(app, 'consumers:create');
    const got = receiver.requests.map(({ url, body }) => [url, (JSON.parse(body) as JsonObject).event]);
    expect(got.sort()).toEqual([
      ['/broad', 'consumers'],
      ['/named', 'consumers'],
      ['/narrow', 'consumers:create'],
      ['/whole', 'consumers:create'],
    ]);
  });

  it('that says no more than the entity is for hooks on that and on the whole source', async () => {
    await using receiver = await startRecordingServer();
    await using app = await runApp({
      'broad.yaml': toHook('crud', 'consumers', `${receiver.url}/broad`),
      'narrow.yaml': toHook('crud', 'consumers:create', `${receiver.url}/narrow`),
      'whole.yaml': toHook('crud', null, `${receiver.url}/whole`),
    });
    await emit(app, 'consumers');
    expect(receiver.requests.map(({ url }) => url).sort()).toEqual(['/broad', '/whole']);
  });

  it('is snoozed by the name its hook is declared on', async () => {
    await using receiver = await startRecordingServer();
    await using app = await runApp({
      'broad.yaml': toHook('crud', 'consumers', `${receiver.url}/broad`, 'snooze: 3600\n'),
      'whole.yaml': toHook('crud', null, `${receiver.url}/whole`, 'snooze: 3600\n'),
    });
    await emit(app, 'consumers:create');
    await emit(app, 'consumers:update');
    expect(receiver.requests.map(({ url }) => url).sort()).toEqual(['/broad', '/whole', '/whole']);
  });
});
