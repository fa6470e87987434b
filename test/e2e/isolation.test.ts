import { describe, expect, it } from 'vitest';
import {
  type FaultReceiver,
  startDripping,
  startHanging,
  startHuge,
  startResetting,
} from '../helpers/fault-receiver.ts';
import { startRecordingServer } from '../helpers/recording-server.ts';
import { runApp } from '../helpers/running-app.ts';

const EVENTS = 300;

function webhook(url: string): string {
  // An attempt may take longer than the test: what ends the faulty ones is not the clock but the end of their receivers.
  return `source: crud\nevent: consumers\nhandler: webhook\ntimeout: 600\nretry: { schedule: [600] }\nconfig: { url: "${url}", ssl_verify: true }\n`;
}

describe('receivers that hang, drip, flood and reset', () => {
  it('keep no delivery from another hook', async () => {
    await using healthy = await startRecordingServer();
    const faults: FaultReceiver[] = [];
    const files: Record<string, string> = {};
    for (const start of [startHanging, startDripping, startHuge, startResetting]) {
      const fault = await start();
      faults.push(fault);
      files[`fault-${faults.length}.yaml`] = webhook(fault.url);
    }
    for (let n = 1; n <= 6; n += 1) files[`good-${n}.yaml`] = webhook(`${healthy.url}/${n}`);
    await using app = await runApp(files);

    const event = { source: 'crud', event: 'consumers', data: {} };
    expect(
      (
        await app.post(
          '/events',
          Array.from({ length: EVENTS }, () => event),
        )
      ).status,
    ).toBe(202);
    await healthy.received(6 * EVENTS);

    const perHook = Map.groupBy(healthy.requests, ({ url }) => url);
    expect([...perHook.values()].map(({ length }) => length)).toEqual(
      Array.from({ length: 6 }, () => EVENTS),
    );
    const { body } = await app.get('/status');
    const { lanes } = body as { lanes: { hook: string; state: string }[] };
    expect(lanes.find(({ hook }) => hook === 'fault-4')?.state).toBe('open');
    expect(lanes.some(({ hook }) => hook.startsWith('good'))).toBe(false);
    for (const fault of faults) await fault[Symbol.asyncDispose]();
  });
});
