import { describe, expect, it } from 'vitest';
import { type CALL, startWebhooks } from '../helpers/start-webhooks.ts';

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const TRACE = { traceparent: TRACEPARENT, tracestate: 'rojo=00f067aa0ba902b7' };
const OWN = TRACEPARENT.replace('-01', '-00');

/** The trace headers of what a receiver got. */
function traceOf({ headers }: { readonly headers: Record<string, unknown> }): object {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('trace')));
}

describe.each(['webhook', 'webhook-custom'] as const)('a request of the handler %s', (handler) => {
  const send = async (
    attributes: typeof CALL.attributes,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<object> => {
    await using webhooks = await startWebhooks();
    const request =
      handler === 'webhook'
        ? await webhooks.send({ headers }, { attributes })
        : await webhooks.sendCustom({ headers }, { attributes });
    return traceOf(request);
  };

  it('goes on with the trace of its event', async () => {
    expect(await send({ subject: 'a', ...TRACE })).toEqual(TRACE);
    expect(await send({ traceparent: TRACEPARENT })).toEqual({ traceparent: TRACEPARENT });
  });

  it('has none where the event has none, or what is none', async () => {
    expect(await send(null)).toEqual({});
    expect(await send({ subject: 'a', tracestate: 'a=b' })).toEqual({});
    expect(await send({ traceparent: 'a\r\nx: b', tracestate: 'a=b' })).toEqual({});
    expect(await send({ traceparent: 7 })).toEqual({});
  });

  it('is part of the trace its hook says, and of no other', async () => {
    expect(await send(TRACE, { TraceParent: OWN })).toEqual({ traceparent: OWN });
    expect(await send(TRACE, { traceparent: OWN, tracestate: 'a=b' })).toEqual({
      traceparent: OWN,
      tracestate: 'a=b',
    });
  });
});

describe('a trace', () => {
  it('is in the request of each format', async () => {
    await using webhooks = await startWebhooks();
    for (const format of ['kong', 'cloudevents', 'cloudevents-binary'] as const)
      expect(traceOf(await webhooks.send({ format }, { attributes: TRACE }))).toEqual(TRACE);
  });
});
