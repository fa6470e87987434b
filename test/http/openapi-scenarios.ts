import { createHmac } from 'node:crypto';
import type { Json } from '../../src/event.ts';
import { readOperations } from '../helpers/api-description.ts';
import { declareToken } from '../helpers/tokens.ts';

/** Definitions the requests below are made to; `self.yaml`, a webhook to the server itself, is added once it listens. */
export const FILES = {
  'log.yaml': 'source: crud\nevent: consumers\nhandler: log\n',
  'off.yaml': 'source: crud\nevent: consumers\nhandler: log\nenabled: false\nretry: { attempts: 3 }\n',
  'lambda.yaml':
    'source: crud\nevent: routes\nhandler: lambda\nconfig: { functions: ["(data) => data.entity.name"] }\n',
  'team/custom.yaml':
    'source: crud\nevent: services\nhandler: webhook-custom\nconfig: { method: GET, url: "http://127.0.0.1:9/" }\n',
  'signed.yaml':
    'source: crud\nevent: plugins\nhandler: webhook\nconfig: { url: "http://127.0.0.1:9/", secret: ["{vault://env/signing}", hunter2] }\n',
  'team/signed.yaml':
    'source: crud\nevent: plugins\nhandler: webhook-custom\nconfig: { method: GET, url: "http://127.0.0.1:9/", secret: [hunter2] }\n',
  'billing.yaml':
    'kind: EventSource\nname: billing\nevents: { paid: { unique: [a], schema: { type: object } } }\n',
  'github.yaml':
    'kind: EventSource\nname: github\nevents: { push: {}, issues: {} }\ninlet: { verify: github, secret: hunter2 }\n',
  'dark.yaml':
    'kind: EventSource\nname: dark\nevents: { push: {} }\ninlet: { verify: token, secret: "{vault://env/unset}" }\n',
};
const EVENT = { source: 'crud', event: 'consumers', data: {} };
const LARGE = `"${'x'.repeat(1024 * 1024)}"`;

const TEXT = { 'content-type': 'text/plain' };
const PUSH = { 'x-gitlab-token': 'hunter2', 'x-gitlab-event': 'Push Hook', 'x-gitlab-event-uuid': 'one' };

/** Headers GitHub sends with a body. */
function signed(body: string, event: string): Record<string, string> {
  const signature = createHmac('sha256', 'hunter2').update(body).digest('hex');
  return { 'x-hub-signature-256': `sha256=${signature}`, 'x-github-event': event };
}

/** Receivers of pushes: one, and one whose secret is not there. */
export const RECEIVERS = [
  { name: 'push', type: 'gitlab', secret: '{vault://env/push}' },
  { name: 'dark', type: 'gitlab', secret: '{vault://env/dark}' },
];

/** A request, the operation it is one of, and the status it is answered with. */
export interface Scenario {
  readonly of: string;
  readonly path: string;
  readonly status: number;
  readonly body?: Json;
  readonly headers?: Readonly<Record<string, string>>;
  /** Asked of a server without a good set of definitions. */
  readonly broken?: true;
  /** Asked of a server that declares TOKENS. */
  readonly guarded?: true;
}

const reader = declareToken('reader', { scopes: ['read'] });
const sender = declareToken('sender');
/** A token that may send one event, an hour. */
export const HASTY = declareToken('hasty', { rate: { limit: 1, per: 'hour' } });
/** Tokens of a server that asks for them. */
export const TOKENS = [reader, sender, HASTY].map(({ settings }) => settings);

/** Every operation that asks for a token, without one and with one that lacks the scope. */
const ACCESS_SCENARIOS = readOperations()
  .filter(({ scope }) => scope !== null)
  .flatMap(({ method, path, scope }): readonly Scenario[] => {
    const asked = { of: `${method} ${path}`, path: path.replaceAll(/\{\w+\}/g, 'x'), guarded: true } as const;
    const { headers } = scope === 'read' ? sender : reader;
    return [
      { ...asked, status: 401 },
      { ...asked, status: 403, headers },
    ];
  });

const NDJSON = { 'content-type': 'application/x-ndjson' };
const ANY_TAG = { 'if-none-match': '*' };

/**
 * Every status of every operation at least once. Ids in braces are those of the first event and its delivery, of a
 * delivery that stays pending, and of a replay.
 */
export const SCENARIOS: readonly Scenario[] = [
  ...ACCESS_SCENARIOS,
  {
    of: 'post /events',
    path: '/events',
    status: 429,
    body: { source: 'crud', event: 'consumers', data: {} },
    headers: { ...HASTY.headers, 'content-type': 'application/json' },
    guarded: true,
  },
  { of: 'post /events', path: '/events', status: 202, body: { ...EVENT, id: 'twice' } },
  { of: 'post /events', path: '/events/', status: 202, body: { ...EVENT, id: 'twice' } },
  { of: 'post /events', path: '/events', status: 202, body: [EVENT, EVENT] },
  { of: 'post /events', path: '/events', status: 202, body: JSON.stringify(EVENT), headers: NDJSON },
  { of: 'post /events', path: '/events', status: 207, body: `${JSON.stringify(EVENT)}\n7`, headers: NDJSON },
  { of: 'post /events', path: '/events', status: 400, body: '{' },
  { of: 'post /events', path: '/events', status: 413, body: LARGE },
  {
    of: 'post /events',
    path: '/events',
    status: 415,
    body: 'a=b',
    headers: { 'content-type': 'text/plain' },
  },
  { of: 'post /events', path: '/events', status: 422, body: { ...EVENT, source: 'crd' } },
  { of: 'post /events', path: '/events', status: 422, body: [EVENT, { ...EVENT, event: 'consumer' }] },
  { of: 'post /events', path: '/events', status: 503, body: EVENT, broken: true },
  { of: 'post /in/{source}', path: '/in/github', status: 202, body: {}, headers: signed('{}', 'push') },
  { of: 'post /in/{source}', path: '/in/github', status: 200, body: {}, headers: signed('{}', 'ping') },
  { of: 'post /in/{source}', path: '/in/github', status: 400, body: '{', headers: signed('{', 'push') },
  { of: 'post /in/{source}', path: '/in/github', status: 401, body: {} },
  { of: 'post /in/{source}', path: '/in/nope', status: 404, body: {} },
  { of: 'post /in/{source}', path: '/in/github', status: 413, body: LARGE },
  {
    of: 'post /in/{source}',
    path: '/in/github',
    status: 415,
    body: {},
    headers: { 'content-encoding': 'br' },
  },
  { of: 'post /in/{source}', path: '/in/github', status: 422, body: {}, headers: signed('{}', 'nope') },
  { of: 'post /in/{source}', path: '/in/dark', status: 503, body: {} },
  { of: 'get /events/{id}', path: '/events/{event}', status: 200 },
  { of: 'get /events/{id}', path: '/events/{event}?source=crud&source=x', status: 400 },
  { of: 'get /events/{id}', path: '/events/nope', status: 404 },
  { of: 'get /explain', path: '/explain?id={event}&hook=log', status: 200 },
  { of: 'get /explain', path: '/explain?source=crud&event=plugins&data=%7B%7D', status: 200 },
  { of: 'get /explain', path: '/explain?source=crud&event=plugin', status: 200 },
  { of: 'get /explain', path: '/explain', status: 400 },
  { of: 'get /explain', path: '/explain?id=nope', status: 404 },
  { of: 'get /explain', path: '/explain?source=crud&event=plugins&data=[]', status: 422 },
  { of: 'get /explain', path: '/explain?source=crud&event=plugins', status: 503, broken: true },
  { of: 'post /explain', path: '/explain', status: 200, body: EVENT },
  { of: 'post /explain', path: '/explain', status: 400, body: '{' },
  { of: 'post /explain', path: '/explain?hook=nope', status: 404, body: EVENT },
  { of: 'post /explain', path: '/explain', status: 413, body: LARGE },
  { of: 'post /explain', path: '/explain', status: 415, body: 'a=b', headers: TEXT },
  { of: 'post /explain', path: '/explain', status: 422, body: {} },
  { of: 'post /explain', path: '/explain', status: 503, body: EVENT, broken: true },
  { of: 'get /deliveries', path: '/deliveries?size=1&hook=log', status: 200 },
  { of: 'get /deliveries', path: '/deliveries?state=nope', status: 400 },
  { of: 'get /deliveries/{id}', path: '/deliveries/{delivery}', status: 200 },
  { of: 'get /deliveries/{id}', path: '/deliveries/nope', status: 404 },
  { of: 'post /deliveries/{id}/redeliver', path: '/deliveries/{delivery}/redeliver', status: 202 },
  { of: 'post /deliveries/{id}/redeliver', path: '/deliveries/nope/redeliver', status: 404 },
  { of: 'post /deliveries/{id}/redeliver', path: '/deliveries/{pending}/redeliver', status: 202 },
  { of: 'post /deliveries/redeliver', path: '/deliveries/redeliver', status: 202, body: { hook: 'log' } },
  { of: 'post /deliveries/redeliver', path: '/deliveries/redeliver', status: 400, body: {} },
  { of: 'post /deliveries/redeliver', path: '/deliveries/redeliver', status: 400, body: { hok: 'log' } },
  {
    of: 'post /deliveries/redeliver',
    path: '/deliveries/redeliver',
    status: 415,
    body: 'a=b',
    headers: { 'content-type': 'text/plain' },
  },
  { of: 'get /replays/{id}', path: '/replays/{replay}', status: 200 },
  { of: 'get /replays/{id}', path: '/replays/nope', status: 404 },
  { of: 'get /event-hooks', path: '/event-hooks', status: 200 },
  { of: 'get /event-hooks', path: '/event-hooks?size=1', status: 200 },
  { of: 'get /event-hooks', path: '/event-hooks', status: 304, headers: ANY_TAG },
  { of: 'get /event-hooks', path: '/event-hooks?size=0', status: 400 },
  { of: 'get /event-hooks', path: '/event-hooks?offset=*', status: 400 },
  { of: 'post /event-hooks', path: '/event-hooks', status: 405, body: { source: 'crud', handler: 'log' } },
  { of: 'post /event-hooks', path: '/event-hooks', status: 405, body: { source: 'crud' } },
  { of: 'post /event-hooks', path: '/event-hooks', status: 413, body: LARGE },
  { of: 'get /event-hooks/{hook}', path: '/event-hooks/team/custom', status: 200 },
  { of: 'get /event-hooks/{hook}', path: '/event-hooks/signed', status: 200 },
  { of: 'get /event-hooks/{hook}', path: '/event-hooks/team/signed', status: 200 },
  { of: 'get /event-hooks/{hook}', path: '/event-hooks/log', status: 304, headers: ANY_TAG },
  { of: 'get /event-hooks/{hook}', path: '/event-hooks/nope', status: 404 },
  { of: 'put /event-hooks/{hook}', path: '/event-hooks/log', status: 405, body: {} },
  {
    of: 'patch /event-hooks/{hook}',
    path: '/event-hooks/team/custom',
    status: 405,
    body: { enabled: false },
  },
  { of: 'delete /event-hooks/{hook}', path: '/event-hooks/log', status: 405 },
  { of: 'delete /event-hooks/{hook}', path: '/event-hooks/nope', status: 405 },
  { of: 'post /event-hooks/{hook}/test', path: '/event-hooks/log/test', status: 200, body: {} },
  {
    of: 'post /event-hooks/{hook}/test',
    path: '/event-hooks/lambda/test',
    status: 200,
    body: { entity: { name: 'a' } },
  },
  { of: 'post /event-hooks/{hook}/test', path: '/event-hooks/self/test', status: 200, body: {} },
  { of: 'post /event-hooks/{hook}/test', path: '/event-hooks/log/test', status: 400, body: '[]' },
  { of: 'post /event-hooks/{hook}/test', path: '/event-hooks/nope/test', status: 404, body: {} },
  { of: 'post /event-hooks/{hook}/test', path: '/event-hooks/log/test', status: 413, body: LARGE },
  {
    of: 'post /event-hooks/{hook}/test',
    path: '/event-hooks/log/test',
    status: 415,
    body: 'a=b',
    headers: { 'content-type': 'text/plain' },
  },
  { of: 'post /event-hooks/{hook}/test', path: '/event-hooks/lambda/test', status: 500, body: {} },
  { of: 'get /event-hooks/{hook}/ping', path: '/event-hooks/self/ping', status: 200 },
  { of: 'get /event-hooks/{hook}/ping', path: '/event-hooks/log/ping', status: 400 },
  { of: 'get /event-hooks/{hook}/ping', path: '/event-hooks/nope/ping', status: 404 },
  { of: 'get /event-hooks/sources', path: '/event-hooks/sources', status: 200 },
  { of: 'get /event-hooks/sources/{source}', path: '/event-hooks/sources/billing', status: 200 },
  { of: 'get /event-hooks/sources/{source}', path: '/event-hooks/sources/nope', status: 404 },
  {
    of: 'get /event-hooks/sources/{source}/{event}',
    path: '/event-hooks/sources/balancer/health',
    status: 200,
  },
  { of: 'get /event-hooks/sources/{source}/{event}', path: '/event-hooks/sources/billing/nope', status: 404 },
  { of: 'get /status', path: '/status', status: 200 },
  { of: 'get /status', path: '/status', status: 200, broken: true },
  { of: 'get /healthz', path: '/healthz', status: 200 },
  { of: 'get /readyz', path: '/readyz', status: 200 },
  { of: 'get /readyz', path: '/readyz', status: 503, broken: true },
  { of: 'get /readyz', path: '/readyz?max_age=soon', status: 400 },
  { of: 'post /reconcile', path: '/reconcile?wait=true', status: 200 },
  { of: 'post /reconcile', path: '/reconcile', status: 202 },
  { of: 'post /reconcile', path: '/reconcile', status: 400, body: { sources: ['nope'] } },
  { of: 'post /reconcile', path: '/reconcile', status: 415, body: 'a=b', headers: TEXT },
  { of: 'post /reconcile/confirm', path: '/reconcile/confirm', status: 200, body: { revision: '{held}' } },
  { of: 'post /reconcile/confirm', path: '/reconcile/confirm', status: 400, body: {} },
  { of: 'post /reconcile/confirm', path: '/reconcile/confirm', status: 409, body: { revision: 'x' } },
  { of: 'post /reconcile/confirm', path: '/reconcile/confirm', status: 415, body: 'a=b', headers: TEXT },
  { of: 'post /receivers/{name}', path: '/receivers/push', status: 202, body: {}, headers: PUSH },
  { of: 'post /receivers/{name}', path: '/receivers/push', status: 200, body: {}, headers: PUSH },
  { of: 'post /receivers/{name}', path: '/receivers/push', status: 401, body: {} },
  { of: 'post /receivers/{name}', path: '/receivers/nope', status: 404, body: {} },
  { of: 'post /receivers/{name}', path: '/receivers/push', status: 413, body: LARGE },
  { of: 'post /receivers/{name}', path: '/receivers/dark', status: 503, body: {} },
  { of: 'get /.well-known/jwks.json', path: '/.well-known/jwks.json', status: 200 },
  { of: 'get /openapi.json', path: '/openapi.json', status: 200 },
];
