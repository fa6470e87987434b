import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadPreset } from '../../src/presets/presets.ts';
import { startRecordingServer } from '../helpers/recording-server.ts';
import { type RunningApp, runApp } from '../helpers/running-app.ts';
import { askToWrite } from '../helpers/suggestion.ts';

const SECRET = 'marker-of-the-routing-key';

/** A hook for PagerDuty that says a severity of its own. */
function pagerDuty(url: string, name: string): string {
  return `name: ${name}
source: balancer
event: health
handler: webhook-custom
config:
  preset: pagerduty
  url: ${url}
  payload: { client: null, payload: { severity: critical } }
`;
}

async function showHook({ get }: RunningApp, name: string): Promise<object> {
  return (await get(`/event-hooks/${name}`)).body as object;
}

describe('a hook with a preset', () => {
  it('is live with all that the preset fills in, and delivers it', async () => {
    await using receiver = await startRecordingServer();
    await using app = await runApp(
      { 'team/alerts.yaml': pagerDuty(receiver.url, 'alerts') },
      { env: { PAGERDUTY_ROUTING_KEY: SECRET } },
    );
    expect(app.reports.at(-1)).toMatchObject({ kind: 'applied', problems: [] });
    expect(await showHook(app, 'alerts')).toMatchObject({
      origin: { file: 'team/alerts.yaml', line: 1 },
      config: {
        preset: 'pagerduty',
        method: 'POST',
        url: receiver.url,
        ssl_verify: true,
        payload: { routing_key: '{vault://env/pagerduty-routing-key}', payload: { severity: 'critical' } },
      },
    });

    await app.emit('balancer', 'health', { upstream_id: 'u-1', health: 'UNHEALTHY' });
    const [request] = receiver.requests;
    expect(JSON.parse(request?.body ?? '')).toMatchObject({
      routing_key: SECRET,
      event_action: 'trigger',
      payload: { summary: 'balancer health', severity: 'critical', source: 'balancer', class: 'health' },
    });
    expect(request?.body).not.toContain('"client"');
    const shown = [await showHook(app, 'alerts'), (await app.get('/deliveries')).body, app.log];
    expect(JSON.stringify(shown)).not.toContain(SECRET);
  });

  it('is shown for a commit as it is declared, without what the preset fills in', async () => {
    await using app = await runApp({ 'alerts.yaml': pagerDuty('http://127.0.0.1:9/', 'alerts') });
    const { yaml } = await askToWrite(app, 'PATCH /event-hooks/alerts', { snooze: 60 });
    expect(parse(yaml)).toEqual({
      name: 'alerts',
      source: 'balancer',
      event: 'health',
      snooze: 60,
      handler: 'webhook-custom',
      config: {
        preset: 'pagerduty',
        url: 'http://127.0.0.1:9/',
        payload: { client: null, payload: { severity: 'critical' } },
      },
    });
  });

  it('may not use what the settings refer to, also where only the preset says it', async () => {
    await using app = await runApp(
      { 'chat.yaml': 'source: crud\nhandler: webhook-custom\nconfig:\n  preset: slack\n' },
      {
        env: { SLACK_URL: 'http://127.0.0.1:9/' },
        settings: { egress: { proxy: '{vault://env/slack-url}' } },
      },
    );
    expect(app.reports.at(-1)).toMatchObject({
      problems: [{ code: 'reference_reserved', file: 'chat.yaml', line: 4, path: 'config.url' }],
    });
  });

  it('changes nothing of what a preset holds for the next one', async () => {
    const before = structuredClone(loadPreset('pagerduty').config);
    await using app = await runApp({
      'a.yaml': pagerDuty('http://127.0.0.1:9/', 'a'),
      'b.yaml': 'source: crud\nhandler: webhook-custom\nconfig: { preset: pagerduty }\n',
    });
    expect(await showHook(app, 'b')).toMatchObject({ config: before });
  });
});
