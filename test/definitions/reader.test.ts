import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createDefinitionsReader } from '../../src/definitions/reader.ts';
import { createLogger } from '../../src/logger.ts';
import { createTempDir } from '../helpers/temp-dir.ts';

const LOG = 'source: crud\nhandler: log\n';

describe('createDefinitionsReader()', () => {
  it('reads now and says when to read again', async () => {
    using dir = createTempDir();
    const logger = createLogger('silent');
    const reader = createDefinitionsReader({ dir: dir.path, clock: systemClock, logger, pollMs: 3_600_000 });
    await using _closing = { [Symbol.asyncDispose]: () => reader.close() };
    expect((await reader.read()).files).toEqual([]);
    const changed = new Promise<void>((resolve) => {
      reader.watch(() => void reader.read().then(({ files }) => files.length > 0 && resolve()));
    });
    dir.write('a.yaml', LOG);
    await changed;
    expect(reader.textOf('a.yaml')).toBe(LOG);
  });

  it('can be closed without having watched', async () => {
    using dir = createTempDir();
    const logger = createLogger('silent');
    const reader = createDefinitionsReader({ dir: dir.path, clock: systemClock, logger, pollMs: 1_000 });
    await expect(reader.close()).resolves.toBeUndefined();
  });
});
