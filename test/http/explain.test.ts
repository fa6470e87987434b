import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { Explanation, HookExplanation } from '../../src/explain/explanation.ts';
import { START } from '../helpers/held-clock.ts';
import { type RecordingServer, startRecordingServer } from '../helpers/recording-server.ts';
import { type RunningApp, runApp } from '../helpers/running-app.ts';
import { declareToken } from '../helpers/tokens.ts';

const ON = 'source: crud\nevent: consumers\n';
const BILLING = 'kind: EventSource\nname: billing\nevents: { paid: { unique: [invoice] }, sent: {} }\n';

function toFiles(url: string): Record<string, string> {
  const webhook = `handler: webhook\nconfig: { url: "${url}/", ssl_verify: true }\n`;
  return {
    'billing.yaml': BILLING,
    'a-log.yaml': 'source: crud\nhandler: log\n',
    'b-off.yaml': `${ON}enabled: false\nfilter: "false"\nhandler: log\n`,
    'c-filter.yaml': `${ON}filter: data.n > 1.0\nhandler: log\n`,
    'd-change.yaml': 'source: billing\nevent: paid\non_change: true\nhandler: log\n',
    'e-snooze.yaml': `source: billing\nevent: paid\nsnooze: 60\n${webhook}`,
    'f-both.yaml': 'source: billing\nevent: paid\non_change: true\nsnooze: 60\nhandler: log\n',
    'g-gone.yaml': `source: balancer\nevent: health\nhandler: webhook\nconfig: { url: "${url}/gone", ssl_verify: true }\n`,
    'h-dark.yaml': `source: dao:crud\nhandler: webhook\nretry: { attempts: 2, schedule: [10], jitter: 0 }
config: { url: "{vault://env/dark}", secret: hunter2, headers: { x-token: c1ear } }\n`,
    'i-routes.yaml': 'source: crud\nevent: routes\nhandler: log\n',
  };
}

let receiver: RecordingServer;
let app: RunningApp;
let now = START;
beforeAll(async () => {
  receiver = await startRecordingServer();
  app = await runApp(toFiles(receiver.url), { clock: { ...systemClock, now: () => now } });
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});
beforeEach(() => {
  receiver.status = 204;
});

async function explain(query: Readonly<Record<string, string>>): Promise<Explanation> {
  const { status, body } = await app.get(`/explain?${new URLSearchParams(query)}`);
  expect(status).toBe(200);
  return body as Explanation;
}

/** What one hook makes of an event. */
async function ask(hook: string, query: Readonly<Record<string, string>>): Promise<HookExplanation> {
  const [only, ...others] = (await explain({ ...query, hook })).hooks;
  if (only === undefined || others.length > 0) throw new Error(`Cannot find "${hook}" alone`);
  return only;
}

function gateOf({ gates }: HookExplanation, name: string) {
  return gates.find(({ gate }) => gate === name);
}

async function emit(id: string, event: object): Promise<void> {
  expect(await app.post('/events', { ...event, id })).toMatchObject({ status: 202 });
  await app.app.idle();
}

const paid = (invoice: number, noise = 0) => ({ source: 'billing', event: 'paid', data: { invoice, noise } });
const asPaid = (invoice: number) => ({
  source: 'billing',
  event: 'paid',
  data: JSON.stringify({ invoice, noise: 9 }),
});

describe('GET /explain of an event that could come', () => {
  it('tells hooks it is for from others, and why it is not for those', async () => {
    const { hooks, refused, recorded } = await explain({ source: 'crud', event: 'consumers' });
    expect({ refused, recorded }).toEqual({ refused: null, recorded: null });
    expect(hooks.map(({ hook, outcome, reason }) => [hook, outcome, reason])).toEqual([
      ['a-log', 'deliver', null],
      ['b-off', 'stop', 'disabled'],
      ['c-filter', 'stop', 'filter_error'],
      ['d-change', 'unmatched', 'other_source'],
      ['e-snooze', 'unmatched', 'other_source'],
      ['f-both', 'unmatched', 'other_source'],
      ['g-gone', 'unmatched', 'other_source'],
      ['h-dark', 'unmatched', 'other_source'],
      ['i-routes', 'unmatched', 'other_event'],
    ]);
    expect(hooks.at(-1)?.unmatched).toEqual({ message: 'it is on crud routes', hint: null });
  });

  it('says what gates say, those behind one that stops too', async () => {
    expect((await ask('b-off', { source: 'crud', event: 'consumers' })).gates).toMatchObject([
      { gate: 'enabled', verdict: 'stop', reason: 'disabled', detail: 'it is switched off (enabled: false)' },
      { gate: 'gone', verdict: 'pass', reason: null },
      { gate: 'filter', verdict: 'stop', reason: 'filter', detail: 'false is false' },
    ]);
  });

  it.each([
    ['{"n":2.5}', 'pass', 'data.n > 1.0 is true'],
    ['{"n":0.5}', 'stop', 'data.n > 1.0 is false'],
    ['{}', 'stop', 'data.n > 1.0 fails: No such key: n'],
  ])('works out a filter on %s', async (data, verdict, detail) => {
    const hook = await ask('c-filter', { source: 'crud', event: 'consumers', data });
    expect(gateOf(hook, 'filter')).toMatchObject({ verdict, detail });
  });

  it('says what was probably meant by an event that nobody may send', async () => {
    const { refused, hooks } = await explain({ source: 'crud', event: 'route' });
    expect(refused).toEqual({
      message: "source 'crud' has no 'route' event",
      hint: 'Did you mean "routes"?',
    });
    expect(hooks.find(({ hook }) => hook === 'i-routes')?.unmatched?.hint).toBe('Did you mean "routes"?');
    expect(hooks.find(({ hook }) => hook === 'b-off')?.unmatched?.hint).toBeNull();
    const strange = await explain({ source: 'biling', event: 'paid' });
    expect(strange.hooks.find(({ hook }) => hook === 'd-change')?.unmatched?.hint).toBe(
      'Did you mean "billing"?',
    );
  });

  it('knows events by the names that say more', async () => {
    const { hooks } = await explain({ source: 'crud', event: 'routes:update' });
    expect(hooks.filter(({ outcome }) => outcome === 'deliver').map(({ hook }) => hook)).toEqual([
      'a-log',
      'i-routes',
    ]);
  });

  it('shows the request without its secrets, what it lacks, and when it would be tried', async () => {
    const { request, attempts } = await ask('h-dark', {
      source: 'dao:crud',
      event: 'create',
      data: '{"a":1}',
    });
    expect(request).toMatchObject({
      method: 'POST',
      url: '******',
      headers: { 'x-token': '******' },
      body: '{"a":1,"event":"create","source":"dao:crud"}',
      cut: false,
      faults: [expect.stringMatching(/^config\.url cannot be had: .*variable DARK is not set/)],
    });
    expect(attempts).toEqual({
      at: [now, now + 10_000].map((ms) => new Date(ms).toISOString()),
      jitter: 0,
      breaker: null,
    });
  });

  it('signs nothing: whoever may only read could send it in the name of Hookline', async () => {
    const config = { url: 'http://127.0.0.1:9/', ssl_verify: true, secret: 'hunter2' };
    const hook = { source: 'crud', event: 'consumers', handler: 'webhook', config };
    await using own = await runApp({ 'hook.yaml': JSON.stringify(hook) });
    const { body } = await own.post('/explain', { source: 'crud', event: 'consumers', data: { a: 1 } });
    expect((body as Explanation).hooks).toMatchObject([
      {
        request: {
          headers: { 'x-kong-signature': '******', 'webhook-signature': '******' },
          body: '{"a":1,"event":"consumers","source":"crud"}',
        },
      },
    ]);
  });

  it('makes the requests of so many hooks, and of any that is asked alone', async () => {
    const names = Array.from({ length: 201 }, (_, index) => `hook-${String(index).padStart(3, '0')}`);
    const config = { url: 'http://127.0.0.1:9/', ssl_verify: true };
    const hook = { source: 'crud', event: 'consumers', handler: 'webhook', config };
    await using own = await runApp(
      Object.fromEntries(names.map((name) => [`${name}.yaml`, JSON.stringify(hook)])),
    );
    const path = '/explain?source=crud&event=consumers';
    const { hooks } = (await own.get(path)).body as Explanation;
    const made = hooks.filter(({ request }) => request !== null && !('error' in request));
    expect(made.map((one) => one.hook)).toEqual(names.slice(0, 200));
    expect(hooks.at(-1)).toMatchObject({ outcome: 'deliver', request: { error: expect.any(String) } });
    const alone = (await own.get(`${path}&hook=hook-200`)).body as Explanation;
    expect(alone.hooks).toMatchObject([{ request: { method: 'POST' } }]);
  });

  it('shows the beginning of a long body', async () => {
    const data = { text: 'ü'.repeat(2_000) };
    const { status, body } = await app.post('/explain?hook=h-dark', {
      source: 'dao:crud',
      event: 'create',
      data,
    });
    expect(status).toBe(200);
    const [hook] = (body as Explanation).hooks;
    const request = hook?.request;
    if (request == null || 'error' in request) throw new Error('Cannot find the request');
    expect({ cut: request.cut, length: request.body?.length }).toEqual({ cut: true, length: 1_000 });
  });

  it.each([
    ['/explain', 400, 'Give the "id"'],
    ['/explain?event=paid', 400, 'Give the "id"'],
    ['/explain?source=billing', 400, 'Give the "id"'],
    ['/explain?id=a&event=paid', 400, 'Give the "id"'],
    ['/explain?id=a&data={}', 400, 'Give the "id"'],
    ['/explain?source=billing&event=paid&data={', 400, '"data" must be JSON'],
    ['/explain?source=billing&event=paid&hok=a', 400, 'Unknown parameter "hok"'],
    ['/explain?source=billing&event=paid&data=1', 422, '"data" must be an object: got 1'],
    ['/explain?source=billing&event=paid&hook=nope', 404, 'No hook "nope" is live'],
    ['/explain?id=nope', 404, 'Not found'],
  ])('answers %s with %i', async (path, status, message) => {
    const answer = await app.get(path);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ message: expect.stringContaining(message) });
  });

  it('asks for the scope read', async () => {
    const [reader, sender] = [declareToken('reader', { scopes: ['read'] }), declareToken('sender')];
    const tokens = [reader.settings, sender.settings];
    await using guarded = await runApp({ 'log.yaml': `${ON}handler: log\n` }, { settings: { tokens } });
    const path = '/explain?source=crud&event=consumers';
    expect((await guarded.get(path)).status).toBe(401);
    expect((await guarded.get(path, sender.headers)).status).toBe(403);
    expect((await guarded.get(path, reader.headers)).status).toBe(200);
    const event = { source: 'crud', event: 'consumers', data: {} };
    expect((await guarded.post('/explain', event, sender.headers)).status).toBe(403);
    expect((await guarded.post('/explain', event, reader.headers)).status).toBe(200);
  });
});

describe('gates with state', () => {
  it('say whose snooze it is and until when, and that it ended', async () => {
    now = START;
    expect(gateOf(await ask('e-snooze', asPaid(1)), 'snooze')).toEqual({
      gate: 'snooze',
      verdict: 'pass',
      reason: null,
      detail: 'it would mute others for 1m',
      last: null,
    });
    await emit('s1', paid(1));
    now = START + 20_000;
    expect(gateOf(await ask('e-snooze', asPaid(2)), 'snooze')).toEqual({
      gate: 'snooze',
      verdict: 'stop',
      reason: 'snoozed',
      detail: 'snoozed until 00:01:00 by event s1',
      last: {
        event_id: 's1',
        passed_at: '2026-01-01T00:00:00.000Z',
        until: '2026-01-01T00:01:00.000Z',
      },
    });
    now = START + 24 * 3_600_000;
    expect(gateOf(await ask('e-snooze', asPaid(2)), 'snooze')).toMatchObject({
      verdict: 'pass',
      detail: 'the snooze by event s1 ended 2026-01-01 00:01:00',
    });
  });

  it('say with which event the data is compared, and what of it', async () => {
    now = START + 2 * 24 * 3_600_000;
    await emit('c1', paid(7));
    now += 5_000;
    expect(gateOf(await ask('d-change', asPaid(7)), 'on_change')).toMatchObject({
      verdict: 'stop',
      reason: 'unchanged',
      detail: 'the same data as event c1, let through 00:00:00 (compared: invoice)',
      last: { event_id: 'c1', until: null },
    });
    expect(gateOf(await ask('d-change', asPaid(8)), 'on_change')).toMatchObject({
      verdict: 'pass',
      detail: 'other data than event c1, let through 00:00:00 (compared: invoice)',
    });
  });

  it('say that each content has a window of its own when both are set', async () => {
    now = START + 3 * 24 * 3_600_000;
    await emit('b1', paid(1));
    const same = await ask('f-both', asPaid(1));
    expect(gateOf(same, 'on_change')).toMatchObject({
      verdict: 'pass',
      detail: 'each content has a snooze of its own (compared: invoice)',
    });
    expect(gateOf(same, 'snooze')).toMatchObject({
      verdict: 'stop',
      detail: 'snoozed until 00:01:00 by event b1',
    });
    expect(gateOf(await ask('f-both', asPaid(2)), 'snooze')).toMatchObject({ verdict: 'pass', last: null });
  });

  it('are as they were, however often somebody asks', async () => {
    now = START + 4 * 24 * 3_600_000;
    await emit('n1', paid(1));
    const counted = async (): Promise<unknown> => {
      const { counts } = (await app.get('/status')).body as { counts?: unknown };
      return { counts, list: (await app.get('/deliveries?size=1000')).body };
    };
    const before = await counted();
    const sent = receiver.requests.length;
    now += 1_000;
    for (let n = 0; n < 3; n += 1) {
      await explain(asPaid(n));
      await explain({ id: 'n1' });
      await app.post('/explain', { ...paid(n), id: 'n1' });
    }
    await app.app.idle();
    expect(await counted()).toEqual(before);
    expect(receiver.requests).toHaveLength(sent);
    expect(gateOf(await ask('e-snooze', asPaid(5)), 'snooze')?.last?.event_id).toBe('n1');
    expect(await app.get('/events/n1')).toMatchObject({ status: 200 });
  });
});

describe('GET /explain of an event that came in', () => {
  it('tells what became of it, and what each gate did to it then', async () => {
    now = START + 10 * 24 * 3_600_000;
    await emit('r1', paid(41));
    now += 10_000;
    await emit('r2', paid(41));
    const first = await explain({ id: 'r1' });
    expect(first.recorded).toEqual({
      accepted_at: '2026-01-11T00:00:00.000Z',
      revision: first.revision,
      others: [],
    });
    const opened = first.hooks.find(({ hook }) => hook === 'e-snooze');
    expect(opened).toMatchObject({
      outcome: 'deliver',
      recorded: { delivery: { state: 'succeeded', attempt_count: 1, last_status: 204 }, stopped: null },
      attempts: { at: expect.arrayContaining(['2026-01-11T00:00:00.000Z']) },
    });
    expect(opened?.gates.at(-1)).toMatchObject({
      verdict: 'pass',
      detail: 'it mutes others until 00:01:00',
    });
    const request = opened?.request;
    const delivery = opened?.recorded?.delivery?.id;
    expect(request).toMatchObject({ headers: { 'webhook-id': delivery } });
    const second = await ask('e-snooze', { id: 'r2' });
    expect(second).toMatchObject({ outcome: 'stop', recorded: { delivery: null, stopped: 'snoozed' } });
    expect(gateOf(second, 'snooze')).toMatchObject({
      verdict: 'stop',
      detail: 'snoozed until 00:01:00 by event r1',
    });
    now += 24 * 3_600_000;
    expect(gateOf(await ask('e-snooze', { id: 'r1' }), 'snooze')?.detail).toBe(
      'it muted others until 2026-01-11 00:01:00',
    );
    expect(gateOf(await ask('e-snooze', { id: 'r2' }), 'snooze')?.detail).toBe(
      'snoozed until 2026-01-11 00:01:00 by event r1',
    );
    now -= 24 * 3_600_000;
    expect(gateOf(await ask('d-change', { id: 'r1' }), 'on_change')?.detail).toBe(
      'it is what others are compared with',
    );
    expect(gateOf(await ask('d-change', { id: 'r2' }), 'on_change')?.detail).toBe(
      'the same data as event r1, let through 00:00:00',
    );
  });

  it('does not take what was let through since for what stopped it', async () => {
    now = START + 11 * 24 * 3_600_000;
    await emit('t1', paid(1));
    now += 1_000;
    await emit('t2', paid(1));
    now += 100_000;
    await emit('t3', paid(2));
    expect(gateOf(await ask('e-snooze', { id: 't1' }), 'snooze')).toMatchObject({
      verdict: 'pass',
      detail: 'it was let through; since then, 00:01:41, event t3 was let through',
    });
    expect(gateOf(await ask('e-snooze', { id: 't2' }), 'snooze')).toMatchObject({
      verdict: 'stop',
      reason: 'snoozed',
      detail: 'it was stopped; since then, 00:01:41, event t3 was let through',
    });
    expect(gateOf(await ask('f-both', { id: 't2' }), 'on_change')?.verdict).toBe('pass');
  });

  it('tells a receiver that is gone', async () => {
    now = START + 12 * 24 * 3_600_000;
    receiver.status = 410;
    const health = { source: 'balancer', event: 'health', data: {} };
    await emit('g1', health);
    await emit('g2', health);
    expect(await ask('g-gone', { id: 'g1' })).toMatchObject({
      outcome: 'stop',
      reason: 'gone',
      recorded: { delivery: { state: 'failed', reason: 'gone' } },
    });
    expect(gateOf(await ask('g-gone', { id: 'g2' }), 'gone')).toMatchObject({
      verdict: 'stop',
      detail: 'its receiver answered 410: until the definition changes',
    });
  });

  it('asks which of several sources is meant', async () => {
    await emit('twice', paid(1));
    await emit('twice', { source: 'crud', event: 'consumers', data: {} });
    expect((await app.get('/explain?id=twice')).body).toMatchObject({
      message: expect.stringContaining('add ?source= with one of crud, billing'),
    });
    expect((await explain({ id: 'twice', source: 'crud' })).event.source).toBe('crud');
  });

  it('goes by the hooks that are live now, and remembers those that are not', async () => {
    await using own = await runApp({
      'kept.yaml': `${ON}handler: log\n`,
      'left.yaml': `${ON}handler: log\n`,
      'moved.yaml': `${ON}handler: log\n`,
    });
    await own.post('/events', { source: 'crud', event: 'consumers', data: {}, id: 'e' });
    await own.app.idle();
    const before = (await own.get('/explain?id=e')).body as Explanation;
    own.hooks.write('left.yaml', 'source: crud\nevent: consumers\nhandler: log\nname: new\n');
    own.hooks.write('moved.yaml', 'source: crud\nevent: routes\nhandler: log\n');
    await own.app.reconcile();
    const after = (await own.get('/explain?id=e')).body as Explanation;
    expect(after.recorded?.revision).toBe(before.revision);
    expect(after.revision).not.toBe(before.revision);
    expect(after.recorded?.others).toMatchObject([{ hook: 'left', delivery: { state: 'succeeded' } }]);
    expect(after.hooks.map(({ hook, outcome, recorded }) => [hook, outcome, recorded !== null])).toEqual([
      ['kept', 'deliver', true],
      ['new', 'deliver', false],
      ['moved', 'unmatched', true],
    ]);
    expect(((await own.get('/explain?id=e&hook=kept')).body as Explanation).recorded?.others).toEqual([]);
  });
});

describe('an open breaker', () => {
  it('is told, with when the next probe may go', async () => {
    const off = { ssl_verify: true, url: `${receiver.url}/` };
    const hook = { source: 'crud', event: 'consumers', handler: 'webhook', concurrency: 1, config: off };
    receiver.status = 500;
    await using own = await runApp(
      { 'hook.yaml': JSON.stringify(hook) },
      { clock: { ...systemClock, now: () => START } },
    );
    for (let n = 0; n < 10; n += 1) await own.emit('crud', 'consumers', { n });
    const { hooks } = (await own.get('/explain?source=crud&event=consumers')).body as Explanation;
    const probe_at = new Date(START + 5_000).toISOString();
    expect(hooks).toMatchObject([{ attempts: { breaker: { failures: 10, probe_at } } }]);
  });
});

describe('POST /explain', () => {
  it('answers the same as GET does', async () => {
    now = START + 20 * 24 * 3_600_000;
    const { body } = await app.post('/explain', { source: 'billing', event: 'sent', data: { a: 1 } });
    const got = await explain({ source: 'billing', event: 'sent', data: '{"a":1}' });
    const withoutId = ({ event, ...rest }: Explanation) => ({ ...rest, event: { ...event, id: '' } });
    expect(withoutId(body as Explanation)).toEqual(withoutId(got));
  });

  it('takes the id and time of an event, and refuses what is none', async () => {
    const event = { ...paid(1), id: 'my-1', time: '2026-01-31T12:00:00Z' };
    const { body } = await app.post('/explain', event);
    expect((body as Explanation).event).toEqual({
      id: 'my-1',
      source: 'billing',
      event: 'paid',
      time: '2026-01-31T12:00:00Z',
    });
    expect(await app.post('/explain', { ...event, tme: 1 })).toMatchObject({
      status: 422,
      body: { message: 'Unknown key "tme"', hint: 'Did you mean "time"?' },
    });
  });
});
