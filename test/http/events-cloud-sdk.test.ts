import { CloudEvent, emitterFor, HTTP, type Message, Mode } from 'cloudevents';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type RunningApp, runApp } from '../helpers/running-app.ts';

const FILES = {
  'log.yaml': 'source: billing\nevent: invoice.paid\nhandler: log\n',
  'billing.yaml': `kind: EventSource
name: billing
cloudevents: { source: "https://billing.example.com", type: "com.example.billing.*" }
events:
  invoice.paid: { schema: { type: object, required: [invoice], properties: { invoice: { type: object } } } }
  invoice.voided: { cloudevents: { type: com.example.billing.v2.InvoiceVoided } }
`,
};
const TIME = '2026-01-31T12:00:00.000Z';
const DATA = { invoice: { total: 12.5, to: 'größe €' } };

let app: RunningApp;
beforeAll(async () => {
  app = await runApp(FILES);
});
afterAll(() => app[Symbol.asyncDispose]());

function toCloudEvent(id: string, data: object = DATA, type = 'invoice.paid'): CloudEvent<object> {
  return new CloudEvent({
    id,
    source: 'https://billing.example.com',
    type: `com.example.billing.${type}`,
    time: TIME,
    subject: 'invoice 7',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    data,
  });
}

/** Sends what the SDK makes of an event, as any of its senders does. */
function send({ headers, body }: Message): Promise<Answer> {
  return app.post('/events', String(body), headers as Record<string, string>);
}

describe.each([
  ['structured', (event: CloudEvent<object>) => HTTP.structured(event)],
  ['binary', (event: CloudEvent<object>) => HTTP.binary(event)],
])('a CloudEvent the SDK sends in %s mode', (mode, toMessage) => {
  it('is an event with its id, time and data, and goes to its hooks', async () => {
    const id = `paid-${mode}`;
    expect(await send(toMessage(toCloudEvent(id)))).toMatchObject({
      status: 202,
      body: { id, hooks: [{ hook: 'log' }], stopped: [] },
    });
    await app.app.idle();
    const { body } = await app.get(`/events/${id}`);
    expect(body).toMatchObject({ source: 'billing', event: 'invoice.paid', data: DATA, time: TIME });
    expect(body).toMatchObject({ deliveries: [{ state: 'succeeded' }] });
  });

  it('is taken once', async () => {
    const message = toMessage(toCloudEvent(`once-${mode}`));
    expect((await send(message)).body).not.toHaveProperty('duplicate');
    expect(await send(message)).toMatchObject({ status: 202, body: { duplicate: true } });
  });

  it('is the event that says its type', async () => {
    await send(toMessage(toCloudEvent(`voided-${mode}`, {}, 'v2.InvoiceVoided')));
    expect((await app.get(`/events/voided-${mode}`)).body).toMatchObject({ event: 'invoice.voided' });
  });

  it('is refused where it does not fit its schema, with pointers', async () => {
    expect(await send(toMessage(toCloudEvent(`bad-${mode}`, { invoice: 7 })))).toMatchObject({
      status: 422,
      body: { message: '"data" does not fit the schema of billing invoice.paid: /invoice must be object' },
    });
    expect((await app.get(`/events/bad-${mode}`)).status).toBe(404);
  });

  it('is refused where its event is not declared', async () => {
    expect(await send(toMessage(toCloudEvent(`unknown-${mode}`, {}, 'invoice.payd')))).toMatchObject({
      status: 422,
      body: {
        message: "source 'billing' has no 'invoice.payd' event",
        hint: 'Did you mean "invoice.paid"?',
      },
    });
  });
});

describe('a batch of CloudEvents of the SDK', () => {
  function sendBatch(events: readonly CloudEvent<object>[]): Promise<Answer> {
    const headers = { 'content-type': 'application/cloudevents-batch+json; charset=UTF-8' };
    return app.post('/events', JSON.stringify(events), headers);
  }

  it('is taken whole, in order', async () => {
    const events = ['batch-1', 'batch-2', 'batch-1'].map((id) => toCloudEvent(id));
    expect(await sendBatch(events)).toMatchObject({
      status: 202,
      body: [{ id: 'batch-1', hooks: [{}] }, { id: 'batch-2' }, { id: 'batch-1', duplicate: true }],
    });
  });

  it('is refused whole, with what is wrong with each', async () => {
    const events = [toCloudEvent('none'), toCloudEvent('b', {}), toCloudEvent('c', {}, 'nothing.like.it')];
    expect(await sendBatch(events)).toEqual({
      status: 422,
      headers: expect.anything(),
      body: {
        message: 'None of 3 events was accepted: 2 cannot be',
        errors: [
          {
            index: 1,
            message:
              '"data" does not fit the schema of billing invoice.paid: / must have required property \'invoice\'',
          },
          { index: 2, message: "source 'billing' has no 'nothing.like.it' event", hint: expect.anything() },
        ],
      },
    });
    expect((await app.get('/events/none')).status).toBe(404);
  });

  it('may be empty', async () => {
    expect(await sendBatch([])).toMatchObject({ status: 202, body: [] });
  });
});

describe("the SDK's emitter", () => {
  it('sends in both modes, through a transport of one line', async () => {
    for (const mode of [Mode.BINARY, Mode.STRUCTURED]) {
      const emit = emitterFor(send, { mode });
      expect(await emit(toCloudEvent(`emitted-${mode}`))).toMatchObject({ status: 202 });
    }
  });
});
