import express from 'express';
import { expect, it } from 'vitest';
import { buildCatalogue } from '../../src/catalogue/build.ts';
import { createJwksRouter } from '../../src/http/jwks.ts';
import { startServer } from '../../src/http/server.ts';
import { createLogger } from '../../src/logger.ts';
import { createRegistry } from '../../src/registry/registry.ts';
import { createHeldClock } from '../helpers/held-clock.ts';
import { toLiveHook, WEBHOOK_CONFIG } from '../helpers/live-hook.ts';

it('GET /.well-known/jwks.json looks secrets up once a minute, and again when other hooks are live', async () => {
  const registry = createRegistry();
  const clock = createHeldClock();
  const asked: string[] = [];
  const resolve = (text: string): string => {
    asked.push(text);
    return text;
  };
  const goLive = (secret: string): void =>
    registry.swap({
      revision: secret,
      hooks: [
        toLiveHook({ config: { ...WEBHOOK_CONFIG, secret } }),
        toLiveHook({ handler: 'log', config: {} }),
      ],
      catalogue: buildCatalogue([]).catalogue,
      declared: new Map(),
    });
  const api = express().use(createJwksRouter({ registry, hookSecrets: { of: 'hooks', resolve }, clock }));
  const server = await startServer({
    tls: null,
    listen: { host: '127.0.0.1', port: 0 },
    api,
    events: null,
    logger: createLogger('silent'),
  });
  const countKeys = async (): Promise<number> => {
    const answer = await fetch(`${server.url}/.well-known/jwks.json`);
    return ((await answer.json()) as { readonly keys: readonly unknown[] }).keys.length;
  };
  const first = `whsk_${Buffer.alloc(32, 1).toString('base64')}`;
  expect(await countKeys()).toBe(0);
  goLive(first);
  expect([await countKeys(), await countKeys()]).toEqual([1, 1]);
  clock.advance(60_000);
  expect([await countKeys(), asked]).toEqual([1, [first, first]]);
  goLive('hunter2');
  expect([await countKeys(), asked.slice(2)]).toEqual([0, ['hunter2']]);
  await server.close();
});
