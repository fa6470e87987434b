import { createServer } from 'node:http';
import { afterAll, describe, expect, it } from 'vitest';
import { signKong } from '../src/deliver/signature.ts';
import { createHookTesting } from '../src/hook-testing.ts';
import { runText } from './helpers/hook-test.ts';

const testing = createHookTesting();
afterAll(() => testing[Symbol.asyncDispose]());

const WEBHOOK = `source: crud
event: consumers
handler: webhook
config: { url: "https://receiver.example.com/in?a=b", ssl_verify: true, secret: "{vault://env/hook-secret}" }
`;
const EVENT = '{ source: crud, event: consumers, data: { operation: create } }';

/** Runs one test, written without its name, against a webhook. */
function run(body: string, definitions: Readonly<Record<string, string>> = { 'hook.yaml': WEBHOOK }) {
  const indented = body.trim().replaceAll('\n', '\n    ');
  return runText(testing, definitions, `tests:\n  - name: it\n    ${indented}\n`);
}

/** Of each: the keys that are asked for. */
function pick(list: readonly object[], ...keys: readonly string[]): readonly unknown[][] {
  return list.map((one) => keys.map((key) => (one as Record<string, unknown>)[key]));
}

describe('a test of a hook', () => {
  it('sees the request that its receiver gets, with the headers and the body as they were sent', async () => {
    const { happenings, failures } = await run(`events: [${EVENT}]
secrets: { env: { HOOK_SECRET: hunter2 } }
expect: { requests: [{ signed: true, attempt: 1 }] }`);
    expect(failures).toEqual([]);
    const body = '{"operation":"create","event":"consumers","source":"crud"}';
    expect(happenings.requests).toMatchObject([
      {
        hook: 'hook',
        at: 0,
        id: 'event-1',
        method: 'POST',
        url: 'https://receiver.example.com/in?a=b',
        headers: {
          host: 'receiver.example.com',
          'content-type': 'application/json',
          'content-length': String(body.length),
          'webhook-id': 'delivery-1',
          'webhook-timestamp': String(Date.UTC(2026, 0, 1) / 1000),
          'x-kong-signature': signKong({ secret: 'hunter2', body }, 'sha1'),
        },
        body,
        json: { operation: 'create', event: 'consumers', source: 'crud' },
        answer: '200',
      },
    ]);
  });

  it('sends nothing anywhere, though the URL is that of a server that listens', async () => {
    let requests = 0;
    const server = createServer((_request, response) => {
      requests += 1;
      response.end();
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const hook = WEBHOOK.replace('https://receiver.example.com', `http://127.0.0.1:${port}`);
    const { happenings } = await run(`events: [${EVENT}]`, { 'hook.yaml': hook });
    await new Promise((resolve) => server.close(resolve));
    expect(pick(happenings.requests, 'url')).toEqual([[`http://127.0.0.1:${port}/in?a=b`]]);
    expect(requests).toBe(0);
  });

  it.each([
    ['of a proxy', '    proxy: "{vault://env/proxy}"\n'],
    [
      'of certificates',
      '    tls: { ca: "{vault://file/ca.pem}", cert: "{vault://file/c}", key: "{vault://file/k}" }\n',
    ],
    [
      'of a token server',
      '    auth: { oauth2: { token_url: "{vault://env/tokens}", client_id: a, client_secret: "{vault://env/s}" } }\n',
    ],
  ])('sends with references %s that nothing is given for', async (_what, line) => {
    const hook = `source: crud\nhandler: webhook\nconfig:\n    url: https://a.example.com/\n    ssl_verify: true\n${line}`;
    const { happenings } = await run(`events: [${EVENT}]`, { 'hook.yaml': hook });
    expect(happenings.unsent).toEqual([]);
    expect(happenings.requests).toMatchObject([{ url: 'https://a.example.com/', answer: '200' }]);
  });

  it('tries again at the very times of the schedule, whatever the receiver does', async () => {
    const { happenings } = await run(`events: [${EVENT}]
answers: { hook: [500, timeout, refused, reset, dns, tls, { status: 429, headers: { retry-after: "7200" } }, 200] }`);
    const times = [0, 5, 65, 185, 785, 2585, 9785, 27785];
    expect(pick(happenings.requests, 'at', 'attempt', 'answer')).toEqual(
      ['500', 'timeout', 'refused', 'reset', 'dns', 'tls', '429', '200'].map((answer, index) => [
        (times[index] ?? 0) * 1000,
        index + 1,
        answer,
      ]),
    );
    expect(happenings.deliveries).toMatchObject([{ state: 'succeeded', attempts: 8, status: 200 }]);
  });

  it.each([
    [
      '500',
      { state: 'exhausted', attempts: 9, reason: 'status', status: 500, error: 'receiver answered 500' },
    ],
    ['timeout', { state: 'exhausted', attempts: 9, reason: 'timeout', status: null }],
    ['refused', { reason: 'connect', error: expect.stringContaining('ECONNREFUSED') }],
    ['reset', { reason: 'transport', error: expect.stringContaining('ECONNRESET') }],
    ['dns', { reason: 'dns', error: expect.stringContaining('ENOTFOUND') }],
    ['tls', { reason: 'tls', error: expect.stringContaining('self-signed') }],
    ['410', { state: 'failed', attempts: 1, reason: 'gone' }],
    ['{ after: 31s }', { state: 'exhausted', reason: 'timeout' }],
    ['{ after: 29s }', { state: 'succeeded', reason: null, attempts: 1 }],
  ])('ends as a receiver that always answers %s makes it end', async (answer, delivery) => {
    const { happenings } = await run(`events: [${EVENT}]\nanswers: { hook: ${answer} }`);
    expect(happenings.deliveries).toMatchObject([delivery]);
  });

  it('goes through the breaker and its probes', async () => {
    const events = Array.from({ length: 12 }, () => EVENT).join(', ');
    const { happenings } = await run(`events: [${events}]\nanswers: { hook: 503 }\nuntil: 5s`, {
      'hook.yaml': `${WEBHOOK}concurrency: 1\n`,
    });
    expect(pick(happenings.requests, 'at').flat()).toEqual([...Array(10).fill(0), 5000]);
  });

  it('ends when it says, and leaves alone what waits', async () => {
    const { happenings } = await run(`events: [${EVENT}]
answers: { hook: [500, timeout] }
until: 20s`);
    expect(pick(happenings.requests, 'at').flat()).toEqual([0, 5000]);
    expect(happenings.deliveries).toMatchObject([{ state: 'pending', attempts: 1, at: 0 }]);
  });

  it('stops events by every gate, with the reason', async () => {
    const { happenings } = await run(
      `events:
  - { at: 0, source: crud, event: consumers, data: { n: 1.0 } }
  - { at: 1, source: crud, event: consumers, data: { n: 2.0 } }
  - { at: 2, source: crud, event: consumers, data: {} }`,
      {
        'changed.yaml': `${WEBHOOK}on_change: true\nfilter: data.n > 1.0\n`,
        'off.yaml': `${WEBHOOK}enabled: false\n`,
        'quiet.yaml': `${WEBHOOK}snooze: 2\n`,
      },
    );
    expect(pick(happenings.stopped, 'hook', 'at', 'id', 'reason')).toEqual([
      ['changed', 0, 'event-1', 'filter'],
      ['off', 0, 'event-1', 'disabled'],
      ['off', 1000, 'event-2', 'disabled'],
      ['quiet', 1000, 'event-2', 'snoozed'],
      ['changed', 2000, 'event-3', 'filter_error'],
      ['off', 2000, 'event-3', 'disabled'],
    ]);
  });

  it('knows a receiver that is gone', async () => {
    const { happenings } = await run(`events: [${EVENT}, { at: 1, source: crud, event: consumers }]
answers: { hook: 410 }`);
    expect(pick(happenings.stopped, 'at', 'reason')).toEqual([[1000, 'gone']]);
  });

  it('hears the events of Hookline itself, with ids that are the same in every run', async () => {
    const exhausted = 'source: hookline\nevent: delivery-exhausted\nhandler: log\n';
    const { happenings } = await run(`events: [${EVENT}]\nanswers: { hook: 500 }`, {
      'hook.yaml': WEBHOOK,
      'exhausted.yaml': exhausted,
    });
    expect(happenings.logs).toMatchObject([
      {
        hook: 'exhausted',
        data: { delivery: 'delivery-1', hook: 'hook', event: { id: 'event-1' }, attempts: 9 },
      },
    ]);
    expect(happenings.deliveries).toMatchObject([{ hook: 'hook' }, { hook: 'exhausted', id: 'hookline-1' }]);
  });

  it('refuses events as POST /events does', async () => {
    const source =
      'kind: EventSource\nname: billing\nevents: { paid: { schema: { required: [invoice] } } }\n';
    const { happenings, failures } = await run(
      `events:
  - { source: billing, event: paid, id: one, data: {} }
  - { at: 1m, source: billing, event: payed }`,
      { 'hook.yaml': WEBHOOK, 'billing.yaml': source },
    );
    expect(pick(happenings.refused, 'id', 'at', 'message')).toEqual([
      ['one', 0, expect.stringContaining('does not fit the schema of billing paid')],
      ['event-2', 60_000, expect.stringContaining('Did you mean "paid"?')],
    ]);
    expect(failures.map(({ message }) => message)).toEqual([
      expect.stringContaining('2 times a refused event that is not expected: first at 0s: one refused:'),
    ]);
  });

  it('refuses to send where nothing is ever sent', async () => {
    const hook = WEBHOOK.replace('https://receiver.example.com', 'http://169.254.169.254');
    const { happenings } = await run(`events: [${EVENT}]`, { 'hook.yaml': hook });
    expect(happenings.deliveries).toMatchObject([{ state: 'failed', reason: 'egress_refused', attempts: 1 }]);
  });

  it('waits for a secret that is not there, and says why nothing was sent', async () => {
    const { happenings } = await run(`events: [${EVENT}]
secrets: { env: { HOOK_SECRET: null } }
until: 1s`);
    expect(happenings.requests).toEqual([]);
    expect(happenings.unsent).toMatchObject([
      { hook: 'hook', at: 0, reason: 'secret', error: expect.stringContaining('HOOK_SECRET is not set') },
    ]);
  });

  it('runs functions, and keeps nothing of one test for the next', async () => {
    const hook = `source: crud
handler: lambda
config:
  functions:
    - |
      var calls = 0;
      return (data) => { calls += 1; console.log("call", calls); if (data.bad) throw new Error("no"); return { calls } }
`;
    const body = `events: [${EVENT}, ${EVENT}, { source: crud, event: routes, data: { bad: true } }]`;
    for (let round = 0; round < 2; round += 1) {
      const { happenings } = await run(body, { 'hook.yaml': hook });
      expect(happenings.results).toMatchObject([
        { result: { calls: 1 }, error: null, output: 'call 1\n' },
        { result: { calls: 2 }, error: null },
        { error: expect.stringContaining('no') },
      ]);
      expect(pick(happenings.logs, 'output')).toEqual([['call 1\n'], ['call 2\n'], ['call 3\n']]);
    }
  });

  it('sends one at a time, in order, what is ordered', async () => {
    const events = [1, 2].map((n) => `{ source: crud, event: consumers, data: { key: a, n: ${n} } }`);
    const { happenings } = await run(`events: [${events}]\nanswers: { hook: [500] }`, {
      'hook.yaml': `${WEBHOOK}ordered: key\n`,
    });
    expect(pick(happenings.requests, 'at', 'id')).toEqual([
      [0, 'event-1'],
      [5000, 'event-1'],
      [5000, 'event-2'],
    ]);
  });

  it('keeps to a rate', async () => {
    const events = [EVENT, EVENT, EVENT].join(', ');
    const { happenings } = await run(`events: [${events}]`, {
      'hook.yaml': `${WEBHOOK}rate: { limit: 1, per: minute }\n`,
    });
    expect(pick(happenings.requests, 'at').flat()).toEqual([0, 60_000, 120_000]);
  });

  it('has the same ids, times and order in every run', async () => {
    const body = `events: [${EVENT}, ${EVENT}, { at: 3s, source: crud, event: consumers }]
answers: { hook: [500, timeout], other: [{ after: 2s }, refused] }`;
    const definitions = { 'hook.yaml': WEBHOOK, 'other.yaml': WEBHOOK };
    const first = await run(body, definitions);
    const others = [await run(body, definitions), await run(body, definitions)];
    const withoutSignatures = (value: unknown): unknown =>
      JSON.parse(JSON.stringify(value), (key, item) => (key === 'webhook-signature' ? 'signed' : item));
    for (const other of others)
      expect(withoutSignatures(other.happenings)).toEqual(withoutSignatures(first.happenings));
  });
});
