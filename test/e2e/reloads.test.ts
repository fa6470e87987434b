import { describe, expect, it } from 'vitest';
import { startRecordingServer } from '../helpers/recording-server.ts';
import { runApp } from '../helpers/running-app.ts';

function webhook(url: string, more = ''): string {
  return `source: crud\nevent: consumers\nhandler: webhook\n${more}config: { url: "${url}", ssl_verify: true }\n`;
}

describe('a hundred reloads under load', () => {
  it('lose no delivery, make none twice, and leave a snooze as it was', { timeout: 60_000 }, async () => {
    await using receiver = await startRecordingServer();
    await using app = await runApp({
      'all.yaml': webhook(`${receiver.url}/all`),
      'once.yaml': webhook(`${receiver.url}/once`, 'snooze: 3600\n'),
      'other.yaml': 'source: balancer\nhandler: log\n',
    });
    let reloading = true;
    const sent: string[] = [];
    const load = async (sender: number): Promise<void> => {
      for (let n = 0; reloading; n += 1) {
        const id = `${sender}-${n}`;
        const answer = await app.post('/events', { source: 'crud', event: 'consumers', id, data: { id } });
        expect(answer.status).toBe(202);
        sent.push(id);
      }
    };
    const senders = Promise.all([0, 1, 2, 3].map(load));
    for (let n = 1; n <= 100; n += 1) {
      const next = app.nextReport();
      // The hooks under load change too: in what is not sent.
      app.hooks.write('all.yaml', webhook(`${receiver.url}/all`, `description: version ${n}\n`));
      app.hooks.write(
        'once.yaml',
        webhook(`${receiver.url}/once`, `snooze: 3600\ndescription: version ${n}\n`),
      );
      void app.app.reconcile();
      await next;
    }
    reloading = false;
    await senders;
    await app.app.idle();
    const idsAt = (path: string): readonly string[] =>
      receiver.requests.filter(({ url }) => url === path).map(({ body }) => JSON.parse(body).id);
    expect(sent.length).toBeGreaterThan(100);
    expect(idsAt('/all').toSorted()).toEqual(sent.toSorted());
    expect(idsAt('/once')).toHaveLength(1);
    expect(app.reports.filter(({ kind }) => kind === 'applied').length).toBeGreaterThan(50);
  });
});
