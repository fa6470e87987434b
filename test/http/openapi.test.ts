import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/event.ts';
import { type ApiParts, createApi } from '../../src/http/api.ts';
import { VERSION } from '../../src/version.ts';
import {
  examplesOf,
  findMisfits,
  mediaOf,
  type Operation,
  readOperations,
  readTags,
} from '../helpers/api-description.ts';
import { type Answer, type RunningApp, runApp } from '../helpers/running-app.ts';
import { FILES, HASTY, RECEIVERS, SCENARIOS, type Scenario, TOKENS } from './openapi-scenarios.ts';

const OPERATIONS = readOperations();
const BROKEN = { 'bad.yaml': 'source: crud\nhandler: webhok\n' };
const JSON_TYPE = { 'content-type': 'application/json' };

let app: RunningApp;
let broken: RunningApp;
let guarded: RunningApp;
let ids: Readonly<Record<string, string>>;
beforeAll(async () => {
  [app, broken, guarded] = await Promise.all([
    runApp(FILES, { env: { PUSH: 'hunter2' }, settings: { receivers: RECEIVERS } }),
    runApp(BROKEN),
    runApp({ 'log.yaml': FILES['log.yaml'] }, { settings: { tokens: TOKENS } }),
  ]);
  app.hooks.write(
    'self.yaml',
    `source: dao:crud\nhandler: webhook\nconfig: { url: "${app.app.url}/event-hooks/log/test", secret: hunter2 }\n`,
  );
  await guarded.post('/events', { source: 'crud', event: 'consumers', data: {} }, HASTY.headers);
  await app.app.reconcile();
  const [first, pending] = [await emit('consumers'), await emit('services')];
  const { body } = await app.post('/deliveries/redeliver', { hook: 'nobody' });
  const { id: replay } = body as { id: string };
  const held = await hold();
  ids = { held, event: first.id, delivery: first.delivery, pending: pending.delivery, replay };
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await broken[Symbol.asyncDispose]();
  await guarded[Symbol.asyncDispose]();
});

/** Has a change held: it removes every hook. Answers its revision. */
async function hold(): Promise<string> {
  for (const file of Object.keys(FILES)) rmSync(join(app.hooks.path, file));
  rmSync(join(app.hooks.path, 'self.yaml'));
  await app.app.reconcile();
  const { lastAttempted } = (await app.get('/status')).body as { lastAttempted: { revision: string } };
  return lastAttempted.revision;
}

async function emit(event: string): Promise<{ readonly id: string; readonly delivery: string }> {
  const { body } = await app.emit('crud', event, {});
  const { id, hooks } = body as { id: string; hooks: { delivery: string }[] };
  return { id, delivery: hooks[0]?.delivery ?? '' };
}

async function ask({ of, path, body, headers = JSON_TYPE, ...where }: Scenario): Promise<Answer> {
  const { app: asked } = where.broken ? broken : where.guarded ? guarded : app;
  const method = of.split(' ')[0]?.toUpperCase() ?? '';
  const url = asked.url + path.replaceAll(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? '');
  const sent = (typeof body === 'string' ? body : JSON.stringify(body))?.replace('{held}', ids.held ?? '');
  const response = await fetch(url, { method, headers, ...(sent === undefined ? {} : { body: sent }) });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

function toKey({ method, path }: Operation): string {
  return `${method} ${path}`;
}

/** What of an answer is not as it is described. */
function findMistakes(
  operation: Operation | undefined,
  { status, headers, body }: Answer,
): readonly string[] {
  const described = operation?.responses[String(status)];
  if (described === undefined) return [`status ${status} is not described`];
  const missing = Object.keys((described.headers ?? {}) as object).filter((name) => !headers.has(name));
  const media = mediaOf(described);
  const [type = ''] = (headers.get('content-type') ?? '').split(';');
  if (Object.keys(media).length === 0) return body === '' ? missing : ['a body is not described'];
  const medium = media[type];
  if (medium === undefined) return [`content-type "${type}" is not described`];
  return [...missing, ...findMisfitsOf(medium.schema as JsonObject, body)];
}

/** Of NDJSON each line is held against the schema of its content. */
function findMisfitsOf(schema: JsonObject, body: unknown): readonly string[] {
  const { contentSchema } = schema;
  if (contentSchema === undefined) return findMisfits(schema, body);
  const lines = String(body).split('\n').slice(0, -1);
  return lines.flatMap((line) => findMisfits(contentSchema, JSON.parse(line)));
}

describe('the description of the API', () => {
  it('has every route the program serves, and no other', () => {
    const served = routesOf(createApi({} as ApiParts)).filter((route) => !route.startsWith('undefined'));
    const described = OPERATIONS.filter(({ responses }) =>
      Object.keys(responses).some((status) => status < '300'),
    );
    expect(new Set([...served, 'post /events', 'post /in/{source}'])).toEqual(
      new Set([...described.map(toKey), 'post /event-hooks']),
    );
  });

  it('declares the tags of its operations', () => {
    expect(new Set(OPERATIONS.flatMap(({ tags }) => tags))).toEqual(new Set(readTags()));
  });

  it('is served as it is, with the version of the program', async () => {
    const { body } = await app.get('/openapi.json');
    expect(body).toMatchObject({ openapi: '3.1.0', info: { title: 'Hookline', version: VERSION } });
    expect(Object.keys((body as { paths: object }).paths)).toHaveLength(
      new Set(OPERATIONS.map(({ path }) => path)).size,
    );
  });

  it.each(OPERATIONS.map((operation) => [toKey(operation), operation] as const))(
    'gives examples for %s that fit their schemas',
    (_key, { requestBody, responses }) => {
      for (const body of [requestBody, ...Object.values(responses)]) {
        for (const medium of Object.values(mediaOf(body))) {
          for (const [name, value] of examplesOf(medium)) {
            expect({ name, misfits: findMisfits(medium.schema ?? {}, value) }).toEqual({ name, misfits: [] });
          }
        }
      }
    },
  );

  it('gives examples of events that are accepted', async () => {
    const operation = OPERATIONS.find((one) => toKey(one) === 'post /events');
    for (const [type, medium] of Object.entries(mediaOf(operation?.requestBody ?? null))) {
      for (const [, value] of examplesOf(medium)) {
        const body = typeof value === 'string' ? value : JSON.stringify(value);
        expect((await app.post('/events', body, { 'content-type': type })).status).toBe(202);
      }
    }
  });

  it('gives examples of hooks that can be committed', async () => {
    const operation = OPERATIONS.find((one) => toKey(one) === 'post /event-hooks');
    const examples = examplesOf(mediaOf(operation?.requestBody ?? null)['application/json'] ?? {});
    expect(examples.length).toBeGreaterThan(0);
    for (const [, value] of examples)
      expect((await app.post('/event-hooks', value)).body).toMatchObject({ yaml: expect.any(String) });
  });
});

describe('an answer', () => {
  it.each(SCENARIOS.map((scenario) => [scenario.status, scenario.of, scenario] as const))(
    'is %i for %s as it is described',
    async (status, of, scenario) => {
      const answer = await ask(scenario);
      expect(answer.status).toBe(status);
      const operation = OPERATIONS.find((one) => toKey(one) === of);
      expect(findMistakes(operation, answer)).toEqual([]);
    },
  );

  it('is held against its description for every status of every operation', () => {
    const described = OPERATIONS.flatMap((one) =>
      Object.keys(one.responses).map((status) => `${toKey(one)} ${status}`),
    );
    expect(new Set(SCENARIOS.map(({ of, status }) => `${of} ${status}`))).toEqual(new Set(described));
  });
});

interface Layer {
  readonly route?: {
    readonly path: string | readonly string[];
    readonly stack: readonly { readonly method?: string }[];
  };
  readonly handle: unknown;
}

/** The routes of a router and of those in it, as "method path" with the path as OpenAPI has it. */
function routesOf(router: unknown): readonly string[] {
  const { stack = [] } =
    (router as { router?: { stack: readonly Layer[] } }).router ?? (router as { stack?: readonly Layer[] });
  return stack.flatMap(({ route, handle }) =>
    route === undefined
      ? routesOf(handle)
      : [route.path]
          .flat()
          .flatMap((path) => route.stack.map(({ method }) => `${method} ${toTemplate(path)}`)),
  );
}

function toTemplate(path: string): string {
  return path.replace('*name', '{hook}').replaceAll(/:(\w+)/g, '{$1}');
}
