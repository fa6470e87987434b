import { describe, expect, it } from 'vitest';
import { verifyKongSignature } from '../../src/deliver/signature.ts';
import { toEntity } from '../../src/http/entity.ts';
import { startHanging } from '../helpers/fault-receiver.ts';
import { createHeldClock } from '../helpers/held-clock.ts';
import { toLiveHook } from '../helpers/live-hook.ts';
import { startWebhooks, toCustomWebhook, toWebhook } from '../helpers/start-webhooks.ts';

describe('a ping', () => {
  it('posts the entity of the hook, and nothing of an operation', async () => {
    await using webhooks = await startWebhooks();
    const hook = toWebhook({ url: webhooks.receiver.url, headers: { 'X-Custom-Header': 'My Value' } });
    const { result, body } = await webhooks.ping(hook, toEntity(hook));
    expect(result).toMatchObject({ kind: 'success', status: 204 });
    expect(body).toEqual({ source: 'kong:event_hooks', event: 'ping', event_hooks: toEntity(hook) });
    const [request] = webhooks.receiver.requests;
    expect(request?.method).toBe('POST');
    expect(JSON.parse(request?.body ?? '')).toEqual(body);
    expect(request?.headers).toMatchObject({
      'content-type': 'application/json',
      'x-custom-header': 'My Value',
    });
  });

  it('shows the headers of the config, not those that are added to them', async () => {
    await using webhooks = await startWebhooks();
    const hook = toWebhook({ url: webhooks.receiver.url });
    await webhooks.ping(hook, toEntity(hook));
    expect(JSON.parse(webhooks.receiver.requests[0]?.body ?? '')).toMatchObject({
      event_hooks: { config: { headers: {} } },
    });
  });

  it('is signed with the secret, which is not in it', async () => {
    await using webhooks = await startWebhooks();
    const secret = 'hunter2-marker';
    const hook = toWebhook({ url: webhooks.receiver.url, secret });
    await webhooks.ping(hook, toEntity(hook));
    const [request] = webhooks.receiver.requests;
    const body = request?.body ?? '';
    expect(body).toContain('event_hooks');
    expect(body).not.toContain(secret);
    const signature = String(request?.headers['x-kong-signature']);
    expect(verifyKongSignature(signature, { secret, body })).toBe(true);
    expect(request?.headers).toHaveProperty('webhook-signature');
  });

  it('has an id of its own each time', async () => {
    await using webhooks = await startWebhooks();
    const hook = toWebhook({ url: webhooks.receiver.url });
    for (let time = 0; time < 2; time += 1) await webhooks.ping(hook, toEntity(hook));
    const ids = webhooks.receiver.requests.map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(2);
  });

  it.each([
    toCustomWebhook({}),
    toLiveHook({ handler: 'log', config: {} }),
    toLiveHook({ handler: 'lambda', config: { functions: ['() => 1'], language: null } }),
  ])('is refused by the handler $definition.handler', async (hook) => {
    await using webhooks = await startWebhooks();
    await expect(webhooks.ping(hook, toEntity(hook))).rejects.toThrow(
      `handler '${hook.definition.handler}' does not support 'ping'`,
    );
    await expect(webhooks.ping(hook, toEntity(hook))).rejects.toHaveProperty('code', 'bad_request');
  });

  it('answers how the receiver failed', async () => {
    const clock = createHeldClock();
    await using webhooks = await startWebhooks({ clock });
    webhooks.receiver.status = 500;
    const refused = toWebhook({ url: webhooks.receiver.url });
    expect((await webhooks.ping(refused, toEntity(refused))).result).toMatchObject({
      kind: 'retry',
      status: 500,
    });
    await using receiver = await startHanging();
    const hanging = toWebhook({ url: receiver.url });
    const pinging = webhooks.ping(hanging, toEntity(hanging));
    await receiver.untilHeard(1);
    clock.advance(30_000);
    expect((await pinging).result).toMatchObject({ kind: 'retry', reason: 'timeout' });
  });
});
