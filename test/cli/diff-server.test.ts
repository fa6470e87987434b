import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { readServer } from '../../src/cli/diff-server.ts';

const HOOK = {
  id: '958ada6f-0687-566f-a10d-16a261aa88b6',
  name: 'log',
  source: 'crud',
  event: null,
  handler: 'log',
  config: {},
  created_at: 1,
  updated_at: 1,
  origin: { source: 'dir:hooks.d', revision: 'r', file: 'log.yaml', line: 1 },
};

/** A server that is at the next revision each time it is asked, and stays at the last one. */
async function startAt(revisions: readonly (string | null)[], hook: object = HOOK) {
  const left = [...revisions];
  let asked = 0;
  const server = createServer((req, res) => {
    const { pathname } = new URL(req.url ?? '', 'http://localhost');
    const toAnswer: Record<string, () => unknown> = {
      '/status': () => ({ revision: left.length > 1 ? left.shift() : left[0] }),
      '/event-hooks': () => ({ data: [hook], next: null }),
      '/event-hooks/sources': () => ({
        data: { crud: { consumers: {}, own: { fields: ['a'] } }, kafka: {} },
      }),
    };
    if (pathname === '/event-hooks') asked += 1;
    res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(toAnswer[pathname]?.()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: () => asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('readServer()', () => {
  it('completes hooks with defaults, and takes of sources what is not built in', async () => {
    await using server = await startAt(['r']);
    const { revision, files } = await readServer({ url: server.url, token: null });
    expect(revision).toBe('r');
    expect(files.flatMap(({ problems }) => problems)).toEqual([]);
    expect(files.flatMap(({ definitions }) => definitions.map(({ definition }) => definition))).toMatchObject(
      [
        { kind: 'EventHook', name: 'log', timeout: 30, snooze: null },
        { kind: 'EventSource', name: 'crud', events: { own: { fields: ['a'] } } },
      ],
    );
  });

  it('reads again what went live in between, so that no two revisions are mixed', async () => {
    await using server = await startAt(['one', 'two', 'two', 'three', 'three', 'three']);
    expect((await readServer({ url: server.url, token: null })).revision).toBe('three');
    expect(server.asked()).toBe(3);
  });

  it('gives up on a server whose revision keeps changing', async () => {
    await using server = await startAt(Array.from({ length: 20 }, (_, index) => `r${index}`));
    await expect(readServer({ url: server.url, token: null })).rejects.toMatchObject({
      code: 'not_comparable',
      message: `Cannot read the hooks of ${server.url}: its revision keeps changing`,
    });
  });

  it('finds a problem in a hook that has what this version does not know', async () => {
    await using server = await startAt(['r'], { ...HOOK, novelty: 1 });
    const { files } = await readServer({ url: server.url, token: null });
    expect(files.flatMap(({ problems }) => problems)).toMatchObject([
      { file: 'hook log', severity: 'error' },
    ]);
  });
});
