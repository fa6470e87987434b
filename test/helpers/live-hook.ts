import type { EventHook, WebhookConfig } from '../../src/definitions/definition.ts';
import type { HookEvent, JsonObject } from '../../src/event.ts';
import type { LiveHook } from '../../src/reconcile/snapshot.ts';
import { START } from './held-clock.ts';

/** A webhook's config with every default. */
export const WEBHOOK_CONFIG: WebhookConfig = {
  url: 'http://127.0.0.1:1/',
  format: 'kong',
  headers: {},
  secret: null,
  signature: 'sha1',
  ssl_verify: false,
  tls: null,
  proxy: null,
  auth: null,
};

/** A full webhook definition; tests name what matters to them. */
export function toEventHook(overrides: Partial<EventHook> = {}): EventHook {
  const name = overrides.name ?? 'a-hook';
  return {
    kind: 'EventHook',
    id: `id-of-${name}`,
    name,
    description: null,
    labels: {},
    enabled: true,
    source: 'crud',
    event: 'consumers',
    on_change: null,
    snooze: null,
    filter: null,
    retry: null,
    timeout: 30,
    concurrency: 16,
    rate: null,
    ordered: null,
    handler: 'webhook',
    config: WEBHOOK_CONFIG,
    ...overrides,
  } as EventHook;
}

/** A live hook around a definition. */
export function toLiveHook(overrides: Partial<EventHook> = {}, live: Partial<LiveHook> = {}): LiveHook {
  const definition = toEventHook(overrides);
  return {
    definition,
    origin: { source: 'dir:hooks.d', owner: '', file: `${definition.name}.yaml`, line: 1 },
    revision: 'dir@sha256:1',
    createdAt: START,
    updatedAt: START,
    filter: null,
    templates: null,
    program: null,
    digest: 'digest',
    ...live,
  };
}

/** An event of the reference's own example. */
export function toHookEvent(overrides: Partial<HookEvent> = {}): HookEvent {
  const data: JsonObject = { operation: 'create' };
  return {
    id: 'event-1',
    source: 'crud',
    event: 'consumers',
    data,
    time: '2026-01-01T00:00:00.000Z',
    attributes: null,
    ...overrides,
  };
}
