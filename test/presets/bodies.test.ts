import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BUILT_IN } from '../../src/catalogue/built-in.ts';
import type { WebhookCustomConfig } from '../../src/definitions/definition.ts';
import type { HookEvent } from '../../src/event.ts';
import { PRESET_NAMES, type PresetName } from '../../src/presets/presets.ts';
import { hostileEvent } from '../helpers/hostile-event.ts';
import { toHookEvent } from '../helpers/live-hook.ts';
import { loadHook } from '../helpers/load-text.ts';
import type { RecordedRequest } from '../helpers/recording-server.ts';
import { startWebhooks, toCustomWebhook, type Webhooks } from '../helpers/start-webhooks.ts';

const ENV = {
  PAGERDUTY_ROUTING_KEY: '0123456789abcdef0123456789abcdef',
  OPSGENIE_AUTHORIZATION: 'GenieKey 0123',
  GITHUB_AUTHORIZATION: 'Bearer ghp_0123',
};
/** Bytes a receiver takes in all, where it says so. */
const MAX_BYTES: Partial<Record<PresetName, number>> = {
  teams: 28 * 1024,
  pagerduty: 512 * 1024,
  'google-chat': 32_000,
  'github-dispatch': 64 * 1024,
};

/** What the receiver of a preset documents of its bodies. */
function toShape(preset: PresetName): (body: unknown) => readonly string[] {
  const ajv = new Ajv2020({ allErrors: true });
  addFormats.default(ajv);
  const validate = ajv.compile(
    JSON.parse(readFileSync(`test/fixtures/receivers/${preset}.schema.json`, 'utf8')),
  );
  return (body) =>
    validate(body)
      ? []
      : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

function configOf(preset: PresetName): WebhookCustomConfig {
  const { config } = loadHook(`source: crud\nhandler: webhook-custom\nconfig: { preset: ${preset} }\n`);
  return config as WebhookCustomConfig;
}

/** Sends an event through the hook of a preset to a server that stands for the receiver. */
type Send = (event: Partial<HookEvent>) => Promise<RecordedRequest>;

function toSend(preset: PresetName, { receiver, run }: Webhooks): Send {
  const hook = toCustomWebhook({ ...configOf(preset), url: receiver.url });
  return async (event) => {
    const before = receiver.requests.length;
    const { kind, error } = await run(hook, toHookEvent(event));
    expect([kind, error]).toEqual(['success', undefined]);
    const [request, ...others] = receiver.requests.slice(before);
    if (request === undefined || others.length > 0) throw new Error('Cannot see one request');
    return request;
  };
}

describe.each(PRESET_NAMES)('what the preset %s sends', (preset) => {
  const findMisfits = toShape(preset);

  it('has the shape the receiver documents, and its limits, whatever the event', async () => {
    await using webhooks = await startWebhooks({ env: ENV });
    const send = toSend(preset, webhooks);
    await fc.assert(
      fc.asyncProperty(hostileEvent, async (event) => {
        const { body } = await send(event);
        expect(findMisfits(JSON.parse(body))).toEqual([]);
        expect(Buffer.byteLength(body)).toBeLessThanOrEqual(MAX_BYTES[preset] ?? Number.POSITIVE_INFINITY);
      }),
      { numRuns: 150 },
    );
  });

  it('has it for every event of the built-in catalogue, with every field it lists', async () => {
    await using webhooks = await startWebhooks({ env: ENV });
    const send = toSend(preset, webhooks);
    for (const [source, events] of BUILT_IN)
      for (const [event, { fields = [] }] of events) {
        const data = Object.fromEntries(fields.map((field) => [field, { name: field }]));
        const { body } = await send({ source, event, data });
        expect(findMisfits(JSON.parse(body))).toEqual([]);
        expect(body).toContain(event);
      }
  });

  it('is what a person reads', async () => {
    await using webhooks = await startWebhooks({ env: ENV });
    const data = {
      operation: 'create',
      schema: 'consumers',
      entity: { id: 'c-1', username: 'jane <j@a.example>' },
    };
    const { method, headers, body } = await toSend(preset, webhooks)({ data });
    const { host: _host, 'content-length': _length, 'user-agent': agent, ...said } = headers;
    expect(agent).toMatch(/^hookline\//);
    expect({ method, headers: said, body: JSON.parse(body) }).toMatchSnapshot();
  });
});

describe('a preset', () => {
  it.each(PRESET_NAMES)('sends nothing while its secrets are not there: %s', async (preset) => {
    await using webhooks = await startWebhooks();
    await expect(webhooks.sendCustom(configOf(preset))).rejects.toThrow('could not get');
    expect(webhooks.receiver.requests).toEqual([]);
  });

  it('lets nothing of an event out of the code of a chat', async () => {
    await using webhooks = await startWebhooks({ env: ENV });
    const data = { operation: '`', entity: { username: '```\n@everyone <users/all>' } };
    for (const [preset, key] of [
      ['discord', 'content'],
      ['google-chat', 'text'],
    ] as const) {
      const text = JSON.parse((await toSend(preset, webhooks)({ data })).body)[key] as string;
      // Two in the code of each word, three at either end of the block.
      expect(text.match(/`/g)).toHaveLength(10);
    }
  });

  it('gives a workflow of GitHub the event as it is, or says that it is too long', async () => {
    await using webhooks = await startWebhooks({ env: ENV });
    const send = toSend('github-dispatch', webhooks);
    const sent = toHookEvent({ data: { id: 7, event: 'mine', nested: [{ a: '"' }] } });
    const { attributes: _, ...event } = sent;
    expect(JSON.parse((await send(sent)).body)).toEqual({
      event_type: 'crud.consumers',
      client_payload: event,
    });
    const long = { ...sent, data: { text: 'x'.repeat(20_000) } };
    expect(JSON.parse((await send(long)).body).client_payload).toEqual({ ...event, data: null });
  });
});
