import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { runApp } from '../helpers/running-app.ts';

const FILES = {
  'every-second.yaml': 'kind: EventSource\nname: heartbeat\nschedule: { cron: "* * * * * *" }\n',
  'beat.yaml': 'source: heartbeat\nevent: tick\nhandler: log\n',
};

describe('a source with a schedule', () => {
  it('has its ticks delivered, and each of them once over a restart', async () => {
    await using app = await runApp(FILES);
    const ticks = async (): Promise<readonly string[]> => {
      const { body } = await app.get('/deliveries?source=heartbeat&size=1000');
      const { data } = body as { readonly data: readonly { readonly event_id: string }[] };
      return data.map(({ event_id }) => event_id);
    };
    const until = async (count: number): Promise<void> => {
      while ((await ticks()).length < count) await delay(50);
    };
    await until(1);
    await app.restart();
    await until(2);
    const ids = await ticks();
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => /^tick-\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/.test(id))).toBe(true);
    expect((await app.get('/status')).body).toMatchObject({
      feeds: [{ source: 'heartbeat', kind: 'schedule', problem: null }],
    });
  });
});
