import { describe, expect, it } from 'vitest';
import { createActivity } from '../../src/hook-test/activity.ts';
import type { Answer } from '../../src/hook-test/answers.ts';
import { createReceivers, type SentRequest } from '../../src/hook-test/receiver.ts';
import { createVirtualClock } from '../../src/hook-test/virtual-clock.ts';

const REQUEST = {
  method: 'POST',
  url: 'https://user:pass@receiver.example.com/in?a=b#part',
  headers: { 'Webhook-Id': 'one', 'webhook-id': 'one', 'x-a': 'b' },
  body: 'hello',
  timeoutMs: 1000,
  verify: true,
  tls: null,
  proxy: null,
} as const;

function createBench(answer: Answer) {
  const clock = createVirtualClock(0);
  const activity = createActivity();
  const sent: SentRequest[] = [];
  const client = createReceivers({
    clock,
    activity,
    answerTo: () => answer,
    onSend: (_id, one) => void sent.push(one),
  });
  return { clock, activity, sent, client };
}

const OK: Answer = { afterMs: 0, outcome: { kind: 'answer', status: 200, headers: {}, body: '' } };

describe('createReceivers()', () => {
  it('answers with status, headers and body', async () => {
    const { client } = createBench({
      afterMs: 0,
      outcome: { kind: 'answer', status: 429, headers: { 'retry-after': '60' }, body: 'later' },
    });
    expect(await client.send(REQUEST)).toMatchObject({
      kind: 'answer',
      status: 429,
      headers: { 'retry-after': '60' },
      body: 'later',
    });
  });

  it('gets what the client makes of a request: credentials become a header, the rest of the URL stays', async () => {
    const { client, sent } = createBench(OK);
    await client.send(REQUEST);
    expect(sent[0]?.received).toMatchObject({
      method: 'POST',
      url: 'https://receiver.example.com/in?a=b',
      headers: { 'x-a': 'b', authorization: `Basic ${btoa('user:pass')}`, 'content-length': '5' },
      body: 'hello',
    });
  });

  it('is reached past certificates and proxies, which are of the network', async () => {
    const { client, sent } = createBench(OK);
    const tls = { ca: 'stand-in-ca', cert: 'stand-in-cert', key: 'stand-in-key' };
    const answer = await client.send({ ...REQUEST, tls, proxy: 'https://proxy.test/' });
    expect(answer).toMatchObject({ kind: 'answer', status: 200 });
    expect(sent[0]?.received).toMatchObject({ url: 'https://receiver.example.com/in?a=b', body: 'hello' });
  });

  it('is busy until it waits for the clock', async () => {
    const { client, clock, activity, sent } = createBench({ ...OK, afterMs: 500 });
    const incoming = client.send(REQUEST);
    await activity.settled();
    expect([sent.length, clock.nextAt()]).toEqual([1, 500]);
    clock.runNext();
    expect(await incoming).toMatchObject({ kind: 'answer', status: 200 });
  });

  it.each(['timeout', 'reset', 'refused', 'dns', 'tls'] as const)(
    'knows of no answer by %s',
    async (reason) => {
      const { client, clock, activity, sent } = createBench({
        afterMs: 0,
        outcome: { kind: 'none', reason },
      });
      const incoming = client.send(REQUEST);
      await activity.settled();
      if (reason === 'timeout') clock.runNext();
      const reasons = { timeout: 'timeout', reset: 'transport', refused: 'connect', dns: 'dns', tls: 'tls' };
      expect(await incoming).toMatchObject({ kind: 'error', reason: reasons[reason] });
      expect(sent[0]?.received).toMatchObject({ url: 'https://receiver.example.com/in?a=b', body: 'hello' });
      await activity.settled();
    },
  );

  it('says of an answer that cannot be written what is wrong with it', async () => {
    const { client } = createBench({
      afterMs: 0,
      outcome: { kind: 'answer', status: 200, headers: { 'x-a': 'a\nb' }, body: '' },
    });
    expect(await client.send(REQUEST)).toMatchObject({
      kind: 'error',
      message: expect.stringContaining('Invalid character in header content'),
    });
  });
});
